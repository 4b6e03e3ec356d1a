// A CommonJS module: require, as TypeScript writes it.
import kinesisAgg = require('kinesis-agg');

import type { hashKey } from 'kinesis-agg';

import assert = require('./assert.js');

assert.same<assert.Same<typeof kinesisAgg.hashKey, typeof hashKey>>();
export const { aggregate, RecordAggregator, KplError, UserRecordBatch } = kinesisAgg;
export const options: kinesisAgg.AggregatorOptions = { routing: { lanes: 4 } };
// @ts-expect-error there is no default export
kinesisAgg.default;
