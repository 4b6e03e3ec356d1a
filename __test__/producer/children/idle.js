'use strict';

// For a jest of its own: after its tests no handle may be open. The producers are not closed.

const { KinesisProducer } = require('kinesis-agg/producer');

const client = {
  putRecords: async ({ Records }) => ({
    Records: Records.map((_, i) => ({ SequenceNumber: String(i + 1), ShardId: 'shardId-000000000000' })),
  }),
};
const options = { client, streamName: 's', routing: 'pinned', distribution: 'partition-key' };

test('a producer that was never used, and one that is idle again', async () => {
  new KinesisProducer(options).metrics();
  const producer = new KinesisProducer({ ...options, recordTtlMs: 60_000 });
  const { signal } = new AbortController();
  const results = await Promise.all(
    Array.from({ length: 10 }, () => producer.put({ partitionKey: 'a', data: 'x' }, { signal })),
  );
  expect(results).toHaveLength(10);
  await producer.flush();
});
