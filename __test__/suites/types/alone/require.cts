// The same by require.
import kinesisAgg = require('kinesis-agg');

export const aggregator = new kinesisAgg.RecordAggregator({ maxAggregateBytes: 51_200 });
export const hashKey: string = kinesisAgg.hashKey('a');
// @ts-expect-error a number has no hash key
kinesisAgg.hashKey(1);
