'use strict';

const { randomBytes } = require('node:crypto');
const { aggregate, deaggregate, deaggregateAsync, decode, iterDeaggregate } = require('../..');
const { readByProtobuf } = require('../oracle/protobuf');
const { givenKinesis, ownerOf, putAll, readAll } = require('../support/kinesis');

const kinesis = givenKinesis();

const LAST_HASH_KEY = (1n << 128n) - 1n;
const ROUTINGS = ['pinned', 'partitionKey', 'first', 'lanes', 'shards'];

/** Every kind of key and data that PutRecords takes. */
function awkwardRecords() {
  const records = [
    { partitionKey: 'empty', data: '' },
    { partitionKey: '5', data: 'a key that looks like a number' },
    { partitionKey: '3', data: 'another' },
    { partitionKey: '__proto__', data: 'hasOwnProperty' },
    { partitionKey: 'ключ 鍵 🔑', data: 'текст 文 📄' },
    // Kinesis takes 256 code points; this endpoint counts UTF-16 units.
    { partitionKey: '𝄞'.repeat(128), data: randomBytes(1000) },
    { partitionKey: 'magic', data: Buffer.from('f3899ac2', 'hex') },
    { partitionKey: 'all bytes', data: Buffer.from(Array.from({ length: 256 }, (_, i) => i)) },
    { partitionKey: 'own hash key', data: 'lowest', explicitHashKey: '0' },
    { partitionKey: 'own hash key', data: 'highest', explicitHashKey: LAST_HASH_KEY },
    { partitionKey: 'large', data: randomBytes(100_000) },
  ];
  for (let i = 0; i < 300; i++) records.push({ partitionKey: `key-${i % 40}`, data: `${i}:${'x'.repeat(i)}` });
  return records;
}

function routingOf(name, shards) {
  return { lanes: { lanes: 8 }, shards: { shards } }[name] ?? name;
}

const compareText = (a, b) => (a < b ? -1 : Number(a > b));

function fingerprint({ partitionKey, data }) {
  return `${partitionKey} ${Buffer.from(data).toString('base64')}`;
}

describe.each(ROUTINGS)('under routing %s', (name) => {
  const sent = awkwardRecords();
  let entries;
  let places;
  let shards;
  let received;

  beforeAll(async () => {
    const stream = await kinesis.stream(4);
    shards = await stream.listShards();
    entries = aggregate(sent, { routing: routingOf(name, shards), maxAggregateBytes: 20_000 });
    places = await putAll(stream, entries);
    received = await readAll(stream);
  });

  test('every user record comes back once, with the same bytes and the same partition key', () => {
    const userRecords = [...received.values()].flatMap((records) => deaggregate(records));
    expect(userRecords.map(fingerprint).sort(compareText)).toEqual(sent.map(fingerprint).sort(compareText));
  });

  test('each aggregate lands on the shard that its hash key says', () => {
    const owners = entries.map(({ PartitionKey, ExplicitHashKey }) =>
      ownerOf(shards, { partitionKey: PartitionKey, explicitHashKey: ExplicitHashKey }),
    );
    expect(places.map(({ ShardId }) => ShardId)).toEqual(owners);
  });

  test('every way of reading gives the same user records', async () => {
    for (const records of received.values()) {
      const expected = deaggregate(records);
      expect(await deaggregateAsync(records)).toEqual(expected);
      expect([...iterDeaggregate(records)]).toEqual(expected);
      expect(decode(records).toArray()).toEqual(expected);
    }
  });

  if (name === 'first') {
    test('a KCL consumer would lose user records, which is why this routing is not the default', () => {
      expect(kept(received, shards)).toBeLessThan(sent.length);
    });
  } else {
    test('a KCL consumer of each shard keeps every user record', () => {
      expect(kept(received, shards)).toBe(sent.length);
    });

    test('the hash key that is written for each user record belongs to the shard that it landed on', () => {
      for (const [shardId, records] of received) {
        const written = records.flatMap(
          ({ Data, PartitionKey }) => readByProtobuf(Buffer.from(Data)) ?? [{ partitionKey: PartitionKey }],
        );
        for (const userRecord of written) expect(ownerOf(shards, userRecord)).toBe(shardId);
      }
    });
  }
});

test('under shards, a user record stays on the shard that it would have gone to alone', async () => {
  const stream = await kinesis.stream(5);
  const shards = await stream.listShards();
  const sent = awkwardRecords();
  await putAll(stream, aggregate(sent, { routing: { shards }, maxAggregateBytes: 20_000 }));
  const alone = new Map(
    sent.map((record) => [
      fingerprint(record),
      ownerOf(shards, { ...record, explicitHashKey: record.explicitHashKey?.toString() }),
    ]),
  );
  for (const [shardId, records] of await readAll(stream)) {
    for (const userRecord of deaggregate(records)) expect(alone.get(fingerprint(userRecord))).toBe(shardId);
  }
});

test('aggregates and records that were sent alone come back side by side', async () => {
  const stream = await kinesis.stream(1);
  const alone = { PartitionKey: 'alone', Data: Buffer.from('as it is') };
  await putAll(stream, [alone, ...aggregate([{ partitionKey: 'a', data: 'x' }]), alone]);
  const [records] = (await readAll(stream)).values();
  expect(deaggregate(records).map(({ data, aggregated }) => [data.toString(), aggregated])).toEqual([
    ['as it is', false],
    ['x', true],
    ['as it is', false],
  ]);
});

/** User records that are left when each shard's hash key range filters its records. */
function kept(received, shards) {
  let count = 0;
  for (const [shardId, records] of received) {
    const { HashKeyRange } = shards.find((shard) => shard.ShardId === shardId);
    count += deaggregate(records, { hashKeyRange: HashKeyRange }).length;
  }
  return count;
}
