'use strict';

// What went in comes out: the explicit hash key that a routing writes is not the user's.

const {
  aggregate,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  hashKey,
  iterDeaggregate,
  iterDeaggregateRecords,
} = require('../..');
const compat = require('kinesis-agg/compat');
const { frame, explicitHashKeyEntry, partitionKeyEntry, recordEntry } = require('../oracle/format');
const { SHAPES, sdkRecord } = require('../support/kinesis-records');
const { evenShards } = require('../support/shards');

const inputs = Array.from({ length: 60 }, (_, i) => ({ partitionKey: `key ${i % 7}`, data: `text ${i}` }));
const ROUTINGS = {
  pinned: 'pinned',
  lanes: { lanes: 8 },
  shards: { shards: evenShards(1) },
  partitionKey: 'partitionKey',
};

async function all(asyncIterable) {
  const items = [];
  for await (const item of asyncIterable) items.push(item);
  return items;
}

/** The explicit hash keys that every function hands out: all have to agree. */
async function shownBy(records) {
  const expected = deaggregate(records).map(({ explicitHashKey }) => explicitHashKey);
  const batch = decode(records);
  const ofRecord = (record) => record.ExplicitHashKey ?? record.kinesis?.explicitHashKey ?? null;
  const stream = () =>
    (async function* () {
      yield records;
    })();
  expect(Array.from(batch, (_, i) => batch.explicitHashKey(i))).toEqual(expected);
  expect(batch.toArray().map(({ explicitHashKey }) => explicitHashKey)).toEqual(expected);
  expect(Array.from(iterDeaggregate(records), ({ explicitHashKey }) => explicitHashKey)).toEqual(expected);
  expect((await all(iterDeaggregate(stream()))).map(({ explicitHashKey }) => explicitHashKey)).toEqual(expected);
  expect((await deaggregateAsync(records)).map(({ explicitHashKey }) => explicitHashKey)).toEqual(expected);
  expect(deaggregateRecords(records).map(ofRecord)).toEqual(expected);
  expect(Array.from(iterDeaggregateRecords(records), ofRecord)).toEqual(expected);
  expect((await all(iterDeaggregateRecords(stream()))).map(ofRecord)).toEqual(expected);
  return expected;
}

describe.each(Object.entries(ROUTINGS))('under %s', (_, routing) => {
  const entries = aggregate(inputs, { routing, maxUserRecords: 5 });

  test.each(Object.entries(SHAPES))(
    'what came without an explicit hash key comes out without one: %s',
    (_name, shape) => {
      const userRecords = deaggregate(entries.map((entry, i) => shape(entry, String(i))));
      expect(userRecords).toHaveLength(inputs.length);
      expect(new Set(userRecords.map(({ explicitHashKey }) => explicitHashKey))).toEqual(new Set([null]));
    },
  );

  test('all functions agree', async () => {
    const records = entries.map((entry, i) => sdkRecord(entry, String(i)));
    expect(new Set(await shownBy(records))).toEqual(new Set([null]));
  });

  test('what came with one comes out with it', async () => {
    const withOwn = inputs.map((input, i) => ({ ...input, explicitHashKey: String(i % 3) }));
    const records = aggregate(withOwn, { routing }).map((entry, i) => sdkRecord(entry, String(i)));
    expect((await shownBy(records)).sort()).toEqual(withOwn.map(({ explicitHashKey }) => explicitHashKey).sort());
  });
});

test('what a stream gives, written to another, is routed like the original', () => {
  const written = Array.from({ length: 600 }, (_, i) => ({ partitionKey: `device-${i % 40}`, data: `reading ${i}` }));
  const source = aggregate(written, { maxAggregateBytes: 2000 });
  const userRecords = deaggregate(source.map((entry, i) => sdkRecord(entry, String(i))));
  const target = aggregate(userRecords, { routing: { lanes: 8 } });
  expect(target.every(({ PartitionKey }) => /^lane-\d-of-8$/.test(PartitionKey))).toBe(true);
  expect(target.map(({ Data }) => Data)).toEqual(aggregate(written, { routing: { lanes: 8 } }).map(({ Data }) => Data));
});

const pin = hashKey('a');
const framed = (...entries) => frame(partitionKeyEntry('k'), ...entries);
const pinned = framed(explicitHashKeyEntry(pin), recordEntry(0, 0, 'x'), recordEntry(0, 0, 'y'));

test.each([
  ['the hash key of its partition key', pinned, 'a', [null, null]],
  ['another partition key', pinned, 'b', [pin, pin]],
  ['no partition key', pinned, null, [pin, pin]],
  ['an absent partition key', pinned, undefined, [pin, pin]],
  [
    'one user record without',
    framed(explicitHashKeyEntry(pin), recordEntry(0, 0, 'x'), recordEntry(0, null, 'y')),
    'a',
    [pin, null],
  ],
  [
    'one user record with another',
    framed(explicitHashKeyEntry(pin), explicitHashKeyEntry('7'), recordEntry(0, 0, 'x'), recordEntry(0, 1, 'y')),
    'a',
    [pin, '7'],
  ],
  ['a leading zero', framed(explicitHashKeyEntry(`0${pin}`), recordEntry(0, 0, 'x')), 'a', [`0${pin}`]],
  [
    'an unused one beside it',
    framed(explicitHashKeyEntry('7'), explicitHashKeyEntry(pin), recordEntry(0, 1, 'x')),
    'a',
    [null],
  ],
])('of an aggregate with %s every function shows the same', async (_, Data, PartitionKey, expected) => {
  expect(await shownBy([sdkRecord({ Data, PartitionKey })])).toEqual(expected);
});

test('a hash key range judges by what is written', () => {
  const at = (StartingHashKey) => ({ hashKeyRange: { StartingHashKey, EndingHashKey: StartingHashKey } });
  const record = sdkRecord({ Data: pinned, PartitionKey: 'a' });
  expect(deaggregate(record, at(pin))).toHaveLength(2);
  expect(deaggregate(record, at(hashKey('k')))).toEqual([]);
  // What was written is gone from a record that was taken apart before, so that it is never dropped.
  expect(deaggregate(deaggregateRecords(record), at(hashKey('k')))).toHaveLength(2);
});

test('the drop-in shows what is written', () => {
  const shown = jest.fn();
  compat.deaggregateSync({ data: pinned.toString('base64'), partitionKey: 'a', sequenceNumber: '1' }, true, shown);
  expect(shown.mock.calls[0][1].map(({ explicitPartitionKey }) => explicitPartitionKey)).toEqual([pin, pin]);
});
