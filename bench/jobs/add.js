'use strict';

// User records in one by one until the aggregate is full, then flushed, by an aggregator that lives on.

const { BEST_JS, INCUMBENT, MD5, PACKAGE, load } = require('../contestants');
const { md5Alone } = require('./md5');
const { ofAggregate, ofOldAggregate } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE](userRecords) {
    const { RecordAggregator } = load.package();
    const aggregator = new RecordAggregator({ routing: 'first' });
    return {
      ...ofAggregate,
      run(visit) {
        for (let i = 0; i < userRecords.length; i++) {
          const closed = aggregator.addUserRecord(userRecords[i]);
          if (closed !== undefined) visit(closed);
        }
        for (const closed of aggregator.flush()) visit(closed);
      },
    };
  },
  [INCUMBENT](userRecords) {
    const { RecordAggregator } = load.incumbent();
    const aggregator = new RecordAggregator();
    return {
      ...ofOldAggregate,
      run(visit) {
        for (let i = 0; i < userRecords.length; i++) aggregator.addUserRecord(userRecords[i]);
        visit(aggregator.build());
      },
    };
  },
  [BEST_JS](userRecords) {
    const { Aggregator } = load.bestJs();
    const aggregator = new Aggregator();
    return {
      ...ofAggregate,
      run(visit) {
        for (let i = 0; i < userRecords.length; i++) {
          const closed = aggregator.addUserRecord(userRecords[i]);
          if (closed !== undefined) visit(closed);
        }
        visit(aggregator.flush());
      },
    };
  },
  [MD5](userRecords) {
    const { aggregate } = load.bestJs();
    return md5Alone(aggregate(userRecords).map(({ Data }) => Data.subarray(4, -16)));
  },
};
