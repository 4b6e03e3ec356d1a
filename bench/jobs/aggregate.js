'use strict';

// All user records in at once, full aggregates out. The old package counts without the outer partition key, so that it may
// put one user record more into an aggregate: compared is what a consumer gets of all of them, the old package being the judge.

const { BEST_JS, INCUMBENT, MD5, PACKAGE, load } = require('../contestants');
const add = require('./add');
const { closingAt } = require('./closing-at');
const { line, ofAggregate, ofOldAggregate } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE](userRecords, { maxAggregateBytes }) {
    const { aggregate } = load.package();
    const options = { routing: 'first', ...closingAt(maxAggregateBytes) };
    return {
      touch: ofAggregate.touch,
      plain: ({ Data }) => userRecordsIn(Data),
      run: (visit) => aggregate(userRecords, options).forEach(visit),
    };
  },
  [INCUMBENT](userRecords) {
    const { RecordAggregator } = load.incumbent();
    return {
      touch: ofOldAggregate.touch,
      plain: ({ data }) => userRecordsIn(data),
      run(visit) {
        new RecordAggregator().aggregateRecords(userRecords, true, (error, aggregate) => {
          if (error) throw error;
          visit(aggregate);
        });
      },
    };
  },
  [BEST_JS](userRecords, { maxAggregateBytes }) {
    const { aggregate } = load.bestJs();
    return {
      touch: ofAggregate.touch,
      plain: ({ Data }) => userRecordsIn(Data),
      run: (visit) => aggregate(userRecords, maxAggregateBytes).forEach(visit),
    };
  },
  [MD5]: add[MD5],
};

/** @param {Buffer} data */
function userRecordsIn(data) {
  let lines = '';
  load.incumbent().deaggregateSync({ data: data.toString('base64') }, true, (error, userRecords) => {
    if (error) throw error;
    lines = userRecords.map((userRecord) => line(userRecord.partitionKey, userRecord.data)).join('');
  });
  return lines;
}
