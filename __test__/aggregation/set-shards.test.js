'use strict';

// Shard maps, and what becomes of open aggregates when the map changes.

const { RecordAggregator, deaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { closedShard, evenShards, shard } = require('../support/shards');
const { expectRefusal } = require('../support/thrown');
const { textsOf } = require('../support/user-records');
const { laneOf } = require('../oracle/aggregator');
const { MAX_HASH_KEY, hashKeyOf } = require('../oracle/hash-key');

const QUARTER = 2n ** 126n;
const [Q1, Q2, Q3] = [QUARTER, 2n * QUARTER, 3n * QUARTER];

const records = Array.from({ length: 100 }, (_, i) => ({ partitionKey: `key ${i}`, data: String(i) }));
const filled = (shards, options = {}) => {
  const aggregator = new RecordAggregator({ routing: { shards }, ...options });
  aggregator.addUserRecords(records);
  return aggregator;
};

/** Expects that each aggregate holds records of one shard of as many even ones, and lies in that shard itself. */
function expectRoutedTo(count, entries) {
  for (const entry of entries) {
    const inside = deaggregate(sdkRecord(entry)).map(({ partitionKey }) => laneOf(hashKeyOf(partitionKey), count));
    expect(new Set([...inside, laneOf(BigInt(entry.ExplicitHashKey), count)]).size).toBe(1);
  }
}

describe('a shard map is taken', () => {
  test.each([
    ['in any order', [shard(Q2, MAX_HASH_KEY), shard(0, Q1 - 1n), shard(Q1, Q2 - 1n)]],
    ['with closed shards among the open ones', [closedShard(0, MAX_HASH_KEY), ...evenShards(2)]],
    ['with closed shards that leave holes', [closedShard(5, 7), shard(0, MAX_HASH_KEY)]],
    ['with shards of one hash key', [shard(0, 0), shard(1, MAX_HASH_KEY - 1n), shard(MAX_HASH_KEY, MAX_HASH_KEY)]],
    [
      'as ListShards returns it',
      [
        {
          ShardId: 'shardId-000000000000',
          HashKeyRange: { StartingHashKey: '0', EndingHashKey: '340282366920938463463374607431768211455' },
          SequenceNumberRange: { StartingSequenceNumber: '49590338271490256608559692538361571095921575989136588898' },
        },
      ],
    ],
    [
      'with EndingSequenceNumber: undefined',
      [shard(0, MAX_HASH_KEY, { SequenceNumberRange: { EndingSequenceNumber: undefined } })],
    ],
  ])('%s', (_, shards) => {
    expect(textsOf(filled(shards).flush()).flat()).toHaveLength(100);
    const aggregator = filled(evenShards(1));
    const closed = aggregator.setShards(shards);
    expect(textsOf([...closed, ...aggregator.flush()]).flat()).toHaveLength(100);
  });
});

describe('a shard map is refused', () => {
  test.each([
    ['without shards', []],
    ['without open shards', [closedShard(0, MAX_HASH_KEY)]],
    ['with a hole at the start', [shard(1, MAX_HASH_KEY)]],
    ['with a hole in the middle', [shard(0, Q1 - 1n), shard(Q1 + 1n, MAX_HASH_KEY)]],
    ['with a hole at the end', [shard(0, MAX_HASH_KEY - 1n)]],
    ['with a hole where a closed shard is', [closedShard(Q1, Q2 - 1n), shard(0, Q1 - 1n), shard(Q2, MAX_HASH_KEY)]],
    ['with an overlap of one hash key', [shard(0, Q1), shard(Q1, MAX_HASH_KEY)]],
    ['with a shard inside another', [shard(0, MAX_HASH_KEY), shard(Q1, Q2)]],
    ['with the same shard twice', [shard(0, MAX_HASH_KEY), shard(0, MAX_HASH_KEY)]],
    ['with a parent that is still open', [shard(0, MAX_HASH_KEY), ...evenShards(2)]],
    ['with a shard that ends before it starts', [shard(0, Q1 - 1n), shard(Q2, Q1), shard(Q2 + 1n, MAX_HASH_KEY)]],
    ['with a range beyond 2^128 - 1', [shard(0, MAX_HASH_KEY + 1n)]],
    ['with a negative hash key', [shard(-1, MAX_HASH_KEY)]],
    ['with a hash key that is no number', [shard('zero', MAX_HASH_KEY)]],
    ['with an empty hash key', [shard('', MAX_HASH_KEY)]],
    ['with hash keys that are numbers', [{ HashKeyRange: { StartingHashKey: 0, EndingHashKey: 5 } }]],
    ['with a shard without a range', [{ ShardId: 'shardId-000000000000' }]],
    ['with half a range', [{ HashKeyRange: { StartingHashKey: '0' } }]],
    ['with null for a shard', [null]],
    ['with undefined for a shard', [undefined]],
    ['with a string for a shard', ['shard']],
    ['that is undefined', undefined],
    ['that is null', null],
    ['that is a string', 'shards'],
    ['that is an object', {}],
    ["that is ListShards' whole answer", { Shards: evenShards(1) }],
  ])('%s', (_, shards) => {
    if (shards !== undefined) {
      expectRefusal(() => new RecordAggregator({ routing: { shards } }), 'ERR_KPL_SHARD_MAP');
    }
    const aggregator = filled(evenShards(4));
    const untouched = filled(evenShards(4));
    expectRefusal(() => aggregator.setShards(shards), 'ERR_KPL_SHARD_MAP');
    expect(aggregator.sizeBytes).toBe(untouched.sizeBytes);
    expect(aggregator.flush()).toEqual(untouched.flush());
    aggregator.addUserRecords(records); // the old map stays
    expectRoutedTo(4, aggregator.flush());
  });
});

test.each([['pinned'], ['partitionKey'], ['first'], [{ lanes: 4 }]])(
  'setShards is refused under routing %j',
  (routing) => {
    const aggregator = new RecordAggregator({ routing });
    aggregator.addUserRecords(records);
    const { sizeBytes } = aggregator;
    expectRefusal(() => aggregator.setShards(evenShards(1)), 'ERR_KPL_OPTION');
    expect(aggregator.sizeBytes).toBe(sizeBytes);
  },
);

test('across a split, open records go where the new map says, in order, and nothing closes', () => {
  const aggregator = filled([shard(0, Q2 - 1n), shard(Q2, MAX_HASH_KEY)]);
  const closed = aggregator.setShards([
    closedShard(0, Q2 - 1n),
    shard(0, Q1 - 1n),
    shard(Q1, Q2 - 1n),
    shard(Q2, Q3 - 1n),
    shard(Q3, MAX_HASH_KEY),
  ]);
  expect(closed).toEqual([]);
  expect(aggregator.userRecordCount).toBe(100);
  const { sizeBytes } = aggregator;
  const entries = aggregator.flush();
  expect(entries).toHaveLength(4);
  expect(entries.map(({ Data }) => Data.length).reduce((a, b) => a + b)).toBe(sizeBytes);
  expectRoutedTo(4, entries);
  for (const texts of textsOf(entries)) expect(texts).toEqual([...texts].sort((a, b) => a - b));
  expect(
    textsOf(entries)
      .flat()
      .sort((a, b) => a - b),
  ).toEqual(records.map(({ data }) => data));
});

test('across a merge, open records of the parents join, as far as they fit', () => {
  const aggregator = filled(evenShards(2), { maxUserRecords: 70 });
  expect(aggregator.userRecordCount).toBe(100);
  const closed = aggregator.setShards([
    ...evenShards(2).map(({ HashKeyRange }) => closedShard(HashKeyRange.StartingHashKey, HashKeyRange.EndingHashKey)),
    shard(0, MAX_HASH_KEY),
  ]);
  expect(closed.map((entry) => entry.userRecordCount)).toEqual([70]);
  const rest = aggregator.flush();
  expect(rest.map((entry) => entry.userRecordCount)).toEqual([30]);
  expect(
    textsOf([...closed, ...rest])
      .flat()
      .sort((a, b) => a - b),
  ).toEqual(records.map(({ data }) => data));
});

test('records added after a reshard follow the new map', () => {
  const aggregator = new RecordAggregator({ routing: { shards: evenShards(1) } });
  aggregator.setShards(evenShards(4));
  aggregator.addUserRecords(records);
  const entries = aggregator.flush();
  expect(entries).toHaveLength(4);
  expectRoutedTo(4, entries);
});

test('records with explicit hash keys of their own keep their aggregates', () => {
  const aggregator = filled(evenShards(2));
  aggregator.addUserRecords(['x', 'y'].map((data) => ({ partitionKey: 'a', data, explicitHashKey: '7' })));
  expect(aggregator.setShards(evenShards(1))).toEqual([]);
  const entries = aggregator.flush();
  expect(entries.map((entry) => entry.userRecordCount).sort((a, b) => a - b)).toEqual([2, 100]);
  const own = entries.find((entry) => entry.userRecordCount === 2);
  expect(own.ExplicitHashKey).toBe('7');
  expect(deaggregate(sdkRecord(own)).map((record) => record.explicitHashKey)).toEqual(['7', '7']);
});

test('a record that nothing can join, or that goes unwrapped, survives a reshard', () => {
  const options = { maxAggregateBytes: 64, maxRecordBytes: 1000 };
  for (const data of [Buffer.alloc(500, 1), Buffer.alloc(999, 2)]) {
    const aggregator = new RecordAggregator({ routing: { shards: evenShards(2) }, ...options });
    aggregator.addUserRecord({ partitionKey: 'a', data });
    expect(aggregator.setShards(evenShards(3))).toEqual([]);
    const [entry, ...more] = aggregator.flush();
    expect(more).toEqual([]);
    expect(deaggregate(sdkRecord(entry))[0].data).toEqual(data);
  }
});

test('the same map again changes nothing but may close nothing either', () => {
  const aggregator = filled(evenShards(4));
  expect(aggregator.setShards(evenShards(4))).toEqual([]);
  expect(aggregator.flush()).toEqual(filled(evenShards(4)).flush());
});

test('a callback may set shards', () => {
  const aggregator = filled(evenShards(2), { maxUserRecords: 60 });
  const seen = [];
  aggregator.onRecordComplete((entry) => {
    seen.push(...textsOf([entry]).flat());
    if (seen.length < 70) aggregator.setShards(evenShards(3));
  });
  aggregator.addUserRecords(records);
  aggregator.flush();
  expect(seen).toHaveLength(200);
});
