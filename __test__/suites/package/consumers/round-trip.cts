import kpl = require('kinesis-agg');

const entries: kpl.AggregatedRecord[] = kpl.aggregate([{ partitionKey: 'a', data: 'x' }], { routing: { lanes: 4 } });
const back: kpl.UserRecord[] = kpl.deaggregate(entries.map((entry) => ({ ...entry, SequenceNumber: '1' })));
const key: string | null = back[0].partitionKey;
try {
  kpl.aggregate([{ partitionKey: '', data: 'x' }]);
} catch (error) {
  if (!(error instanceof kpl.KplError) || key !== 'a') throw error;
}
// @ts-expect-error a partition key is a string
if (process.argv.length > 9) kpl.aggregate([{ partitionKey: 1, data: 'x' }]);
console.log(`round trip of ${back.length}`);
