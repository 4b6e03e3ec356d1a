export { aggregate, RecordAggregator } from './aggregate/record-aggregator';
export { decode, UserRecordBatch } from './deaggregate/batch';
export { comparePositions } from './deaggregate/positions';
export { deaggregateRecords, iterDeaggregateRecords } from './deaggregate/same-shape';
export { deaggregate, deaggregateAsync, isAggregated, iterDeaggregate } from './deaggregate/user-records';
export { KplError } from './error';
export { hashKey } from './hash-key';
