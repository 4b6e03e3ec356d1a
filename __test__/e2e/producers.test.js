'use strict';

// The producers and the consumer of examples/, on an endpoint that refuses a share of what it is given.

const { DescribeStreamSummaryCommand } = require('@aws-sdk/client-kinesis');
const { deaggregate } = require('../..');
const { example } = require('../support/examples');
const { givenKinesis, ownerOf, putAll, readAll } = require('../support/kinesis');

const kinesis = givenKinesis();

/** Numbered user records of several keys. */
function numbered(count, size = 200) {
  return Array.from({ length: count }, (_, i) => ({
    partitionKey: `key-${i % 25}`,
    data: `${i} ${'x'.repeat(size)}`,
  }));
}

function numbersOf(userRecords) {
  return userRecords.map(({ data }) => Number(data.toString().split(' ')[0]));
}

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

/** Refuses every third entry of PutRecords, as a stream does that is written too fast; each in the end goes through. */
function refuseSome(client) {
  const seen = { refused: 0, requests: 0 };
  let count = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const { Records } = args.input;
      if (Records === undefined) return next(args);
      seen.requests++;
      const isRefused = Records.map(() => ++count % 3 === 0);
      seen.refused += isRefused.filter(Boolean).length;
      const taken = Records.filter((_, i) => !isRefused[i]);
      const result =
        taken.length === 0
          ? { output: { Records: [] }, response: {} }
          : await next({ ...args, input: { ...args.input, Records: taken } });
      const answers = [...result.output.Records];
      const refusal = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded' };
      result.output.Records = isRefused.map((refused) => (refused ? refusal : answers.shift()));
      result.output.FailedRecordCount = (result.output.FailedRecordCount ?? 0) + isRefused.filter(Boolean).length;
      return result;
    },
    { step: 'initialize', name: 'refuseSome' },
  );
  return { seen, stop: () => client.middlewareStack.remove('refuseSome') };
}

async function received(stream) {
  return [...(await readAll(stream)).values()].flatMap((records) => deaggregate(records));
}

describe.each(['producer.mjs', 'producer.ts'])('%s', (name) => {
  const { send, requests } = example(name);

  test('loses and doubles nothing when some entries of each request are refused', async () => {
    const stream = await kinesis.stream(4);
    const userRecords = Array.from({ length: 30 }, (_, part) =>
      numbered(40).map((record) => ({ ...record, explicitHashKey: (BigInt(part) << 120n).toString() })),
    ).flat();
    const { seen, stop } = refuseSome(kinesis.client);
    await send(kinesis.client, stream.name, userRecords);
    stop();
    expect(seen.refused).toBeGreaterThan(5);
    expect(seen.requests).toBeGreaterThan(1);
    const fingerprint = ({ explicitHashKey, data }) => `${explicitHashKey} ${data}`;
    expect((await received(stream)).map(fingerprint).sort()).toEqual(userRecords.map(fingerprint).sort());
  });

  test('gives up with an error, not silently, when entries are refused for ever', async () => {
    const refusal = { ErrorCode: 'ProvisionedThroughputExceededException' };
    const client = { send: async () => ({ FailedRecordCount: 1, Records: [refusal] }) };
    jest.spyOn(Math, 'random').mockReturnValue(0);
    await expect(send(client, 'stream', numbered(1))).rejects.toThrow('1 records were not accepted');
    jest.restoreAllMocks();
  });

  test('keeps to 500 entries and 10 MiB a request', () => {
    const entry = (bytes) => ({ PartitionKey: 'key', Data: Buffer.alloc(bytes), userRecordCount: 1 });
    const sizes = (entries) => [...requests(entries)].map((request) => request.length);
    expect(sizes([])).toEqual([]);
    expect(sizes(Array.from({ length: 1001 }, () => entry(1)))).toEqual([500, 500, 1]);
    const exactlyTenth = 1024 * 1024 - 3;
    expect(sizes(Array.from({ length: 11 }, () => entry(exactlyTenth)))).toEqual([10, 1]);
    expect(sizes([...Array.from({ length: 9 }, () => entry(exactlyTenth)), entry(exactlyTenth + 1)])).toEqual([9, 1]);
  });
});

test('ordered-producer.mjs keeps the order per partition key when entries are refused', async () => {
  const stream = await kinesis.stream(2);
  const { sendInOrder } = example('ordered-producer.mjs');
  const { seen, stop } = refuseSome(kinesis.client);
  const put = (entries) => stream.put(entries, { inOrder: false });
  const userRecords = numbered(600, 2000);
  await sendInOrder(put, userRecords.slice(0, 300));
  await sendInOrder(put, userRecords.slice(300));
  stop();
  expect(seen.refused).toBeGreaterThan(5);
  /** @type {Map<string, number[]>} */
  const perKey = new Map();
  for (const record of await received(stream)) {
    perKey.set(record.partitionKey, [...(perKey.get(record.partitionKey) ?? []), ...numbersOf([record])]);
  }
  expect([...perKey.values()].flat()).toHaveLength(600);
  for (const numbers of perKey.values()) expect(numbers).toEqual(sorted(numbers));
});

test.each([
  ['many small records', () => numbered(3000, 200).map((record, i) => ({ ...record, partitionKey: `key-${i}` }))],
  ['large records', () => numbered(120, 900_000).map((record, i) => ({ ...record, partitionKey: `key-${i}` }))],
])('ordered-producer.mjs keeps to 500 entries and 10 MiB a request: %s', async (_, userRecords) => {
  const { sendInOrder } = example('ordered-producer.mjs');
  const requests = [];
  await sendInOrder(async (entries) => requests.push(entries), userRecords());
  expect(requests.length).toBeGreaterThan(0);
  for (const entries of requests) {
    const bytes = entries.reduce(
      (sum, { Data, PartitionKey }) => sum + Data.length + Buffer.byteLength(PartitionKey),
      0,
    );
    expect({ entries: entries.length <= 500, bytes: bytes <= 10 * 1024 * 1024 }).toEqual({
      entries: true,
      bytes: true,
    });
    expect(new Set(entries.map(({ PartitionKey }) => PartitionKey)).size).toBe(entries.length);
  }
});

test('by-shard-producer.mjs follows the stream through a reshard', async () => {
  const stream = await kinesis.stream(3);
  const { openAggregator, refreshShards } = example('by-shard-producer.mjs');
  const aggregator = await openAggregator(kinesis.client, stream.name);
  aggregator.addUserRecords(numbered(100));
  await stream.reshard();
  const closed = await refreshShards(aggregator, kinesis.client, stream.name);
  closed.push(...aggregator.addUserRecords(numbered(100)), ...aggregator.flush());
  await putAll(stream, closed);
  const shards = await stream.listShards();
  for (const [shardId, records] of await readAll(stream)) {
    for (const { partitionKey } of deaggregate(records)) expect(ownerOf(shards, { partitionKey })).toBe(shardId);
  }
  expect(await received(stream)).toHaveLength(200);
});

test('local-client.mjs reaches an endpoint on this machine', async () => {
  const { name } = await kinesis.stream(1);
  const client = example('local-client.mjs').localClient(kinesis.endpoint.url);
  const summary = await client.send(new DescribeStreamSummaryCommand({ StreamName: name }));
  expect(summary.StreamDescriptionSummary.StreamName).toBe(name);
  client.destroy();
});

test('consumer.mjs reads a shard, and goes on in the middle of an aggregate', async () => {
  const stream = await kinesis.stream(1);
  const { send } = example('producer.mjs');
  const { userRecordsOf } = example('consumer.mjs');
  await send(kinesis.client, stream.name, numbered(20));
  await send(kinesis.client, stream.name, numbered(20));
  const [{ ShardId }] = await stream.listShards();
  const all = [];
  for await (const record of userRecordsOf(kinesis.client, stream.name, ShardId)) all.push(record);
  expect(all).toHaveLength(40);
  const rest = [];
  for await (const record of userRecordsOf(kinesis.client, stream.name, ShardId, all[7])) rest.push(record);
  expect(rest).toEqual(all.slice(8));
});
