// Puts one user record; bundled into a single file before it is run.

import { KinesisProducer } from 'kinesis-agg/producer';

const client = {
  putRecords: async ({ Records }) => ({
    Records: Records.map((_, i) => ({ SequenceNumber: String(i + 1), ShardId: 'shardId-000000000000' })),
  }),
};
const producer = new KinesisProducer({ client, streamName: 's', routing: 'pinned', distribution: 'partition-key' });
const { sequenceNumber } = await producer.put({ partitionKey: 'a', data: 'x' });
console.log('stored', sequenceNumber);
