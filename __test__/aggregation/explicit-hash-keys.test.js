'use strict';

// Explicit hash keys that are not followed: those of all records under 'ignore', and one that says nothing that the
// partition key does not say.

const { RecordAggregator, aggregate, hashKey } = require('../..');
const { hashKeyOf } = require('../oracle/hash-key');
const { expectRefusal } = require('../support/thrown');
const { evenShards } = require('../support/shards');
const { userRecordsOf } = require('../support/user-records');

const ROUTINGS = [
  ['pinned', 'pinned'],
  ['partitionKey', 'partitionKey'],
  ['first', 'first'],
  ['lanes', { lanes: 4 }],
  ['shards', { shards: evenShards(4) }],
];

const plain = Array.from({ length: 40 }, (_, i) => ({ partitionKey: `key ${i % 9}`, data: `text ${i}` }));
const adding = (records, options) => {
  const aggregator = new RecordAggregator(options);
  const entries = records.flatMap((record) => aggregator.addUserRecord(record) ?? []);
  return [...entries, ...aggregator.flush()];
};

describe.each(ROUTINGS)("explicitHashKeys: 'ignore' under %s", (_, routing) => {
  const options = { routing, maxUserRecords: 7, explicitHashKeys: 'ignore' };
  const expected = aggregate(plain, { routing, maxUserRecords: 7 });

  test.each([
    ['each its own', (_record, i) => String(i)],
    ['bigints', (_record, i) => BigInt(i)],
    ['those of the partition keys', ({ partitionKey }) => hashKey(partitionKey)],
    ['odd ones', (_record, i) => ['', '007', 'no number', '-1', '1e3', String(2n ** 128n), 5, {}, [], true][i % 10]],
  ])('records are routed as if they had none: %s', (_kind, keyOf) => {
    const records = plain.map((record, i) => ({ ...record, explicitHashKey: keyOf(record, i) }));
    const inPascalCase = records.map(({ partitionKey, data, explicitHashKey }) => {
      return { PartitionKey: partitionKey, Data: data, ExplicitHashKey: explicitHashKey };
    });
    for (const given of [records, inPascalCase]) {
      expect(aggregate(given, options)).toEqual(expected);
      expect(adding(given, options)).toEqual(expected);
      expect(new RecordAggregator(options).fits(given[0])).toBe(true);
    }
    expect(userRecordsOf(aggregate(records, options)).every(({ explicitHashKey }) => explicitHashKey === null)).toBe(
      true,
    );
  });

  test("'keep' follows them, and refuses what is none", () => {
    const records = plain.map((record, i) => ({ ...record, explicitHashKey: String(i) }));
    const kept = aggregate(records, { ...options, explicitHashKeys: 'keep' });
    expect(kept).not.toEqual(expected);
    expect(kept).toEqual(aggregate(records, { routing, maxUserRecords: 7 }));
    const odd = [{ ...plain[0], explicitHashKey: '007' }];
    expectRefusal(() => aggregate(odd, { routing, explicitHashKeys: 'keep' }), 'ERR_KPL_EXPLICIT_HASH_KEY');
  });
});

test("a lone record that goes unwrapped has no explicit hash key outside with 'ignore'", () => {
  const options = { wrapSingle: false, explicitHashKeys: 'ignore' };
  const entries = aggregate([{ partitionKey: 'a', data: 'x', explicitHashKey: '7' }], options);
  expect(entries).toEqual([{ PartitionKey: 'a', Data: Buffer.from('x'), userRecordCount: 1 }]);
});

describe("an explicit hash key that is the partition key's own hash key", () => {
  const withTheirOwn = plain.map((record) => ({ ...record, explicitHashKey: hashKey(record.partitionKey) }));

  test.each(ROUTINGS.filter(([name]) => name !== 'first'))(
    'changes nothing under %s: the record goes where it would go without, and comes out with null',
    (_, routing) => {
      const expected = aggregate(plain, { routing });
      expect(aggregate(withTheirOwn, { routing })).toEqual(expected);
      expect(adding(withTheirOwn, { routing })).toEqual(expected);
      const bigints = withTheirOwn.map((record) => ({ ...record, explicitHashKey: BigInt(record.explicitHashKey) }));
      expect(aggregate(bigints, { routing })).toEqual(expected);
      const mixed = plain.map((record, i) => (i % 2 === 0 ? record : withTheirOwn[i]));
      expect(aggregate(mixed, { routing })).toEqual(expected);
      expect(userRecordsOf(expected).every(({ explicitHashKey }) => explicitHashKey === null)).toBe(true);
    },
  );

  test("'pinned' does not hold a record to it", () => {
    const entries = aggregate(withTheirOwn);
    expect(entries).toMatchObject([{ PartitionKey: 'key 0', ExplicitHashKey: hashKey('key 0'), userRecordCount: 40 }]);
  });

  test('lanes do not hold a record to it: it lies in the middle of its lane', () => {
    const middle = (lane) => String((2n * BigInt(lane) + 1n) * 2n ** 125n);
    for (const { PartitionKey, ExplicitHashKey } of aggregate(withTheirOwn, { routing: { lanes: 4 } })) {
      expect(ExplicitHashKey).toBe(middle(PartitionKey.split('-')[1]));
    }
  });

  test('{ shards } hold a record to the shard of it', () => {
    const shards = evenShards(4);
    const shardOf = (key) =>
      shards.findIndex(({ HashKeyRange: range }) => {
        return BigInt(range.StartingHashKey) <= BigInt(key) && BigInt(key) <= BigInt(range.EndingHashKey);
      });
    const entries = aggregate(withTheirOwn, { routing: { shards } });
    expect(entries.length).toBeGreaterThan(1);
    for (const entry of entries) {
      const own = userRecordsOf([entry]).map(({ partitionKey }) => shardOf(hashKeyOf(partitionKey)));
      expect(new Set(own)).toEqual(new Set([shardOf(entry.ExplicitHashKey)]));
    }
  });

  test("'partitionKey' holds a record to it", () => {
    const entries = aggregate(withTheirOwn, { routing: 'partitionKey' });
    expect(entries).toHaveLength(9);
    for (const entry of entries) {
      const lies = BigInt(entry.ExplicitHashKey ?? hashKey(entry.PartitionKey));
      const own = userRecordsOf([entry]).map(({ partitionKey }) => hashKeyOf(partitionKey));
      expect(new Set(own)).toEqual(new Set([lies]));
    }
  });

  test("'first' writes it like any other", () => {
    const [first] = aggregate(withTheirOwn, { routing: 'first' });
    expect(first).toMatchObject({ PartitionKey: 'key 0', ExplicitHashKey: hashKey('key 0'), userRecordCount: 40 });
    expect(userRecordsOf([first]).map(({ explicitHashKey }) => explicitHashKey)).toEqual(
      withTheirOwn.map(({ explicitHashKey }) => explicitHashKey),
    );
  });

  test.each([
    ['a neighbour of it', ({ partitionKey }) => String(BigInt(hashKey(partitionKey)) ^ 1n)],
    ["another partition key's", () => hashKey('another')],
  ])('%s is followed', (_, keyOf) => {
    const records = plain.map((record) => ({ ...record, explicitHashKey: keyOf(record) }));
    for (const [, routing] of ROUTINGS) {
      const keys = userRecordsOf(aggregate(records, { routing })).map(({ explicitHashKey }) => explicitHashKey);
      expect(keys.sort()).toEqual(records.map(({ explicitHashKey }) => explicitHashKey).sort());
    }
  });
});
