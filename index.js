'use strict';

const { KplError } = require('./lib/error');
const { RecordAggregator, aggregate } = require('./lib/aggregator');
const { deaggregate, deaggregateAsync, isAggregated, iterDeaggregate } = require('./lib/deaggregate');
const { deaggregateRecords, iterDeaggregateRecords } = require('./lib/deaggregate-records');
const { UserRecordBatch, decode } = require('./lib/user-record-batch');
const { hashKey } = require('./lib/hash-key');

// A literal with plain names: ESM finds its named imports in it.
module.exports = {
  KplError,
  RecordAggregator,
  UserRecordBatch,
  aggregate,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  hashKey,
  isAggregated,
  iterDeaggregate,
  iterDeaggregateRecords,
};
