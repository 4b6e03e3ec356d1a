// All that a program needs which has neither the SDK nor @types/aws-lambda; compiled in an empty folder.
import { aggregate, type DeaggregatedRecord, deaggregate, deaggregateRecords, type SdkRecord } from 'kinesis-agg';
import { aggregate as aggregateOlder } from 'kinesis-agg/compat';

const entries = aggregate([{ partitionKey: 'a', data: 'x' }], { routing: { lanes: 4 } });
export const records: SdkRecord[] = entries.map(({ Data, PartitionKey }) => ({
  Data,
  PartitionKey,
  SequenceNumber: '1',
}));
export const lengths: number[] = deaggregate(records).map(({ data }) => data.length);
export const sameShape: DeaggregatedRecord<SdkRecord>[] = deaggregateRecords(records);
// @ts-expect-error no such option
aggregate([], { maxSize: 1 });
aggregateOlder(
  [{ partitionKey: 'a', data: 'x' }],
  async ({ data }) => lengths.push(data.length),
  () => {},
  () => {},
);
