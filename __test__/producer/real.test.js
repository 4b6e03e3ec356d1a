'use strict';

// The fault tests of the contract with the real SDK over HTTP: a fault endpoint before kinesis-local. What is stored is
// read back, shard by shard.

const { setTimeout: sleep } = require('node:timers/promises');
const { Kinesis } = require('@aws-sdk/client-kinesis');
const { NodeHttpHandler } = require('@smithy/node-http-handler');
const { KinesisProducer } = require('kinesis-agg/producer');
const { deaggregate } = require('../..');
const { givenKinesis, readAll } = require('../support/kinesis');
const { FaultEndpoint } = require('../support/producer/fault-endpoint');

jest.setTimeout(120_000);

const THROTTLED = { code: 'ProvisionedThroughputExceededException' };
const kinesis = givenKinesis();
/** @type {FaultEndpoint} */
let faults;
const clients = [];

beforeEach(async () => {
  faults = new FaultEndpoint(kinesis.endpoint);
  await faults.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await faults.stop();
});

/** A client of the SDK for an endpoint. */
function clientOf(url, config) {
  const client = new Kinesis({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
    ...config,
  });
  clients.push(client);
  return client;
}

/** A producer on a new stream behind the fault endpoint. */
async function given({ shards = 4, client = {}, url = faults.url, ...options } = {}) {
  const stream = await kinesis.stream(shards);
  const log = [];
  const logger = { warn: (message) => log.push(message), error: (message) => log.push(message) };
  const producer = new KinesisProducer({ client: clientOf(url, client), streamName: stream.name, logger, ...options });
  return { stream, producer, log, options };
}

/** Puts so many records, over so many keys; gives what became of each. */
async function putMany(producer, count, { keys = 50, paceMs = 0 } = {}) {
  const books = [];
  for (let i = 0; i < count; i++) {
    const book = { data: `${i}:${'x'.repeat(100)}`, partitionKey: `key-${i % keys}` };
    books.push(
      producer.put(book).then(
        (result) => ({ ...book, result }),
        (error) => ({ ...book, error }),
      ),
    );
    if (paceMs > 0 && i % 10 === 9) await sleep(paceMs);
  }
  return Promise.all(books);
}

/** I1 to I8 on what the shards hold. Gives how often each record is stored. */
async function expectInvariants({ stream, producer, options }, books) {
  await producer.close();
  const shards = await readAll(stream);
  const ranges = new Map((await stream.listShards()).map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange]));
  const copies = new Map(books.map(({ data }) => [data, []]));
  let arrival = 0;
  for (const [shardId, records] of shards) {
    for (const record of records) {
      const userRecords = deaggregate(record);
      const kept = deaggregate(record, { hashKeyRange: ranges.get(shardId) });
      expect(kept).toHaveLength(userRecords.length); // I8
      arrival++;
      for (const [subSequenceNumber, { data, partitionKey }] of userRecords.entries()) {
        const copy = { shardId, sequenceNumber: record.SequenceNumber, subSequenceNumber, partitionKey, arrival };
        copies.get(String(data)).push(copy);
      }
    }
  }
  for (const { data, partitionKey, result, error } of books) {
    const its = copies.get(data);
    if (result) {
      const { shardId, sequenceNumber, subSequenceNumber } = result;
      expect(its).toContainEqual(expect.objectContaining({ shardId, sequenceNumber, subSequenceNumber, partitionKey })); // I2
      if (!result.mayBeDuplicated) expect(its).toHaveLength(1); // I3
    } else if (!error.mayBeStored) {
      expect(its).toHaveLength(0); // I4
    }
  }
  if (options.ordered) expectOrder(books, copies);
  expect(producer.metrics()).toMatchObject({ bufferedRecords: 0, waitingPuts: 0 }); // I6
  return [...copies.values()].map(({ length }) => length);
}

/** I5, where the shards are read parents before children. */
function expectOrder(books, copies) {
  const last = new Map();
  for (const { data, partitionKey, result } of books) {
    if (!result) continue;
    const [first] = copies.get(data);
    const before = last.get(partitionKey);
    if (before) {
      const isLater =
        first.arrival > before.arrival ||
        (first.arrival === before.arrival && first.subSequenceNumber > before.subSequenceNumber);
      expect(isLater).toBe(true);
    }
    last.set(partitionKey, first);
  }
}

const once = (fault) => (request) => (request.number === 0 ? fault : undefined);

test('without a fault', async () => {
  const it = await given();
  await it.producer.ready();
  const books = await putMany(it.producer, 2000);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(it.log).toEqual([]);
  expect(faults.calls).toMatchObject({ ListShards: 1, DescribeStreamSummary: 1 });
});

test('1: entries throttled at random', async () => {
  const it = await given({ routing: { lanes: 16 } });
  let turn = 0;
  faults.script = () => ({ entries: () => (turn++ % 10 === 3 ? THROTTLED : undefined) });
  const books = await putMany(it.producer, 1000, { paceMs: 10 });
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(it.producer.metrics().entries.throttled).toBeGreaterThan(0);
});

test('4: stored, and answered that it failed', async () => {
  const it = await given();
  faults.script = once({ entries: () => ({ code: 'InternalFailure', isStored: true }) });
  const books = await putMany(it.producer, 100);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 2));
  expect(books.every(({ result }) => result.mayBeDuplicated)).toBe(true);
});

test.each([
  ['hang', 2],
  ['cut', 2],
  ['reset', 2],
  ['empty', 2],
  ['too few', 2],
])('5, 7: stored, and the answer: %s', async (answers, times) => {
  const it = await given({ requestTimeoutMs: 2000 });
  faults.script = once({ answers });
  const books = await putMany(it.producer, 100);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => times));
  expect(books.every(({ result }) => result.mayBeDuplicated)).toBe(true);
});

test('6: reset before storing', async () => {
  const it = await given();
  faults.script = once({ before: 'reset' });
  const books = await putMany(it.producer, 100);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(books.every(({ result }) => result.mayBeDuplicated)).toBe(true);
});

test('7: 503 three times', async () => {
  const it = await given({ routing: 'pinned' });
  faults.script = ({ number }) => (number < 3 ? { error: { status: 503, name: 'ServiceUnavailable' } } : undefined);
  const books = await putMany(it.producer, 50);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  for (const { result } of books) {
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown', 'stored']);
  }
});

test('8: a token that has expired', async () => {
  const it = await given({ routing: 'pinned' });
  const began = performance.now();
  faults.script = () =>
    performance.now() - began < 2000 ? { error: { status: 400, name: 'ExpiredTokenException' } } : undefined;
  const books = await putMany(it.producer, 50);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(books.every(({ result }) => !result.mayBeDuplicated)).toBe(true);
  expect(faults.requests.length).toBeLessThanOrEqual(6);
});

test.each(['AccessDeniedException', 'ResourceNotFoundException', 'KMSDisabledException'])('9: %s', async (name) => {
  const it = await given();
  faults.script = () => ({ error: { status: 400, name } });
  const books = await putMany(it.producer, 50);
  for (const { error } of books)
    expect(error).toMatchObject({ code: 'ERR_KPL_REFUSED', cause: { name }, mayBeStored: false });
  expect(faults.requests).toHaveLength(1);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 0));
});

test('10: one entry of many is refused', async () => {
  const it = await given({ routing: 'none' });
  faults.script = ({ entries }) =>
    entries.some(({ PartitionKey }) => PartitionKey === 'key-77')
      ? { error: { status: 400, name: 'ValidationException' } }
      : undefined;
  const books = await putMany(it.producer, 500, { keys: 500 });
  expect(await expectInvariants(it, books)).toEqual(books.map((_, i) => (i === 77 ? 0 : 1)));
  // On a busy machine, the first requests may hold a part of them each.
  expect(faults.requests.length).toBeLessThanOrEqual(30);
});

test.each([['shards'], [{ lanes: 16 }], ['partitionKey'], ['pinned']])(
  '11: a shard is split and two are merged under load, routing %j',
  async (routing) => {
    const it = await given({ routing, ordered: typeof routing === 'object' || routing === 'partitionKey' });
    const putting = putMany(it.producer, 3000, { paceMs: 20 });
    await sleep(1500);
    await it.stream.reshard();
    const books = await putting;
    expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
    expect(faults.calls.ListShards ?? 0).toBeLessThanOrEqual(5);
  },
);

test('13: a stream that distributes by itself', async () => {
  const it = await given({ routing: 'pinned' });
  faults.summary = { RecordDistributionStrategy: 'AUTO' };
  const books = await putMany(it.producer, 100);
  expect(faults.requests.flatMap(({ entries }) => entries)).toHaveLength(100);
  expect(books.every(({ result }) => !result.aggregated)).toBe(true);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));

  const ordered = await given({ routing: { lanes: 4 }, ordered: true });
  await expect(ordered.producer.ready()).rejects.toMatchObject({ code: 'ERR_KPL_STREAM' });
});

test('14: throttles and lost answers, in order', async () => {
  const it = await given({ routing: { lanes: 8 }, ordered: true, requestTimeoutMs: 1000 });
  let turn = 0;
  faults.script = ({ number }) => {
    if (number % 20 === 7) return { answers: 'hang' };
    return { entries: () => (turn++ % 3 === 1 ? THROTTLED : undefined) };
  };
  const books = await putMany(it.producer, 1000, { paceMs: 10 });
  const times = await expectInvariants(it, books);
  expect(Math.min(...times)).toBe(1);
});

test('20: the SDK that tries again by itself is warned of', async () => {
  const it = await given({ client: { maxAttempts: 3 } });
  faults.script = ({ number }) => (number % 4 === 1 ? { answers: 'reset' } : undefined);
  const books = await putMany(it.producer, 300, { paceMs: 20 });
  await expectInvariants(it, books);
  expect(it.log.filter((message) => message.includes('maxAttempts: 1'))).toHaveLength(1);
  const hidden = books.filter(({ result }) => result.attempts.some(({ sdkAttempts }) => sdkAttempts > 1));
  expect(hidden.length).toBeGreaterThan(0);
  expect(hidden.every(({ result }) => result.mayBeDuplicated)).toBe(true);
});

test('no such stream, and no permission to read its shards', async () => {
  const client = clientOf(faults.url);
  const producer = new KinesisProducer({ client, streamName: 'nowhere', logger: { warn() {}, error() {} } });
  await expect(producer.ready()).rejects.toMatchObject({
    code: 'ERR_KPL_STREAM',
    cause: { name: 'ResourceNotFoundException' },
  });
  await expect(producer.put({ partitionKey: 'a', data: 'x' })).rejects.toMatchObject({ code: 'ERR_KPL_STREAM' });
});
