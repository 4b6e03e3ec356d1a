'use strict';

// The fault tests of the contract with the real SDK over HTTP: a fault endpoint before kinesis-local. What is stored is
// read back, shard by shard.

const { setTimeout: sleep } = require('node:timers/promises');
const { KinesisProducer } = require('kinesis-agg/producer');
const { expectInvariants, givenProducers, putMany } = require('../support/producer/over-http');

jest.setTimeout(120_000);

const THROTTLED = { code: 'ProvisionedThroughputExceededException' };
const http = givenProducers();

const once = (fault) => (request) => (request.number === 0 ? fault : undefined);

test('without a fault', async () => {
  const it = await http.producer();
  await it.producer.ready();
  const books = await putMany(it.producer, 2000);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(it.log).toEqual([]);
  expect(http.faults.calls).toMatchObject({ ListShards: 1, DescribeStreamSummary: 1 });
});

test('1: entries throttled at random', async () => {
  const it = await http.producer({ routing: { lanes: 16 } });
  let turn = 0;
  http.faults.script = () => ({ entries: () => (turn++ % 10 === 3 ? THROTTLED : undefined) });
  const books = await putMany(it.producer, 1000, { paceMs: 10 });
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(it.producer.metrics().entries.throttled).toBeGreaterThan(0);
});

test('4: stored, and answered that it failed', async () => {
  const it = await http.producer();
  http.faults.script = once({ entries: () => ({ code: 'InternalFailure', isStored: true }) });
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
  const it = await http.producer({ requestTimeoutMs: 2000 });
  http.faults.script = once({ answers });
  const books = await putMany(it.producer, 100);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => times));
  expect(books.every(({ result }) => result.mayBeDuplicated)).toBe(true);
});

test('6: reset before storing', async () => {
  const it = await http.producer();
  http.faults.script = once({ before: 'reset' });
  const books = await putMany(it.producer, 100);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(books.every(({ result }) => result.mayBeDuplicated)).toBe(true);
});

test('7: 503 three times', async () => {
  const it = await http.producer({ routing: 'pinned' });
  http.faults.script = ({ number }) =>
    number < 3 ? { error: { status: 503, name: 'ServiceUnavailable' } } : undefined;
  const books = await putMany(it.producer, 50);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  for (const { result } of books) {
    expect(result.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown', 'stored']);
  }
});

test('8: a token that has expired', async () => {
  const it = await http.producer({ routing: 'pinned' });
  const began = performance.now();
  http.faults.script = () =>
    performance.now() - began < 2000 ? { error: { status: 400, name: 'ExpiredTokenException' } } : undefined;
  const books = await putMany(it.producer, 50);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
  expect(books.every(({ result }) => !result.mayBeDuplicated)).toBe(true);
  expect(http.faults.requests.length).toBeLessThanOrEqual(6);
});

test.each(['AccessDeniedException', 'ResourceNotFoundException', 'KMSDisabledException'])('9: %s', async (name) => {
  const it = await http.producer();
  http.faults.script = () => ({ error: { status: 400, name } });
  const books = await putMany(it.producer, 50);
  for (const { error } of books)
    expect(error).toMatchObject({ code: 'ERR_KPL_REFUSED', cause: { name }, mayBeStored: false });
  expect(http.faults.requests).toHaveLength(1);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 0));
});

test('10: one entry of many is refused', async () => {
  const it = await http.producer({ routing: 'none' });
  http.faults.script = ({ entries }) =>
    entries.some(({ PartitionKey }) => PartitionKey === 'key-77')
      ? { error: { status: 400, name: 'ValidationException' } }
      : undefined;
  const books = await putMany(it.producer, 500, { keys: 500 });
  expect(await expectInvariants(it, books)).toEqual(books.map((_, i) => (i === 77 ? 0 : 1)));
  // On a busy machine, the first requests may hold a part of them each.
  expect(http.faults.requests.length).toBeLessThanOrEqual(30);
});

test.each([['shards'], [{ lanes: 16 }], ['partitionKey'], ['pinned']])(
  '11: a shard is split and two are merged under load, routing %j',
  async (routing) => {
    const it = await http.producer({ routing, ordered: typeof routing === 'object' || routing === 'partitionKey' });
    const putting = putMany(it.producer, 2000, { paceMs: 20 });
    await sleep(1500);
    await it.stream.reshard();
    const books = await putting;
    expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));
    expect(http.faults.calls.ListShards ?? 0).toBeLessThanOrEqual(5);
  },
);

test('13: a stream that distributes by itself', async () => {
  const it = await http.producer({ routing: 'pinned' });
  http.faults.summary = { RecordDistributionStrategy: 'AUTO' };
  const books = await putMany(it.producer, 100);
  expect(http.faults.requests.flatMap(({ entries }) => entries)).toHaveLength(100);
  expect(books.every(({ result }) => !result.aggregated)).toBe(true);
  expect(await expectInvariants(it, books)).toEqual(books.map(() => 1));

  const ordered = await http.producer({ routing: { lanes: 4 }, ordered: true });
  await expect(ordered.producer.ready()).rejects.toMatchObject({ code: 'ERR_KPL_STREAM' });
});

test('14: throttles and lost answers, in order', async () => {
  const it = await http.producer({ routing: { lanes: 8 }, ordered: true, requestTimeoutMs: 1000 });
  let turn = 0;
  http.faults.script = ({ number }) => {
    if (number % 20 === 7) return { answers: 'hang' };
    return { entries: () => (turn++ % 3 === 1 ? THROTTLED : undefined) };
  };
  const books = await putMany(it.producer, 1000, { paceMs: 10 });
  const times = await expectInvariants(it, books);
  expect(Math.min(...times)).toBe(1);
});

test('20: the SDK that tries again by itself is warned of', async () => {
  const it = await http.producer({ client: { maxAttempts: 3 } });
  http.faults.script = ({ number }) => (number % 4 === 1 ? { answers: 'reset' } : undefined);
  const books = await putMany(it.producer, 300, { paceMs: 20 });
  await expectInvariants(it, books);
  expect(it.log.filter((message) => message.includes('maxAttempts: 1'))).toHaveLength(1);
  const hidden = books.filter(({ result }) => result.attempts.some(({ sdkAttempts }) => sdkAttempts > 1));
  expect(hidden.length).toBeGreaterThan(0);
  expect(hidden.every(({ result }) => result.mayBeDuplicated)).toBe(true);
});

test('no such stream, and no permission to read its shards', async () => {
  const client = http.client(http.faults.url);
  const producer = new KinesisProducer({ client, streamName: 'nowhere', logger: { warn() {}, error() {} } });
  await expect(producer.ready()).rejects.toMatchObject({
    code: 'ERR_KPL_STREAM',
    cause: { name: 'ResourceNotFoundException' },
  });
  await expect(producer.put({ partitionKey: 'a', data: 'x' })).rejects.toMatchObject({ code: 'ERR_KPL_STREAM' });
});
