'use strict';

// Of an array of records with base64 text, iterDeaggregate reads up to sixteen at once. Nothing but the time it takes may
// tell: each case looks for a way in which a caller could.

const { aggregate } = require('../..');
const { iterDeaggregate } = require('../../lib/deaggregate/user-records');
const native = require('../../lib/native').default;
const { lambdaRecord } = require('../support/kinesis-records');
const { thrownBy } = require('../support/thrown');

const entryOf = (text) => aggregate([{ partitionKey: 'a', data: text }])[0];
const recordOf = (text) => lambdaRecord(entryOf(text));
const records = (count) => Array.from({ length: count }, (_, i) => recordOf(`text ${i}`));
const texts = (userRecords) => Array.from(userRecords, ({ data }) => data.toString());
const expected = (count) => Array.from({ length: count }, (_, i) => `text ${i}`);

const broken = (text) => {
  const { Data, ...entry } = entryOf(text);
  Data[Data.length - 1] ^= 1;
  return lambdaRecord({ ...entry, Data });
};

test('many are read in one call, more and more of them', () => {
  const readRecords = jest.spyOn(native, 'readRecords');
  expect(texts(iterDeaggregate(records(40)))).toEqual(expected(40));
  expect(readRecords.mock.calls.map(([payloads]) => payloads.length)).toEqual([1, 2, 4, 8, 16, 9]);
  readRecords.mockRestore();
});

test('large ones are not gathered', () => {
  const large = Array.from({ length: 6 }, (_, i) => recordOf(String(i).repeat(700_000)));
  const readRecords = jest.spyOn(native, 'readRecords');
  expect(texts(iterDeaggregate(large)).map((text) => text[0])).toEqual(['0', '1', '2', '3', '4', '5']);
  expect(readRecords.mock.calls.map(([payloads]) => payloads.length)).toEqual([1, 2, 2, 1]);
  readRecords.mockRestore();
});

describe.each([
  ['the record', (record) => record, 'kinesis'],
  ['its kinesis part', (record) => record.kinesis, 'data'],
])('a getter of %s', (_, part, name) => {
  test('runs when its turn comes', () => {
    const seen = [];
    const all = records(20);
    all.forEach((record, i) => {
      const value = part(record)[name];
      const get = () => {
        seen.push(i);
        return value;
      };
      Object.defineProperty(part(record), name, { get });
    });
    for (const { data } of iterDeaggregate(all)) expect(Math.max(...seen)).toBe(Number(data.toString().split(' ')[1]));
    expect(new Set(seen).size).toBe(20);
  });
});

test('traps of a proxy run when its turn comes', () => {
  const seen = [];
  const seeing =
    (i, trap) =>
    (...args) => {
      seen.push(i);
      return trap(...args);
    };
  const traps = (i) => ({
    get: seeing(i, Reflect.get),
    getOwnPropertyDescriptor: seeing(i, Reflect.getOwnPropertyDescriptor),
  });
  const all = records(20).map((record, i) => ({ ...record, kinesis: new Proxy(record.kinesis, traps(i)) }));
  const proxied = all.map((record, i) => (i % 2 ? record : new Proxy(record, traps(i))));
  for (const { data } of iterDeaggregate(proxied)) {
    expect(Math.max(...seen)).toBe(Number(data.toString().split(' ')[1]));
  }
});

test('a record that is changed, replaced, put in or taken out before its turn is read as it is then', () => {
  const change = [
    (all, i) => (all[i].kinesis.data = recordOf('changed').kinesis.data),
    (all, i) => (all[i] = recordOf('changed')),
    (all, i) => all.splice(i, 0, recordOf('changed')),
    (all, i) => all.splice(i, 1),
    (all) => all.push(recordOf('changed')),
  ];
  for (const apply of change) {
    const all = records(40);
    const plain = records(40);
    const seen = [];
    let position = 0;
    for (const { data } of iterDeaggregate(all)) {
      seen.push(data.toString());
      if (position++ === 20) {
        apply(all, 23);
        apply(plain, 23);
      }
    }
    expect(seen).toEqual(plain.map((record) => texts(iterDeaggregate([record]))[0]));
  }
});

test('a broken record is told of, or thrown, when its turn comes', () => {
  const all = records(20);
  all[12] = broken('broken');
  const told = [];
  const iterator = iterDeaggregate(all, { onBroken: ({ recordIndex }, record) => told.push([recordIndex, record]) });
  for (let i = 0; i < 12; i++) iterator.next();
  expect(told).toEqual([]);
  expect(iterator.next().value.decodeError).toBe('ERR_KPL_CHECKSUM');
  expect(told).toEqual([[12, all[12]]]);

  const strict = iterDeaggregate(all, { strict: true });
  for (let i = 0; i < 12; i++) expect(strict.next().done).toBe(false);
  expect(thrownBy(() => strict.next())).toMatchObject({ code: 'ERR_KPL_CHECKSUM', recordIndex: 12 });
});

test('what is no record throws when its turn comes', () => {
  const iterator = iterDeaggregate([...records(20), 5]);
  for (let i = 0; i < 20; i++) expect(iterator.next().done).toBe(false);
  expect(thrownBy(() => iterator.next())).toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 20 });
});

test('each record has memory of its own', () => {
  const buffers = Array.from(iterDeaggregate(records(20)), ({ data }) => data.buffer);
  expect(new Set(buffers).size).toBe(20);
});
