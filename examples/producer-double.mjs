import { KinesisProducer } from 'kinesis-agg/producer';

/** A producer for your unit tests: a client of one function that stores everything, and lists what it was sent. */
export function producerDouble(sent = []) {
  const client = {
    async putRecords({ Records }) {
      sent.push(...Records);
      return { Records: Records.map((_, i) => ({ SequenceNumber: String(i + 1), ShardId: 'shardId-000000000000' })) };
    },
  };
  return new KinesisProducer({
    client,
    streamName: 'test',
    routing: 'pinned',
    distribution: 'partition-key',
    lingerMs: 0,
  });
}
