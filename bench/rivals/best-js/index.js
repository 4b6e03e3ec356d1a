'use strict';

// The best JavaScript that we could write for each job, without a dependency: what the package has to beat.

const { deaggregate, iterDeaggregate, userRecordsOf } = require('./deaggregate');
const { texts } = require('./text');
const { deaggregateSync } = require('./drop-in');
const { Aggregator, aggregate } = require('./aggregate');
const { hashKey } = require('./hash-key');

module.exports = {
  Aggregator,
  aggregate,
  deaggregate,
  deaggregateSync,
  hashKey,
  iterDeaggregate,
  texts,
  userRecordsOf,
};
