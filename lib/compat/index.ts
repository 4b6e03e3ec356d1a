// A drop-in for aws-kinesis-agg 4.2.8.

export { aggregate } from './aggregate';
export { deaggregate, deaggregateSync } from './deaggregate';
export { RecordAggregator } from './record-aggregator';
