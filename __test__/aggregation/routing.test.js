'use strict';

// Line by line what the table of routings promises.

const { RecordAggregator, aggregate, deaggregate, hashKey } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { evenShards } = require('../support/shards');
const { textsOf, userRecordsOf } = require('../support/user-records');
const { laneOf, middleOf } = require('../oracle/aggregator');
const { MAX_HASH_KEY, hashKeyOf } = require('../oracle/hash-key');

const KEYS = Array.from({ length: 200 }, (_, i) => `key ${i}`);
const records = KEYS.map((partitionKey, i) => ({ partitionKey, data: String(i) }));
/** As written: where there is no outer partition key, nobody can tell which of them a routing wrote. */
const explicitHashKeysOf = ({ Data }) => deaggregate(sdkRecord({ Data })).map((record) => record.explicitHashKey);

describe("'pinned'", () => {
  test('is the default', () => {
    expect(aggregate(records)).toEqual(aggregate(records, { routing: 'pinned' }));
    expect(aggregate(records, { routing: undefined })).toEqual(aggregate(records, { routing: 'pinned' }));
  });

  test("one aggregate takes every record, under the first one's partition key and hash key", () => {
    const entries = aggregate(records);
    expect(entries).toMatchObject([
      { PartitionKey: 'key 0', ExplicitHashKey: String(hashKeyOf('key 0')), userRecordCount: 200 },
    ]);
    expect(userRecordsOf(entries).map((record) => record.partitionKey)).toEqual(KEYS);
    expect(new Set(explicitHashKeysOf(entries[0]))).toEqual(new Set([String(hashKeyOf('key 0'))]));
  });

  test('writes the pin on the first record too', () => {
    expect(explicitHashKeysOf(aggregate(records.slice(0, 1))[0])).toEqual([String(hashKeyOf('key 0'))]);
  });

  test('the pin costs one table entry and two bytes a record', () => {
    const same = (count) => Array.from({ length: count }, () => ({ partitionKey: 'a', data: 'x' }));
    const overhead = (count) =>
      aggregate(same(count))[0].Data.length - aggregate(same(count), { routing: 'first' })[0].Data.length;
    const pin = hashKey('a').length + 2;
    expect([overhead(1), overhead(2), overhead(9)]).toEqual([pin + 2, pin + 4, pin + 18]);
  });
});

describe('{ lanes }', () => {
  test.each([1, 2, 3, 7, 64, 1000, 1024])('%i: a record joins lane floor(hash key x N / 2^128)', (lanes) => {
    const entries = aggregate(records, { routing: { lanes } });
    const expected = new Map();
    for (const { partitionKey, data } of records) {
      const lane = laneOf(hashKeyOf(partitionKey), lanes);
      expected.set(lane, [...(expected.get(lane) ?? []), data]);
    }
    expect(entries.map((entry) => entry.PartitionKey)).toEqual(
      [...expected.keys()].map((i) => `lane-${i}-of-${lanes}`),
    );
    expect(entries.map((entry) => entry.ExplicitHashKey)).toEqual(
      [...expected.keys()].map((lane) => String(middleOf(lane, lanes))),
    );
    expect(textsOf(entries)).toEqual([...expected.values()]);
  });

  test('the middle of a lane lies in the lane, worked out by hand for 3 and 4', () => {
    const of = (lanes) => new Set(aggregate(records, { routing: { lanes } }).map((entry) => entry.ExplicitHashKey));
    // floor((2i + 1) x 2^127 / N)
    expect(of(3)).toEqual(
      new Set([
        '56713727820156410577229101238628035242',
        '170141183460469231731687303715884105728',
        '283568639100782052886145506193140176213',
      ]),
    );
    expect(of(4)).toEqual(new Set([1n, 3n, 5n, 7n].map((odd) => String(odd * 2n ** 125n))));
  });

  test('the outer keys do not depend on which record came first', () => {
    const outer = (list) =>
      aggregate(list, { routing: { lanes: 4 } })
        .map(({ PartitionKey, ExplicitHashKey }) => `${PartitionKey} ${ExplicitHashKey}`)
        .sort();
    expect(outer(records)).toEqual(outer([...records].reverse()));
  });
});

describe('{ shards }', () => {
  const shards = evenShards(4);

  test("a record joins its shard's aggregate, under the first record's partition key and hash key", () => {
    const entries = aggregate(records, { routing: { shards } });
    expect(entries).toHaveLength(4);
    for (const entry of entries) {
      const inside = deaggregate(sdkRecord(entry));
      expect(entry.PartitionKey).toBe(inside[0].partitionKey);
      expect(entry.ExplicitHashKey).toBe(String(hashKeyOf(entry.PartitionKey)));
      const shardsInside = inside.map(({ partitionKey }) => laneOf(hashKeyOf(partitionKey), 4));
      expect(new Set(shardsInside).size).toBe(1);
    }
    expect(textsOf(entries).flat()).toHaveLength(200);
  });

  test('a record stays on the shard that it would have gone to alone', () => {
    for (const entry of aggregate(records, { routing: { shards } })) {
      const target = laneOf(BigInt(entry.ExplicitHashKey), 4);
      for (const { partitionKey } of deaggregate(sdkRecord(entry))) {
        expect(laneOf(hashKeyOf(partitionKey), 4)).toBe(target);
      }
    }
  });

  test('the ends of a shard are its own', () => {
    const edge = hashKeyOf('edge');
    const range = (start, end) => ({ HashKeyRange: { StartingHashKey: String(start), EndingHashKey: String(end) } });
    const both = [
      { partitionKey: 'edge', data: 'edge' },
      { partitionKey: KEYS.find((key) => hashKeyOf(key) < edge), data: 'lower' },
    ];
    const starts = { shards: [range(0n, edge - 1n), range(edge, MAX_HASH_KEY)] };
    expect(textsOf(aggregate(both, { routing: starts }))).toEqual([['edge'], ['lower']]);
    const ends = { shards: [range(0n, edge), range(edge + 1n, MAX_HASH_KEY)] };
    expect(textsOf(aggregate(both, { routing: ends }))).toEqual([['edge', 'lower']]);
  });
});

describe("'partitionKey'", () => {
  const routing = 'partitionKey';

  test('a record joins the open aggregate of its partition key; nothing synthetic is written', () => {
    const entries = aggregate(
      ['a', 'b', 'a', 'c', 'b', 'a'].map((partitionKey, i) => ({ partitionKey, data: String(i) })),
      { routing },
    );
    expect(entries.map((entry) => entry.PartitionKey)).toEqual(['a', 'b', 'c']);
    expect(textsOf(entries)).toEqual([['0', '2', '5'], ['1', '4'], ['3']]);
    for (const entry of entries) {
      expect(entry).not.toHaveProperty('ExplicitHashKey');
      expect(explicitHashKeysOf(entry).every((key) => key === null)).toBe(true);
    }
  });

  test('partition key and explicit hash key together name the aggregate', () => {
    const of = (partitionKey, explicitHashKey, data) => ({ partitionKey, explicitHashKey, data });
    const entries = aggregate(
      [of('a', '1', '0'), of('b', '1', '1'), of('a', null, '2'), of('a', '2', '3'), of('a', 1n, '4')],
      { routing },
    );
    expect(textsOf(entries)).toEqual([['0', '4'], ['1'], ['2'], ['3']]);
    expect(entries.map((entry) => entry.ExplicitHashKey)).toEqual(['1', '1', undefined, '2']);
  });
});

describe("'first'", () => {
  const routing = 'first';

  test('one aggregate takes every record in order whatever its keys, and nothing synthetic is written', () => {
    const given = [
      { partitionKey: 'a', data: '0' },
      { partitionKey: 'b', data: '1', explicitHashKey: '5' },
      { partitionKey: 'a', data: '2', explicitHashKey: '6' },
      { partitionKey: 'c', data: '3' },
    ];
    const [entry, ...more] = aggregate(given, { routing });
    expect(more).toEqual([]);
    expect(entry.PartitionKey).toBe('a');
    expect(entry).not.toHaveProperty('ExplicitHashKey');
    expect(userRecordsOf([entry])).toEqual(given.map((record) => ({ explicitHashKey: null, ...record })));
  });

  test("the explicit hash key outside is the first record's own", () => {
    const [entry] = aggregate(
      [
        { partitionKey: 'a', data: '', explicitHashKey: '5' },
        { partitionKey: 'b', data: '' },
      ],
      { routing },
    );
    expect(entry).toMatchObject({ PartitionKey: 'a', ExplicitHashKey: '5', userRecordCount: 2 });
    expect(explicitHashKeysOf(entry)).toEqual(['5', null]);
  });
});

describe('a record with its own explicit hash key', () => {
  const of = (partitionKey, explicitHashKey, data) => ({ partitionKey, explicitHashKey, data });

  test.each([
    ['pinned', 'pinned'],
    ['lanes', { lanes: 1 }],
    ['shards', { shards: evenShards(1) }],
  ])('keeps it, and joins records of the same one only, under %s', (_, routing) => {
    const given = [of('a', null, '0'), of('b', '7', '1'), of('c', null, '2'), of('d', '8', '3'), of('e', '7', '4')];
    const entries = aggregate(given, { routing });
    expect(textsOf(entries)).toEqual([['0', '2'], ['1', '4'], ['3']]);
    expect(entries.slice(1)).toMatchObject([
      { PartitionKey: 'b', ExplicitHashKey: '7' },
      { PartitionKey: 'd', ExplicitHashKey: '8' },
    ]);
    expect(explicitHashKeysOf(entries[1])).toEqual(['7', '7']);
  });

  test('equal to the pin of the open aggregate still has an aggregate of its own', () => {
    const entries = aggregate([of('a', null, '0'), of('b', hashKey('a'), '1'), of('c', null, '2')]);
    expect(textsOf(entries)).toEqual([['0', '2'], ['1']]);
    expect(entries.map((entry) => entry.ExplicitHashKey)).toEqual([hashKey('a'), hashKey('a')]);
  });

  test('each distinct one opens an aggregate', () => {
    const given = Array.from({ length: 20 }, (_, i) => of('a', String(i), ''));
    expect(aggregate(given)).toHaveLength(20);
  });
});

test('memory stays bounded by maxOpenAggregates x maxAggregateBytes', () => {
  const aggregator = new RecordAggregator({ maxOpenAggregates: 4, maxAggregateBytes: 300 });
  let largest = 0;
  for (let i = 0; i < 500; i++) {
    aggregator.addUserRecord({ partitionKey: 'a', explicitHashKey: String(i % 50), data: Buffer.alloc(100) });
    largest = Math.max(largest, aggregator.sizeBytes);
  }
  expect(largest).toBeLessThanOrEqual(4 * 300);
  expect(largest).toBeGreaterThan(300);
});
