// The producer's types against the AWS SDK, loggers and streams.

import { pipeline } from 'node:stream/promises';
import {
  DescribeStreamSummaryCommand,
  type DescribeStreamSummaryInput,
  Kinesis,
  KinesisClient,
  ListShardsCommand,
  type ListShardsInput,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import type { KplError, UserRecord, UserRecordInput } from 'kinesis-agg';
import {
  KinesisProducer,
  type KinesisWriteClient,
  ProducerError,
  type ProducerLogger,
  type ProducerOptions,
  type PutResult,
} from 'kinesis-agg/producer';
import { accepts, type Same, same } from './assert.js';

// The SDK's client with functions as it stands, and the bare one behind three lines.
const options: ProducerOptions = { client: new Kinesis({}), streamName: 's' };
const bare = new KinesisClient({});
const adapter: KinesisWriteClient = {
  putRecords: (input, options) => bare.send(new PutRecordsCommand(input), options),
  listShards: (input, options) => bare.send(new ListShardsCommand(input as ListShardsInput), options),
  describeStreamSummary: (input, options) =>
    bare.send(new DescribeStreamSummaryCommand(input as DescribeStreamSummaryInput), options),
};
const producer = new KinesisProducer(options);
new KinesisProducer({ client: adapter, streamArn: 'arn', routing: { lanes: 4 }, ordered: true });
// A double of one function.
new KinesisProducer({
  client: { putRecords: async () => ({}) },
  streamName: 's',
  routing: 'pinned',
  distribution: 'partition-key',
});
// @ts-expect-error the bare client has no putRecords
new KinesisProducer({ client: bare, streamName: 's' });
// @ts-expect-error a routing that can lose records is not offered
new KinesisProducer({ client: adapter, streamName: 's', routing: 'first' });

// Loggers.
accepts<ProducerLogger>(console);
accepts<ProducerLogger>(bare.config.logger);

// Verbs.
same<Same<ReturnType<KinesisProducer['add']>, Promise<void> | undefined>>();
same<Same<ReturnType<KinesisProducer['put']>, Promise<PutResult>>>();
export async function use(records: AsyncIterable<UserRecordInput>): Promise<void> {
  await producer.add({ PartitionKey: 'a', Data: new Uint8Array() });
  await producer.put({ partitionKey: 'a', data: 'x', explicitHashKey: 1n }, { signal: AbortSignal.timeout(1) });
  await pipeline(records, (source: AsyncIterable<UserRecordInput>) => producer.putAll(source));
  new WritableStream<UserRecordInput>({ write: (r) => producer.add(r), close: () => producer.flush() });
  try {
    await producer.close({ signal: AbortSignal.timeout(1) });
  } catch (error) {
    if (!(error instanceof ProducerError)) throw error;
    const code: KplError['code'] = error.code;
    const again: readonly UserRecordInput[] = error.userRecords as readonly (UserRecord & { partitionKey: string })[];
    const asKplError: KplError = error;
    console.log(code, again, asKplError, error.errors?.[0]?.entry?.Data.length);
  }
}
