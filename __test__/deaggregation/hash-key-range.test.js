'use strict';

// hashKeyRange keeps what the KCL would keep for that shard.

const { aggregate, decode, deaggregate, deaggregateAsync, iterDeaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { evenShards } = require('../support/shards');
const { expectRefusal } = require('../support/thrown');
const { aggregateOf, explicitHashKeyEntry, frame, partitionKeyEntry, recordEntry } = require('../oracle/format');
const { MAX_HASH_KEY, hashKeyOf } = require('../oracle/hash-key');

const range = (start, end) => ({ StartingHashKey: String(start), EndingHashKey: String(end) });
const FULL = range(0, MAX_HASH_KEY);
const [LOWER, UPPER] = evenShards(2).map((shard) => shard.HashKeyRange);

const kept = (data, hashKeyRange) => deaggregate(sdkRecord({ Data: data }), { hashKeyRange }).length;
const withKey = (explicitHashKey) =>
  frame(partitionKeyEntry('a'), explicitHashKeyEntry(explicitHashKey), recordEntry(0, 0, 'x'));

const keys = Array.from({ length: 40 }, (_, i) => `key ${i}`);
const low = keys.filter((key) => hashKeyOf(key) < 2n ** 127n);
const high = keys.filter((key) => hashKeyOf(key) >= 2n ** 127n);
const of = (partitionKeys) => aggregateOf(partitionKeys.map((partitionKey) => ({ partitionKey, data: 'x' })));

test('an aggregate whose user records all lie inside is kept whole', () => {
  expect(kept(of(low), LOWER)).toBe(low.length);
  expect(kept(of(high), UPPER)).toBe(high.length);
  expect(kept(of(keys), FULL)).toBe(40);
});

test('one user record outside drops the whole aggregate', () => {
  expect(kept(of([...low, high[0]]), LOWER)).toBe(0);
  expect(kept(of([high[0], ...low]), LOWER)).toBe(0);
  expect(kept(of(high), LOWER)).toBe(0);
});

test('both ends belong to the range', () => {
  const hashKey = hashKeyOf('a');
  const data = of(['a']);
  expect(kept(data, range(hashKey, hashKey))).toBe(1);
  expect(kept(data, range(hashKey, MAX_HASH_KEY))).toBe(1);
  expect(kept(data, range(0, hashKey))).toBe(1);
  expect(kept(data, range(hashKey + 1n, MAX_HASH_KEY))).toBe(0);
  expect(kept(data, range(0, hashKey - 1n))).toBe(0);
  expect(kept(withKey('0'), range(0, 0))).toBe(1);
  expect(kept(withKey(String(MAX_HASH_KEY)), range(MAX_HASH_KEY, MAX_HASH_KEY))).toBe(1);
});

test('the explicit hash key counts, not the partition key', () => {
  expect(kept(frame(partitionKeyEntry(high[0]), explicitHashKeyEntry('5'), recordEntry(0, 0, 'x')), LOWER)).toBe(1);
  expect(kept(frame(partitionKeyEntry(low[0]), explicitHashKeyEntry('5'), recordEntry(0, 0, 'x')), UPPER)).toBe(0);
});

test('keys that no user record uses do not count', () => {
  const data = frame(
    partitionKeyEntry(low[0]),
    partitionKeyEntry(high[0]),
    explicitHashKeyEntry('no number'),
    recordEntry(0, null, 'x'),
  );
  expect(kept(data, LOWER)).toBe(1);
});

test.each(['abc', '', ' ', '1x', '-1', '-', '+', String(MAX_HASH_KEY + 1n), '9'.repeat(60), '1.0', '0x1', '\ufffd'])(
  'an explicit hash key that is no number or too large is outside every range: %j',
  (key) => {
    expect(kept(withKey(key), FULL)).toBe(0);
    expect(kept(withKey(key), undefined)).toBe(1);
  },
);

test.each([
  ['007', 7n],
  ['+7', 7n],
  ['-0', 0n],
])('a consumer compares numbers, not spellings: %s', (key, number) => {
  expect(kept(withKey(key), range(number, number))).toBe(1);
  expect(kept(withKey(key), range(number + 1n, MAX_HASH_KEY))).toBe(0);
});

test('the hash key is that of the partition key as handed out, with U+FFFD for what is no UTF-8', () => {
  const data = frame(partitionKeyEntry(Buffer.from('61ff', 'hex')), recordEntry(0, null, 'x'));
  const hashKey = hashKeyOf('a\ufffd');
  expect(kept(data, range(hashKey, hashKey))).toBe(1);
});

test('broken is judged first', () => {
  const pointsNowhere = frame(partitionKeyEntry(high[0]), recordEntry(0, null, 'x'), recordEntry(1, null, 'y'));
  const [record] = deaggregate(sdkRecord({ Data: pointsNowhere }), { hashKeyRange: LOWER });
  expect(record.decodeError).toBe('ERR_KPL_INDEX');
  expectRefusal(
    () => deaggregate(sdkRecord({ Data: pointsNowhere }), { hashKeyRange: LOWER, strict: true }),
    'ERR_KPL_INDEX',
  );
});

test('a dropped aggregate is no broken one', () => {
  const onBroken = jest.fn();
  expect(deaggregate(sdkRecord({ Data: of(high) }), { hashKeyRange: LOWER, strict: true, onBroken })).toEqual([]);
  expect(onBroken).not.toHaveBeenCalled();
});

test('records that are not aggregated are never filtered', () => {
  const records = keys.map((PartitionKey) => sdkRecord({ Data: Buffer.from('raw'), PartitionKey }));
  expect(deaggregate(records, { hashKeyRange: range(0, 0) })).toHaveLength(40);
});

test('each aggregate is judged alone; all ways of reading agree', async () => {
  const records = [of(low), of(high), Buffer.from('raw'), of(keys), of(low)].map((Data) => sdkRecord({ Data }));
  const options = { hashKeyRange: LOWER };
  const expected = deaggregate(records, options);
  expect(expected).toHaveLength(2 * low.length + 1);
  expect([...iterDeaggregate(records, options)]).toEqual(expected);
  expect(decode(records, options).toArray()).toEqual(expected);
  expect(await deaggregateAsync(records, options)).toEqual(expected);
});

test("under 'first' a shard's consumer loses aggregates, under 'pinned' none", () => {
  const records = keys.map((partitionKey) => ({ partitionKey, data: 'x' }));
  const keptOf = (entries) =>
    evenShards(2).flatMap(({ HashKeyRange }) =>
      deaggregate(
        entries.map((entry) => sdkRecord(entry)),
        { hashKeyRange: HashKeyRange },
      ),
    ).length;
  expect(keptOf(aggregate(records, { routing: 'first' }))).toBe(0);
  expect(keptOf(aggregate(records))).toBe(40);
});

test("a shard's own HashKeyRange is taken as it stands, frozen too", () => {
  expect(kept(of(low), Object.freeze({ ...LOWER, extra: 1 }))).toBe(low.length);
});

test.each([
  [null],
  ['0-5'],
  [5],
  [{}],
  [[]],
  [{ StartingHashKey: '0' }],
  [{ EndingHashKey: '0' }],
  [{ StartingHashKey: undefined, EndingHashKey: undefined }],
  [{ StartingHashKey: 0, EndingHashKey: 5 }],
  [{ StartingHashKey: 0n, EndingHashKey: 5n }],
  [range('', 5)],
  [range('abc', 5)],
  [range(-1, 5)],
  [range('01', 5)],
  [range(0, MAX_HASH_KEY + 1n)],
  [range(6, 5)],
])('a range that is none is refused: %p', async (hashKeyRange) => {
  const record = sdkRecord({ Data: of(low) });
  expectRefusal(() => deaggregate(record, { hashKeyRange }), 'ERR_KPL_OPTION');
  expectRefusal(() => decode(record, { hashKeyRange }), 'ERR_KPL_OPTION');
  expectRefusal(() => [...iterDeaggregate(record, { hashKeyRange })], 'ERR_KPL_OPTION');
  await expect(deaggregateAsync(record, { hashKeyRange })).rejects.toMatchObject({ code: 'ERR_KPL_OPTION' });
});
