import { aggregate, deaggregate } from 'kinesis-agg';

const entries = aggregate([
  { partitionKey: 'device-1', data: 'one' },
  { partitionKey: 'device-2', data: Buffer.from('two') },
  { PartitionKey: 'device-1', Data: new TextEncoder().encode('three') },
]);
console.log(entries.length, entries[0].userRecordCount); // 1 3

// What GetRecords would deliver:
const record = { ...entries[0], SequenceNumber: '49590338271490256608559692538361571095921575989136588898' };
for (const { partitionKey, subSequenceNumber, data } of deaggregate(record)) {
  console.log(partitionKey, subSequenceNumber, data.toString());
}
// device-1 0 one
// device-2 1 two
// device-1 2 three
