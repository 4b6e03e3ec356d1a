'use strict';

// Of an array, iterDeaggregate reads 1, 2, 4, 8 and then 16 records at once.

const { aggregate } = require('../..');
const { iterDeaggregate } = require('../../lib/deaggregate/user-records');
const { native } = require('../../lib/native');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');
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

/** How many records each call of the core reads. */
function sizesOfGroups(iterate) {
  const readRecords = jest.spyOn(native, 'readRecords');
  iterate();
  const sizes = readRecords.mock.calls.map(([payloads]) => payloads.length);
  readRecords.mockRestore();
  return sizes;
}

test.each([
  ['base64', records(40)],
  ['bytes', Array.from({ length: 40 }, (_, i) => sdkRecord(entryOf(`text ${i}`)))],
])('many records with %s are read in one call, more and more of them', (_, all) => {
  const sizes = sizesOfGroups(() => expect(texts(iterDeaggregate(all))).toEqual(expected(40)));
  expect(sizes).toEqual([1, 2, 4, 8, 16, 9]);
});

test('large ones are not gathered', () => {
  const large = Array.from({ length: 6 }, (_, i) => recordOf(String(i).repeat(700_000)));
  const sizes = sizesOfGroups(() => {
    expect(texts(iterDeaggregate(large)).map((text) => text[0])).toEqual(['0', '1', '2', '3', '4', '5']);
  });
  expect(sizes).toEqual([1, 2, 2, 1]);
});

test.each([
  ['a Set', (all) => new Set(all)],
  [
    'an array that is iterated in its own way',
    (all) => Object.assign([...all], { [Symbol.iterator]: () => all.values() }),
  ],
])('of %s each record is read when its turn comes', (_, made) => {
  const sizes = sizesOfGroups(() => expect(texts(iterDeaggregate(made(records(5))))).toEqual(expected(5)));
  expect(sizes).toEqual([1, 1, 1, 1, 1]);
});

test('nothing beyond the group is touched', () => {
  const seen = [];
  const all = records(20).map((record, i) => ({
    get kinesis() {
      seen.push(i);
      return record.kinesis;
    },
  }));
  const iterator = iterDeaggregate(all);
  const furthest = Array.from({ length: 20 }, () => {
    iterator.next();
    return Math.max(...seen);
  });
  expect(furthest.slice(0, 8)).toEqual([0, 2, 2, 6, 6, 6, 6, 14]);
});

test('an array that grows is read to its end', () => {
  const all = records(3);
  const seen = [];
  for (const { data } of iterDeaggregate(all)) {
    if (seen.push(data.toString()) === 3) all.push(recordOf('text 3'));
  }
  expect(seen).toEqual(expected(4));
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

test.each([
  ['what is no record', 5],
  ['a sequence number that is a number', { Data: Buffer.from('x'), SequenceNumber: 1 }],
])('%s throws when its turn comes', (_, bad) => {
  const iterator = iterDeaggregate([...records(20), bad, ...records(3)]);
  for (let i = 0; i < 20; i++) expect(iterator.next().done).toBe(false);
  expect(thrownBy(() => iterator.next())).toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 20 });
});

test('each record has memory of its own', () => {
  const buffers = Array.from(iterDeaggregate(records(20)), ({ data }) => data.buffer);
  expect(new Set(buffers).size).toBe(20);
});
