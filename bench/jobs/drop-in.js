'use strict';

// The old package's own call: one Kinesis record in, base64 out.

const { BEST_JS, INCUMBENT, MD5, PACKAGE, load } = require('../contestants');
const deaggregate = require('./deaggregate');
const { ofOldUserRecord } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE]: (records) => oldCall(load.dropIn(), records),
  [INCUMBENT]: (records) => oldCall(load.incumbent(), records),
  [BEST_JS]: (records) => oldCall(load.bestJs(), records),
  [MD5]: deaggregate[MD5],
};

/** @returns {import('../contestants').Contestant} */
function oldCall({ deaggregateSync }, records) {
  return {
    ...ofOldUserRecord,
    run(visit) {
      for (const { kinesis } of records) {
        deaggregateSync(kinesis, true, (error, userRecords) => {
          if (error) throw error;
          for (let i = 0; i < userRecords.length; i++) visit(userRecords[i]);
        });
      }
    },
  };
}
