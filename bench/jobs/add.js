'use strict';

// User records in one by one, then flushed, by an aggregator that lives on.

const { BEST_JS, INCUMBENT, MD5, PACKAGE, load } = require('../contestants');
const { closingAt } = require('./closing-at');
const { md5Alone } = require('./md5');
const { ofAggregate, ofOldAggregate } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE](userRecords, { maxAggregateBytes }) {
    const { RecordAggregator } = load.package();
    const aggregator = new RecordAggregator({ routing: 'first', ...closingAt(maxAggregateBytes) });
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
  [BEST_JS](userRecords, { maxAggregateBytes }) {
    const { Aggregator } = load.bestJs();
    const aggregator = new Aggregator(maxAggregateBytes);
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
  [MD5](userRecords, { maxAggregateBytes }) {
    const { aggregate } = load.bestJs();
    return md5Alone(aggregate(userRecords, maxAggregateBytes).map(({ Data }) => Data.subarray(4, -16)));
  },
};
