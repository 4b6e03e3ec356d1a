'use strict';

// Sizes count data plus the UTF-8 bytes of the outer partition key, exactly.

const { RecordAggregator, aggregate, deaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { expectRefusal } = require('../support/thrown');
const { sizeOf } = require('../oracle/format');
const { hashKeyOf } = require('../oracle/hash-key');

const MIB = 1_048_576;

const bytesOf = ({ PartitionKey, Data }) => Data.length + Buffer.byteLength(PartitionKey);

/** Data of the length at which records of these keys make an aggregate of exactly so many bytes. */
function dataToFill(bytes, { before = [], partitionKey, explicitHashKey, outer }) {
  const sizeWith = (length) =>
    sizeOf([...before, { partitionKey, explicitHashKey, data: length }]) + Buffer.byteLength(outer);
  for (let length = bytes - sizeWith(0) - 20; ; length++) if (sizeWith(length) === bytes) return Buffer.alloc(length);
}

describe.each([
  { routing: 'pinned', key: 'ключ', pin: String(hashKeyOf('ключ')), outer: 'ключ' },
  { routing: 'partitionKey', key: 'k', pin: null, outer: 'k' },
  { routing: 'first', key: '🙂', pin: null, outer: '🙂' },
  { routing: { lanes: 1 }, key: 'k', pin: String(2n ** 127n), outer: 'lane-0-of-1' },
])('routing $routing', ({ routing, key, pin, outer }) => {
  const first = { partitionKey: key, explicitHashKey: pin, data: 'first' };
  const given = { before: [first], partitionKey: key, explicitHashKey: pin, outer };

  test.each([
    ['64 bytes and some', 300, {}],
    ['50 KiB', 51_200, {}],
    ['1 MiB', MIB, {}],
    ['10 MiB', 10 * MIB, { maxRecordBytes: 10 * MIB }],
  ])('an aggregate of exactly %s stays one, one byte more makes two', (_, maxAggregateBytes, options) => {
    const second = dataToFill(maxAggregateBytes, given);
    const put = (data) =>
      aggregate(
        [
          { partitionKey: key, data: 'first' },
          { partitionKey: key, data },
        ],
        { routing, maxAggregateBytes, ...options },
      );
    const exact = put(second);
    expect(exact.map(bytesOf)).toEqual([maxAggregateBytes]);
    expect(exact[0].userRecordCount).toBe(2);
    const over = put(Buffer.alloc(second.length + 1));
    expect(over.map((entry) => entry.userRecordCount)).toEqual([1, 1]);
    expect(Math.max(...over.map(bytesOf))).toBeLessThanOrEqual(maxAggregateBytes);
  });

  test('a lone record that wrapped is exactly maxRecordBytes is wrapped', () => {
    const data = dataToFill(2000, { ...given, before: [] });
    const [entry] = aggregate([{ partitionKey: key, data }], { routing, maxRecordBytes: 2000 });
    expect(bytesOf(entry)).toBe(2000);
    expect(deaggregate(sdkRecord(entry))).toMatchObject([{ aggregated: true, data }]);
  });
});

test('the default size is 51 200 bytes, whatever the stream takes', () => {
  // 20 of frame, 3 of key table, 2 + 38 of explicit hash key, 12 around each record's data, 1 of outer partition key.
  const rest = 51_200 - 20 - 3 - 40 - 2 * 12 - 1 - 25_000;
  for (const options of [{}, { maxRecordBytes: 10 * MIB }]) {
    for (const [bytes, counts] of [
      [rest, [2]],
      [rest + 1, [1, 1]],
    ]) {
      const records = [25_000, bytes].map((length) => ({ partitionKey: 'a', data: Buffer.alloc(length) }));
      expect(aggregate(records, options).map((entry) => entry.userRecordCount)).toEqual(counts);
    }
  }
});

test('the default for maxAggregateBytes follows a smaller maxRecordBytes', () => {
  const records = Array.from({ length: 30 }, () => ({ partitionKey: 'a', data: Buffer.alloc(100) }));
  for (const entry of aggregate(records, { maxRecordBytes: 1000 })) expect(bytesOf(entry)).toBeLessThanOrEqual(1000);
});

describe('a record of its own', () => {
  test.each([
    ['1 MiB', MIB, {}],
    ['10 MiB', 10 * MIB, { maxRecordBytes: 10 * MIB }],
    ['1000 bytes', 1000, { maxRecordBytes: 1000 }],
  ])('fits unwrapped into exactly %s, and not with one byte more', (_, limit, options) => {
    const data = Buffer.alloc(limit - 3, 1);
    const [{ Data, ...keys }, ...more] = aggregate([{ partitionKey: 'abc', data }], options);
    expect(keys).toEqual({ PartitionKey: 'abc', userRecordCount: 1 });
    expect(Data.equals(data)).toBe(true);
    expect(more).toEqual([]);
    const tooLarge = [{ partitionKey: 'abc', data: Buffer.alloc(limit - 2, 1) }];
    expectRefusal(() => aggregate(tooLarge, options), 'ERR_KPL_RECORD_TOO_LARGE', { recordIndex: 0 });
  });

  test.each(['é', '漢', '🙂'])('counts the partition key %s in UTF-8 bytes', (partitionKey) => {
    const room = 1000 - Buffer.byteLength(partitionKey);
    const put = (length) => aggregate([{ partitionKey, data: Buffer.alloc(length) }], { maxRecordBytes: 1000 });
    expect(bytesOf(put(room)[0])).toBe(1000);
    expectRefusal(() => put(room + 1), 'ERR_KPL_RECORD_TOO_LARGE');
  });

  test('counts the data of a string in UTF-8 bytes', () => {
    const put = (data) => aggregate([{ partitionKey: 'a', data }], { maxRecordBytes: 1000 });
    expect(bytesOf(put('漢'.repeat(333))[0])).toBe(1000);
    expectRefusal(() => put('漢'.repeat(334)), 'ERR_KPL_RECORD_TOO_LARGE');
  });

  test('beyond maxAggregateBytes closes its open aggregate and opens one that nothing can join', () => {
    const aggregator = new RecordAggregator({ maxAggregateBytes: 200, maxRecordBytes: 1000 });
    const small = { partitionKey: 'a', data: 'small' };
    const large = { partitionKey: 'a', data: Buffer.alloc(500) };
    expect(aggregator.addUserRecord(small)).toBeUndefined();
    expect(aggregator.addUserRecord(large)).toMatchObject({ userRecordCount: 1 });
    expect(aggregator.fits({ partitionKey: 'a', data: '' })).toBe(false);
    const closed = aggregator.addUserRecord(small);
    expect(closed.userRecordCount).toBe(1);
    expect(deaggregate(sdkRecord(closed))).toMatchObject([{ data: large.data, aggregated: true }]);
    expect(aggregator.flush()).toMatchObject([{ userRecordCount: 1 }]);
  });
});

test('every build of growing records has the size that the model and flush give', () => {
  const aggregator = new RecordAggregator({ routing: 'first', maxAggregateBytes: 10 * MIB, maxRecordBytes: 10 * MIB });
  const records = [];
  // Lengths, numbers of keys and numbers of records around each step of a varint.
  for (const length of [0, 1, 126, 127, 128, 129, 16_382, 16_383, 16_384]) {
    for (let i = 0; i < 40; i++) {
      const record = {
        partitionKey: `key ${records.length % 140}`,
        explicitHashKey: i % 3 === 0 ? String(records.length) : null,
        data: Buffer.alloc(length),
      };
      records.push(record);
      aggregator.addUserRecord(record);
      if (i % 13 === 0) expect(aggregator.sizeBytes).toBe(sizeOf(records));
    }
  }
  expect(aggregator.flush()[0].Data).toHaveLength(sizeOf(records));
});

test('2 097 152 bytes of data take a length of four bytes', () => {
  for (const length of [2_097_151, 2_097_152]) {
    const record = { partitionKey: 'a', explicitHashKey: null, data: Buffer.alloc(length) };
    const [{ Data }] = aggregate([record], { routing: 'first', maxRecordBytes: 10 * MIB, maxAggregateBytes: 10 * MIB });
    expect(Data).toHaveLength(sizeOf([record]));
  }
});

/** 4 GiB that nobody touches, where the system gives so much address space. */
const huge = (() => {
  try {
    return new Uint8Array(2 ** 32);
  } catch {
    return undefined;
  }
})();

(huge ? test : test.skip)('data of 2^32 bytes is too large, and not what is left of its length in 32 bits', () => {
  const aggregator = new RecordAggregator();
  const record = { partitionKey: 'a', data: huge };
  expectRefusal(() => aggregator.addUserRecord(record), 'ERR_KPL_RECORD_TOO_LARGE');
  expectRefusal(() => aggregator.addUserRecords([record]), 'ERR_KPL_RECORD_TOO_LARGE', { recordIndex: 0 });
  expect(aggregator.fits(record)).toBe(false);
  expect(aggregator.userRecordCount).toBe(0);
});
