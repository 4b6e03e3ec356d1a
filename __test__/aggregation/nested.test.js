'use strict';

// No consumer opens an aggregate inside an aggregate: what is aggregated already is refused, unless it is asked for.

const { RecordAggregator, aggregate } = require('../..');
const { frame, partitionKeyEntry, recordEntry } = require('../oracle/format');
const { evenShards } = require('../support/shards');
const { expectRefusal } = require('../support/thrown');
const { numbered, userRecordsOf } = require('../support/user-records');

const ALREADY = /already aggregated.*no consumer opens an aggregate inside an aggregate/i;
const [inner] = aggregate(numbered(3));
/** Larger than data that is copied and waits. */
const [largeInner] = aggregate([{ partitionKey: 'a', data: Buffer.alloc(20_000, 'x') }]);

const exactly = (bytes) => new Uint8Array(bytes).buffer;
const shared = (bytes) => {
  const view = new Uint8Array(new SharedArrayBuffer(bytes.length));
  view.set(bytes);
  return view;
};
const TYPES = {
  'a Buffer': (bytes) => bytes,
  'a Uint8Array': (bytes) => new Uint8Array(bytes),
  'an Int8Array': (bytes) => new Int8Array(exactly(bytes)),
  'a view in the middle of other bytes': (bytes) =>
    Buffer.concat([Buffer.from('abc'), bytes, bytes]).subarray(3, 3 + bytes.length),
  'a DataView': (bytes) => new DataView(exactly(bytes)),
  'an ArrayBuffer': exactly,
  'a view of shared memory': shared,
  "a Buffer's JSON": (bytes) => JSON.parse(JSON.stringify(bytes)),
};
const ROUTINGS = ['pinned', 'partitionKey', 'first', { lanes: 3 }, { shards: evenShards(3) }];

describe.each(Object.entries(TYPES))('%s', (_, typed) => {
  describe.each([
    ['small', inner.Data],
    ['large', largeInner.Data],
  ])('%s', (_size, bytes) => {
    const nested = () => ({ partitionKey: 'k', data: typed(bytes) });

    test('is refused by every function', () => {
      const refused = (call, position) =>
        expect(expectRefusal(call, 'ERR_KPL_DATA', position).message).toMatch(ALREADY);
      const aggregator = new RecordAggregator();
      aggregator.addUserRecords(numbered(2));
      refused(() => aggregator.addUserRecord(nested()));
      refused(() => aggregator.addUserRecord({ PartitionKey: 'k', Data: typed(bytes) }));
      refused(() => aggregator.fits(nested()));
      refused(() => aggregator.addUserRecords([...numbered(4), nested(), ...numbered(1)]), { recordIndex: 4 });
      refused(() => aggregate([...numbered(4), nested()]), { recordIndex: 4 });
      aggregator.addUserRecord({ partitionKey: 'a', data: '2' });
      expect(aggregator.flush()).toEqual(aggregate(numbered(3)));
    });

    test("is taken with 'keep', as the bytes that it is", () => {
      const aggregator = new RecordAggregator({ nested: 'keep' });
      expect(aggregator.fits(nested())).toBe(true);
      aggregator.addUserRecord(nested());
      aggregator.addUserRecords([nested()]);
      const expected = { partitionKey: 'k', explicitHashKey: null, data: bytes.toString('latin1') };
      expect(userRecordsOf(aggregator.flush())).toEqual([expected, expected]);
      expect(userRecordsOf(aggregate([nested()], { nested: 'keep' }))).toEqual([expected]);
    });
  });
});

test.each(ROUTINGS)('is refused under %j', (routing) => {
  const aggregator = new RecordAggregator({ routing });
  expectRefusal(() => aggregator.addUserRecord({ partitionKey: 'k', data: inner.Data }), 'ERR_KPL_DATA');
  expectRefusal(
    () => aggregator.addUserRecord({ partitionKey: 'k', data: inner.Data, explicitHashKey: '7' }),
    'ERR_KPL_DATA',
  );
  expect(aggregator.userRecordCount).toBe(0);
});

test('is refused where it would go alone', () => {
  const aggregator = new RecordAggregator({ wrapSingle: false });
  expectRefusal(() => aggregator.addUserRecord({ partitionKey: 'k', data: inner.Data }), 'ERR_KPL_DATA');
});

const flipped = (bytes, at) => {
  const copy = Buffer.from(bytes);
  copy[at] ^= 1;
  return copy;
};

test.each([
  ['the magic number alone', Buffer.from('f3899ac2', 'hex')],
  ['the magic number and too few bytes for a checksum', Buffer.concat([inner.Data.subarray(0, 4), Buffer.alloc(15)])],
  ['the magic number and other bytes', Buffer.concat([inner.Data.subarray(0, 4), Buffer.alloc(100)])],
  ['a wrong checksum', flipped(inner.Data, inner.Data.length - 1)],
  ['a changed message', flipped(inner.Data, 10)],
  ['a wrong checksum far away', flipped(largeInner.Data, largeInner.Data.length - 1)],
  ['an aggregate and one byte more', Buffer.concat([inner.Data, Buffer.alloc(1)])],
  ['another magic number', flipped(inner.Data, 3)],
])('%s is no aggregate, and is taken', (_, data) => {
  const aggregator = new RecordAggregator();
  expect(aggregator.fits({ partitionKey: 'k', data })).toBe(true);
  aggregator.addUserRecord({ partitionKey: 'k', data });
  aggregator.addUserRecords([{ partitionKey: 'k', data }]);
  const expected = { partitionKey: 'k', explicitHashKey: null, data: data.toString('latin1') };
  expect(userRecordsOf(aggregator.flush())).toEqual([expected, expected]);
  expect(userRecordsOf(aggregate([{ partitionKey: 'k', data }]))).toEqual([expected]);
});

test('a right checksum is enough: what another library wrote is an aggregate too', () => {
  const data = frame(partitionKeyEntry('k'), recordEntry(0, null, 'x'));
  expectRefusal(() => new RecordAggregator().addUserRecord({ partitionKey: 'k', data }), 'ERR_KPL_DATA');
});

describe('an AggregatedRecord', () => {
  const message = /already aggregated \(it has a userRecordCount\)/;

  test.each([[{}], [{ nested: 'keep' }], [{ explicitHashKeys: 'ignore' }]])('is refused with %j', (options) => {
    const aggregator = new RecordAggregator(options);
    const refused = (call, position) => expect(expectRefusal(call, 'ERR_KPL_DATA', position).message).toMatch(message);
    refused(() => aggregator.addUserRecord(inner));
    refused(() => aggregator.addUserRecord({ ...inner, Data: 'no aggregate' }));
    refused(() => aggregator.addUserRecord({ partitionKey: 'a', data: 'x', userRecordCount: 0 }));
    refused(() => aggregator.fits(inner));
    refused(() => aggregator.addUserRecords([...numbered(2), inner]), { recordIndex: 2 });
    refused(() => aggregate(aggregate(numbered(5)), options), { recordIndex: 0 });
    expect(aggregator.userRecordCount).toBe(0);
  });

  test('whose userRecordCount is undefined is a user record like any other', () => {
    const record = { partitionKey: 'a', data: 'x', userRecordCount: undefined };
    expect(aggregate([record])).toEqual(aggregate([{ partitionKey: 'a', data: 'x' }]));
  });
});
