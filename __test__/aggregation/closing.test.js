'use strict';

// When an aggregate closes, and when not.

const { RecordAggregator, aggregate } = require('../..');
const { numbered, textsOf } = require('../support/user-records');
const { MAX_HASH_KEY } = require('../oracle/hash-key');

const add = (aggregator, records) => records.flatMap((record) => aggregator.addUserRecord(record) ?? []);

describe('maxUserRecords', () => {
  test.each([1, 2, 3, 10])('%i: an aggregate closes with the record after that many', (maxUserRecords) => {
    const aggregator = new RecordAggregator({ maxUserRecords });
    expect(add(aggregator, numbered(maxUserRecords))).toEqual([]);
    expect(aggregator.userRecordCount).toBe(maxUserRecords);
    const closed = aggregator.addUserRecord({ partitionKey: 'a', data: 'one more' });
    expect(closed.userRecordCount).toBe(maxUserRecords);
    expect(textsOf(aggregator.flush())).toEqual([['one more']]);
  });

  test('counts each aggregate for itself', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey', maxUserRecords: 2 });
    expect(add(aggregator, [...numbered(2, 'a'), ...numbered(2, 'b')])).toEqual([]);
    expect(aggregator.userRecordCount).toBe(4);
  });

  test('by default is no limit that 100 000 records reach', () => {
    const records = Array.from({ length: 100_000 }, () => ({ partitionKey: 'a', data: '' }));
    const entries = aggregate(records, { maxAggregateBytes: 1_048_576 });
    expect(entries.map((entry) => entry.userRecordCount)).toEqual([100_000]);
  });
});

describe('maxAggregateBytes', () => {
  test('the record that does not fit opens the next aggregate', () => {
    const aggregator = new RecordAggregator({ maxAggregateBytes: 120 });
    const closed = add(aggregator, numbered(40));
    expect(closed.length).toBeGreaterThan(2);
    expect(textsOf([...closed, ...aggregator.flush()]).flat()).toEqual(numbered(40).map(({ data }) => data));
  });

  test('an aggregate that has become full stays open', () => {
    const record = { partitionKey: 'a', data: 'x' };
    const aggregator = new RecordAggregator({ maxAggregateBytes: 200 });
    while (aggregator.fits(record)) expect(aggregator.addUserRecord(record)).toBeUndefined();
    const count = aggregator.userRecordCount;
    expect(aggregator.addUserRecord(record)).toMatchObject({ userRecordCount: count });
  });

  test('a record goes into the aggregate that it belongs to, though another would have room', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey', maxUserRecords: 1 });
    expect(add(aggregator, [...numbered(1, 'a'), ...numbered(1, 'b')])).toEqual([]);
    expect(aggregator.addUserRecord({ partitionKey: 'a', data: '' })).toMatchObject({ PartitionKey: 'a' });
  });
});

describe('maxOpenAggregates', () => {
  const open = (aggregator, key) => aggregator.addUserRecord({ partitionKey: key, data: key })?.PartitionKey;

  test('the least recently used aggregate closes when another must open', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey', maxOpenAggregates: 3 });
    for (const key of ['a', 'b', 'c']) expect(open(aggregator, key)).toBeUndefined();
    expect(open(aggregator, 'a')).toBeUndefined(); // used: now b is the oldest
    expect(open(aggregator, 'd')).toBe('b');
    expect(open(aggregator, 'e')).toBe('c');
    expect(open(aggregator, 'b')).toBe('a');
    expect(aggregator.flush().map((entry) => entry.PartitionKey)).toEqual(['d', 'e', 'b']);
  });

  test('fits is no use of an aggregate', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey', maxOpenAggregates: 2 });
    open(aggregator, 'a');
    open(aggregator, 'b');
    expect(aggregator.fits({ partitionKey: 'a', data: '' })).toBe(true);
    expect(open(aggregator, 'c')).toBe('a');
  });

  test('an aggregate that takes the place of its predecessor evicts none', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey', maxOpenAggregates: 2, maxUserRecords: 1 });
    open(aggregator, 'a');
    open(aggregator, 'b');
    expect(open(aggregator, 'b')).toBe('b');
    expect(aggregator.flush().map((entry) => entry.PartitionKey)).toEqual(['a', 'b']);
  });

  test('1 works under every routing', () => {
    for (const routing of ['pinned', 'partitionKey', 'first', { lanes: 8 }]) {
      const records = ['a', 'b', 'a', 'c', 'b'].map((key) => ({ partitionKey: key, data: key }));
      const entries = aggregate(records, { routing, maxOpenAggregates: 1 });
      expect(textsOf(entries).flat()).toEqual(['a', 'b', 'a', 'c', 'b']);
    }
  });

  const explicit = (count) =>
    Array.from({ length: count }, (_, i) => ({ partitionKey: 'a', data: '', explicitHashKey: String(i) }));
  const shards = (count) =>
    Array.from({ length: count }, (_, i) => ({
      HashKeyRange: {
        StartingHashKey: String(i),
        EndingHashKey: i === count - 1 ? String(MAX_HASH_KEY) : String(i),
      },
    }));

  test.each([
    ['64 by default', 'pinned', 64],
    ['64 under few lanes', { lanes: 3 }, 64],
    ['the number of lanes if that is more', { lanes: 100 }, 100],
    ['64 under few shards', { shards: shards(3) }, 64],
    ['the number of shards if that is more', { shards: shards(100) }, 100],
  ])('is %s', (_, routing, limit) => {
    const aggregator = new RecordAggregator({ routing });
    expect(add(aggregator, explicit(limit))).toEqual([]);
    const closed = aggregator.addUserRecord({ partitionKey: 'a', data: '', explicitHashKey: '1000' });
    expect(closed).toMatchObject({ ExplicitHashKey: '0' });
    expect(aggregator.userRecordCount).toBe(limit);
  });
});

describe('flush', () => {
  test('closes every open aggregate in the order in which they were opened, not in that of their use', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey' });
    for (const key of ['c', 'a', 'b', 'a', 'c']) aggregator.addUserRecord({ partitionKey: key, data: '' });
    expect(aggregator.flush().map((entry) => entry.PartitionKey)).toEqual(['c', 'a', 'b']);
    expect(aggregator.flush()).toEqual([]);
  });

  test('an aggregate that was closed and opened again comes later', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey', maxUserRecords: 1 });
    for (const key of ['a', 'b', 'a']) aggregator.addUserRecord({ partitionKey: key, data: '' });
    expect(aggregator.flush().map((entry) => entry.PartitionKey)).toEqual(['b', 'a']);
  });

  test('of nothing gives nothing', () => {
    expect(new RecordAggregator().flush()).toEqual([]);
    expect(aggregate([])).toEqual([]);
  });
});

test('one addUserRecord closes at most one aggregate, even where a limit and an eviction meet', () => {
  const aggregator = new RecordAggregator({ routing: 'partitionKey', maxOpenAggregates: 1, maxAggregateBytes: 64 });
  const counts = [];
  for (let i = 0; i < 50; i++) {
    const before = aggregator.userRecordCount;
    const closed = aggregator.addUserRecord({ partitionKey: `${i % 3}`, data: Buffer.alloc((i * 7) % 90) });
    counts.push(before + 1 - (closed?.userRecordCount ?? 0) - aggregator.userRecordCount);
  }
  expect(counts).toEqual(counts.map(() => 0));
});

test('aggregate gives the aggregates in the order in which they closed, then those of flush', () => {
  const keys = ['a', 'b', 'b', 'c'];
  const entries = aggregate(
    keys.map((key) => ({ partitionKey: key, data: '' })),
    { routing: 'partitionKey', maxUserRecords: 1 },
  );
  expect(entries.map((entry) => entry.PartitionKey)).toEqual(['b', 'a', 'b', 'c']);
});

test('an entry has the fields of PutRecordsRequestEntry and the count, and no field that is undefined', () => {
  const [pinned] = aggregate(numbered(2));
  expect(Object.keys(pinned).sort()).toEqual(['Data', 'ExplicitHashKey', 'PartitionKey', 'userRecordCount']);
  expect(Buffer.isBuffer(pinned.Data)).toBe(true);
  const [keyed] = aggregate(numbered(2), { routing: 'partitionKey' });
  expect(Object.keys(keyed).sort()).toEqual(['Data', 'PartitionKey', 'userRecordCount']);
});

test('an entry owns its bytes: nothing shares their memory', () => {
  const [one, two] = aggregate(numbered(2), { maxUserRecords: 1 });
  expect(one.Data.buffer).not.toBe(two.Data.buffer);
  one.Data.fill(0);
  expect(textsOf([two])).toEqual([['1']]);
});
