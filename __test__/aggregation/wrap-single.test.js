'use strict';

// When a lone record goes as it is.

const { RecordAggregator, aggregate, deaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { evenShards } = require('../support/shards');
const { expectRefusal } = require('../support/thrown');
const { MAGIC, sizeOf } = require('../oracle/format');

const ROUTINGS = [
  ['pinned', 'pinned'],
  ['partitionKey', 'partitionKey'],
  ['first', 'first'],
  ['shards', { shards: evenShards(2) }],
];

describe.each(ROUTINGS)('under %s', (_, routing) => {
  test('by default a lone record is wrapped', () => {
    const [entry] = aggregate([{ partitionKey: 'a', data: 'x' }], { routing });
    expect(deaggregate(sdkRecord(entry))).toMatchObject([{ aggregated: true, data: Buffer.from('x') }]);
    expect(aggregate([{ partitionKey: 'a', data: 'x' }], { routing, wrapSingle: true })).toEqual([entry]);
  });

  test('wrapSingle: false sends it as it is, with its own keys outside', () => {
    const options = { routing, wrapSingle: false };
    expect(aggregate([{ partitionKey: 'a', data: 'x' }], options)).toEqual([
      { PartitionKey: 'a', Data: Buffer.from('x'), userRecordCount: 1 },
    ]);
    expect(aggregate([{ partitionKey: 'a', data: 'x', explicitHashKey: 7n }], options)).toEqual([
      { PartitionKey: 'a', ExplicitHashKey: '7', Data: Buffer.from('x'), userRecordCount: 1 },
    ]);
    expect(aggregate([{ partitionKey: 'a', data: '' }], options)).toEqual([
      { PartitionKey: 'a', Data: Buffer.alloc(0), userRecordCount: 1 },
    ]);
  });

  test('wrapSingle: false wraps two', () => {
    const records = ['x', 'y'].map((data) => ({ partitionKey: 'a', data }));
    expect(aggregate(records, { routing, wrapSingle: false })).toEqual(aggregate(records, { routing }));
  });

  test('data that begins with the magic number is wrapped all the same', () => {
    const records = [{ partitionKey: 'a', data: Buffer.concat([MAGIC, Buffer.from('x')]) }];
    expect(aggregate(records, { routing, wrapSingle: false })).toEqual(aggregate(records, { routing }));
    const magicAlone = [{ partitionKey: 'a', data: MAGIC }];
    expect(aggregate(magicAlone, { routing, wrapSingle: false })).toEqual(aggregate(magicAlone, { routing }));
    const almost = MAGIC.subarray(0, 3);
    expect(aggregate([{ partitionKey: 'a', data: almost }], { routing, wrapSingle: false })[0].Data).toEqual(almost);
  });

  test('where only that fits, it goes as it is, with its own keys outside', () => {
    const data = Buffer.alloc(999, 1);
    const options = { routing, maxRecordBytes: 1000 };
    expect(aggregate([{ partitionKey: 'a', data }], options)).toEqual([
      { PartitionKey: 'a', Data: data, userRecordCount: 1 },
    ]);
    expect(aggregate([{ partitionKey: 'a', data, explicitHashKey: '7' }], options)).toEqual([
      { PartitionKey: 'a', ExplicitHashKey: '7', Data: data, userRecordCount: 1 },
    ]);
  });

  test('where only that would fit and the data begins with the magic number, it is refused', () => {
    const data = Buffer.concat([MAGIC, Buffer.alloc(995)]);
    expectRefusal(
      () => aggregate([{ partitionKey: 'a', data }], { routing, maxRecordBytes: 1000 }),
      'ERR_KPL_RECORD_TOO_LARGE',
    );
  });
});

describe('under lanes', () => {
  const routing = { lanes: 4 };

  test('wrapSingle: false is an error', () => {
    expectRefusal(() => new RecordAggregator({ routing, wrapSingle: false }), 'ERR_KPL_OPTION');
    expect(() => new RecordAggregator({ routing, wrapSingle: true })).not.toThrow();
  });

  test('a record that would fit only unwrapped is refused', () => {
    const overhead =
      sizeOf([{ partitionKey: 'a', explicitHashKey: '1'.repeat(39), data: 900 }]) - 900 + 'lane-0-of-4'.length;
    for (let bytes = 1000 - overhead - 2; bytes <= 1000; bytes++) {
      const put = () =>
        aggregate([{ partitionKey: 'a', data: Buffer.alloc(bytes) }], { routing, maxRecordBytes: 1000 });
      let entries;
      try {
        entries = put();
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_KPL_RECORD_TOO_LARGE' });
        expect(bytes).toBeGreaterThan(1000 - overhead);
        continue;
      }
      expect(entries[0].PartitionKey).toMatch(/^lane-/);
      expect(deaggregate(sdkRecord(entries[0]))[0].aggregated).toBe(true);
    }
    expectRefusal(
      () => aggregate([{ partitionKey: 'a', data: Buffer.alloc(999) }], { routing, maxRecordBytes: 1000 }),
      'ERR_KPL_RECORD_TOO_LARGE',
    );
  });

  test('so is one with its own explicit hash key', () => {
    const record = { partitionKey: 'a', data: Buffer.alloc(999), explicitHashKey: '7' };
    expectRefusal(() => aggregate([record], { routing, maxRecordBytes: 1000 }), 'ERR_KPL_RECORD_TOO_LARGE');
  });
});

test('sizeBytes counts a lone record as it will go', () => {
  const aggregator = new RecordAggregator({ wrapSingle: false });
  aggregator.addUserRecord({ partitionKey: 'a', data: 'four' });
  expect(aggregator.sizeBytes).toBe(4);
  aggregator.addUserRecord({ partitionKey: 'a', data: 'more' });
  expect(aggregator.sizeBytes).toBe(aggregator.flush()[0].Data.length);
});
