import { Kinesis, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { mockClient } from 'aws-sdk-client-mock';
import { deaggregate } from 'kinesis-agg';
import { KinesisProducer } from 'kinesis-agg/producer';

const kinesis = mockClient(Kinesis);
const client = new Kinesis({ region: 'eu-central-1', maxAttempts: 1 });
// With this routing and distribution, the producer calls nothing but PutRecords.
const options = { client, streamName: 'orders', routing: 'pinned', distribution: 'partition-key' };
const producer = new KinesisProducer(options);

const store = ({ Records }) => ({
  Records: Records.map((_, i) => ({ SequenceNumber: String(i + 1), ShardId: 'shardId-000000000000' })),
});

/** The user records of all requests. */
function sent() {
  const entries = kinesis.commandCalls(PutRecordsCommand).flatMap(({ args }) => args[0].input.Records);
  return deaggregate(entries.map((entry) => ({ ...entry, SequenceNumber: '1' })));
}

beforeEach(() => {
  kinesis.reset();
  // Without a stub there is no answer, and the producer tries again until `recordTtlMs` is over.
  kinesis.on(PutRecordsCommand).callsFake(store);
});

test('orders are sent', async () => {
  await producer.putAll([
    { partitionKey: 'customer-1', data: 'one' },
    { partitionKey: 'customer-2', data: 'two' },
  ]);
  expect(sent().map(({ partitionKey, data }) => [partitionKey, data.toString()])).toEqual([
    ['customer-1', 'one'],
    ['customer-2', 'two'],
  ]);
});

test('an order that is throttled is sent again', async () => {
  const throttled = { FailedRecordCount: 1, Records: [{ ErrorCode: 'ProvisionedThroughputExceededException' }] };
  kinesis.on(PutRecordsCommand).resolvesOnce(throttled).callsFake(store);
  const { attempts } = await producer.put({ partitionKey: 'customer-1', data: 'one' });
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['refused', 'stored']);
});

test('an order that is refused fails', async () => {
  const denied = Object.assign(new Error('not yours'), { name: 'AccessDeniedException' });
  kinesis.on(PutRecordsCommand).rejects(Object.assign(denied, { $metadata: { httpStatusCode: 400 } }));
  const put = producer.put({ partitionKey: 'customer-1', data: 'one' });
  await expect(put).rejects.toMatchObject({ code: 'ERR_KPL_REFUSED', mayBeStored: false });
});
