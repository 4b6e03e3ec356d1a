'use strict';

// A user record is a plain object: spread, toEqual, JSON.stringify and structuredClone all work on it.

const { aggregate, deaggregate } = require('../..');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');
const { explicitHashKeyEntry, frame, partitionKeyEntry, recordEntry } = require('../oracle/format');

const [entry] = aggregate([
  { partitionKey: 'a', data: 'x' },
  { partitionKey: 'b', data: 'yz' },
]);
const [record] = deaggregate(lambdaRecord(entry, '42'));
const FIELDS = ['partitionKey', 'explicitHashKey', 'data', 'sequenceNumber', 'subSequenceNumber', 'aggregated'];

test('its prototype is that of objects, its fields are its own', () => {
  expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  expect(Object.keys(record).sort()).toEqual([...FIELDS].sort());
  for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(record))) {
    expect(descriptor).toMatchObject({ writable: true, enumerable: true, configurable: true });
    expect(descriptor).not.toHaveProperty('get');
  }
});

test('data is a true Buffer', () => {
  expect(Buffer.isBuffer(record.data)).toBe(true);
  expect(record.data).toBeInstanceOf(Buffer);
  expect(record.data).toBeInstanceOf(Uint8Array);
  expect(record.data.constructor).toBe(Buffer);
  expect(record.data.toString()).toBe('x');
  expect(record.data.equals(Buffer.from('x'))).toBe(true);
  expect(Buffer.concat([record.data, record.data]).toString()).toBe('xx');
});

test('spread', () => {
  expect({ ...record, more: 1 }).toEqual({
    partitionKey: 'a',
    explicitHashKey: record.explicitHashKey,
    data: Buffer.from('x'),
    sequenceNumber: '42',
    subSequenceNumber: 0,
    aggregated: true,
    more: 1,
  });
});

test('toEqual and toStrictEqual', () => {
  const again = deaggregate(lambdaRecord(entry, '42'))[0];
  expect(again).toEqual(record);
  expect(again).toStrictEqual(record);
  expect(again).not.toEqual({ ...record, data: Buffer.from('y') });
});

test('JSON.stringify', () => {
  expect(JSON.parse(JSON.stringify(record))).toEqual({ ...record, data: { type: 'Buffer', data: [120] } });
});

test('structuredClone', () => {
  const clone = structuredClone(record);
  expect(Buffer.from(clone.data)).toEqual(record.data);
  expect({ ...clone, data: null }).toEqual({ ...record, data: null });
});

test('it may be changed, and no other record changes with it', () => {
  const [one, two] = deaggregate(lambdaRecord(entry));
  one.data.fill(0);
  one.partitionKey = 'other';
  expect(two.data.toString()).toBe('yz');
  expect(two.partitionKey).toBe('b');
});

test('all user records share the sequence number and count from 0', () => {
  const records = deaggregate(lambdaRecord(entry, '42'));
  expect(records.map((each) => [each.sequenceNumber, each.subSequenceNumber])).toEqual([
    ['42', 0],
    ['42', 1],
  ]);
});

test('an explicit hash key that is no number is not broken: it is handed out as written', () => {
  for (const key of ['abc', '', '-1', '007', String(2n ** 128n), ' 5', '\u0000']) {
    const Data = frame(partitionKeyEntry('a'), explicitHashKeyEntry(key), recordEntry(0, 0, 'x'));
    const [read] = deaggregate(sdkRecord({ Data }), { strict: true });
    expect(read.explicitHashKey).toBe(key);
    expect(read).not.toHaveProperty('decodeError');
  }
});

test('key bytes that are no UTF-8 become U+FFFD', () => {
  const Data = frame(
    partitionKeyEntry(Buffer.from('61ff62', 'hex')),
    partitionKeyEntry('plain'),
    explicitHashKeyEntry(Buffer.from('ff', 'hex')),
    recordEntry(0, 0, 'x'),
    recordEntry(1, null, 'y'),
  );
  expect(deaggregate(sdkRecord({ Data }))).toMatchObject([
    { partitionKey: 'a\ufffdb', explicitHashKey: '\ufffd' },
    { partitionKey: 'plain', explicitHashKey: null },
  ]);
});

test('keys of all widths, alone and beside ASCII ones', () => {
  for (const keys of [
    ['a', 'b'],
    ['é', 'b'],
    ['a', '漢字'],
    ['🙂', '🙂🙂'],
    ['', 'x'.repeat(300)],
    ['\u0000', '\u007f', '\u0080'],
  ]) {
    const Data = frame(...keys.map(partitionKeyEntry), ...keys.map((_, i) => recordEntry(i, null, '')));
    expect(deaggregate(sdkRecord({ Data })).map((each) => each.partitionKey)).toEqual(keys);
  }
});

test('an aggregate that holds no user record gives nothing, and is not broken', () => {
  const empty = sdkRecord({ Data: frame(partitionKeyEntry('a')) });
  const raw = sdkRecord({ Data: Buffer.from('raw') });
  expect(deaggregate([empty, raw, empty], { strict: true }).map(({ data }) => data.toString())).toEqual(['raw']);
});

test('100 000 user records of one aggregate', () => {
  const records = Array.from({ length: 100_000 }, (_, i) => ({ partitionKey: `${i % 1000}`, data: String(i) }));
  const out = deaggregate(
    sdkRecord(aggregate(records, { maxRecordBytes: 10_485_760, maxAggregateBytes: 10_485_760 })[0]),
  );
  expect(out).toHaveLength(100_000);
  expect(out.every((each, i) => each.data.toString() === String(i) && each.partitionKey === `${i % 1000}`)).toBe(true);
});

describe('is a plain object in every respect', () => {
  const { inspect, isDeepStrictEqual } = require('node:util');
  const assert = require('node:assert/strict');
  const given = aggregate([{ partitionKey: 'a', data: 'x' }])[0];
  const userRecord = () => deaggregate({ Data: given.Data, PartitionKey: 'a', SequenceNumber: '7' })[0];
  const literal = {
    partitionKey: 'a',
    explicitHashKey: null,
    data: Buffer.from('x'),
    sequenceNumber: '7',
    subSequenceNumber: 0,
    aggregated: true,
  };

  test('its prototype and constructor', () => {
    expect(Object.getPrototypeOf(userRecord())).toBe(Object.prototype);
    expect(userRecord().constructor).toBe(Object);
    expect(Object.hasOwn(Object.prototype, 'partitionKey')).toBe(false);
    expect({}.constructor).toBe(Object);
  });

  test('its own properties', () => {
    const attributes = { writable: true, enumerable: true, configurable: true };
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(userRecord()))) {
      expect([name, descriptor]).toEqual([name, expect.objectContaining(attributes)]);
    }
    expect(Object.keys(userRecord())).toEqual(Object.keys(literal));
  });

  test('what it looks like', () => {
    expect(inspect(userRecord())).toBe(inspect(literal));
    expect(String(userRecord())).toBe('[object Object]');
    expect(JSON.stringify(userRecord())).toBe(JSON.stringify(literal));
  });

  test('what is made of it', () => {
    expect({ ...userRecord() }).toStrictEqual(literal);
    const clone = structuredClone(userRecord());
    expect({ ...clone, data: Buffer.from(clone.data) }).toStrictEqual(literal);
  });

  test('what it is equal to', () => {
    expect(userRecord()).toEqual(literal);
    expect(userRecord()).toStrictEqual(literal);
    expect(isDeepStrictEqual(userRecord(), literal)).toBe(true);
    assert.deepStrictEqual(userRecord(), literal);
    assert.deepStrictEqual(literal, userRecord());
  });
});
