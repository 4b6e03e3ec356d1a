'use strict';

// A Lambda event in, all its user records out. The package and `best JS (kept)` give them in one array, so that all are alive at
// once; the old package and best JS take one Kinesis record after the other, whose user records are garbage before the next.

const { BEST_JS, INCUMBENT, KEPT, MD5, NOBODY, PACKAGE, load } = require('../contestants');
const { md5Alone } = require('./md5');
const { ofOldUserRecord, ofUserRecord } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE](records) {
    const { deaggregate } = load.package();
    return { ...ofUserRecord, run: (visit) => showAll(deaggregate(records), visit) };
  },
  [INCUMBENT](records) {
    const { deaggregateSync } = load.incumbent();
    return {
      ...ofOldUserRecord,
      run(visit) {
        for (const { kinesis } of records) {
          deaggregateSync(kinesis, true, (error, userRecords) => {
            if (error) throw error;
            showAll(userRecords, visit);
          });
        }
      },
    };
  },
  [BEST_JS](records) {
    const { userRecordsOf } = load.bestJs();
    return {
      ...ofUserRecord,
      run(visit) {
        for (const { kinesis } of records) showAll(userRecordsOf(kinesis), visit);
      },
    };
  },
  [KEPT](records) {
    const { deaggregate } = load.bestJs();
    return { ...ofUserRecord, run: (visit) => showAll(deaggregate(records), visit) };
  },
  /** What the process and its input take by themselves. */
  [NOBODY]: () => ({ run() {}, touch: () => 0 }),
  [MD5](records) {
    return md5Alone(records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').subarray(4, -16)));
  },
};

function showAll(userRecords, visit) {
  for (let i = 0; i < userRecords.length; i++) visit(userRecords[i]);
}
