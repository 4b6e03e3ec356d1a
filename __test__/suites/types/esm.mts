// An ECMAScript module: every name by import, and the whole as a namespace or as the default.

import type * as namespace from 'kinesis-agg';
import type kinesisAgg from 'kinesis-agg';
import {
  aggregate,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  hashKey,
  isAggregated,
  iterDeaggregate,
  iterDeaggregateRecords,
  KplError,
  RecordAggregator,
  UserRecordBatch,
} from 'kinesis-agg';
import { type Same, same } from './assert.js';

same<Same<typeof namespace.aggregate, typeof aggregate>>();
same<Same<typeof kinesisAgg.aggregate, typeof aggregate>>();
export const dynamic = (await import('kinesis-agg')).hashKey('a');
export const all = {
  aggregate,
  decode,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  hashKey,
  isAggregated,
  iterDeaggregate,
  iterDeaggregateRecords,
  KplError,
  RecordAggregator,
  UserRecordBatch,
};

// @ts-expect-error no such name
export { deaggregateSync } from 'kinesis-agg';
// @ts-expect-error what is inside is not for import
export * from 'kinesis-agg/lib/native';
