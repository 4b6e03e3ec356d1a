import { type AggregatedRecord, aggregate, deaggregate, KplError, type UserRecord } from 'kinesis-agg';

const entries: AggregatedRecord[] = aggregate([{ partitionKey: 'a', data: 'x' }], { routing: { lanes: 4 } });
const back: UserRecord[] = deaggregate(entries.map((entry) => ({ ...entry, SequenceNumber: '1' })));
const key: string | null = back[0].partitionKey;
try {
  aggregate([{ partitionKey: '', data: 'x' }]);
} catch (error) {
  if (!(error instanceof KplError) || key !== 'a') throw error;
}
// @ts-expect-error a partition key is a string
if (process.argv.length > 9) aggregate([{ partitionKey: 1, data: 'x' }]);
console.log(`round trip of ${back.length}`);
