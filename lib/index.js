'use strict';

const { KplError } = require('./error');
const { RecordAggregator, aggregate } = require('./aggregate/record-aggregator');
const { deaggregate, deaggregateAsync, isAggregated, iterDeaggregate } = require('./deaggregate/user-records');
const { deaggregateRecords, iterDeaggregateRecords } = require('./deaggregate/same-shape');
const { UserRecordBatch, decode } = require('./deaggregate/batch');
const { hashKey } = require('./hash-key');

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
