'use strict';

// The rival that the package is measured against has to do the same work.

const { createHash } = require('node:crypto');
const fc = require('fast-check');
const { RecordAggregator, aggregate, deaggregate, hashKey } = require('../..');
const incumbent = require('aws-kinesis-agg');
const bestJs = require('../../bench/rivals/best-js');
const { ofUserRecord } = require('../../bench/jobs/results');
const { userRecord } = require('../support/arbitraries');
const { lambdaRecord } = require('../support/kinesis-records');
const { vectors } = require('../support/vectors');

const FIRST = { routing: 'first' };
const userRecords = fc
  .array(userRecord, { minLength: 1, maxLength: 200 })
  .map((records) => records.map((record) => ({ ...record, explicitHashKey: record.explicitHashKey ?? undefined })));
const events = fc
  .array(userRecords, { minLength: 1, maxLength: 5 })
  .map((lists) => lists.flatMap((records) => aggregate(records, FIRST)).map((entry, i) => lambdaRecord(entry, `${i}`)));
const raw = lambdaRecord({ PartitionKey: 'outer', Data: Buffer.from('not aggregated') });

function texts(records) {
  const seen = [];
  bestJs.texts(records, (text) => seen.push(text));
  return seen;
}

function dropIn({ deaggregateSync }, { kinesis }) {
  let result;
  deaggregateSync(kinesis, true, (error, records) => {
    result = { error, records };
  });
  return result;
}

test('it deaggregates like the package', () => {
  fc.assert(
    fc.property(events, (records) => {
      const expected = deaggregate([raw, ...records, raw]);
      expect(bestJs.deaggregate([raw, ...records, raw])).toEqual(expected);
      expect([...bestJs.iterDeaggregate([raw, ...records, raw])]).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('its texts are the data of the package', () => {
  fc.assert(
    fc.property(events, (records) => {
      expect(texts([...records, raw])).toEqual(deaggregate([...records, raw]).map(({ data }) => data.toString()));
    }),
  );
});

test('it reads what real producers wrote', () => {
  const records = vectors('good').map(({ aggregatedBase64 }, i) =>
    lambdaRecord({ PartitionKey: 'outer', Data: Buffer.from(aggregatedBase64, 'base64') }, `${i}`),
  );
  const lines = (userRecords) => userRecords.map(ofUserRecord.plain);
  expect(lines(bestJs.deaggregate(records))).toEqual(lines(deaggregate(records)));
});

test('a record whose MD5 differs passes through', () => {
  const [{ PartitionKey, Data }] = aggregate([{ partitionKey: 'a', data: 'x' }], FIRST);
  Data[Data.length - 1] ^= 1;
  const [{ decodeError, ...expected }] = deaggregate([lambdaRecord({ PartitionKey, Data })]);
  expect(bestJs.deaggregate([lambdaRecord({ PartitionKey, Data })])).toEqual([expected]);
});

test('two iterators at once do not disturb each other', () => {
  const record = (key) =>
    lambdaRecord(
      aggregate(
        [1, 2].map((n) => ({ partitionKey: key, data: `${n}` })),
        FIRST,
      )[0],
    );
  const [one, other] = ['a', 'b'].map((key) => bestJs.iterDeaggregate([record(key)]));
  const seen = [one, other, one, other].map((iterator) => iterator.next().value);
  expect(seen.map(({ partitionKey, data }) => partitionKey + data)).toEqual(['a1', 'b1', 'a2', 'b2']);
});

// The old package gives a record without an explicit hash key another one's: without any there is nothing to give.
const withoutHashKeys = userRecords.map((records) => records.map(({ partitionKey, data }) => ({ partitionKey, data })));

test('its drop-in is the old package', () => {
  fc.assert(
    fc.property(withoutHashKeys, (records) => {
      const record = lambdaRecord(aggregate(records, FIRST)[0]);
      expect(dropIn(bestJs, record).records).toEqual(dropIn(incumbent, record).records);
    }),
  );
  expect(dropIn(bestJs, raw)).toEqual(dropIn({ deaggregateSync: incumbent.deaggregateSync }, raw));
});

test('it aggregates to the same bytes as the package', () => {
  fc.assert(
    fc.property(userRecords, (records) => {
      expect(bestJs.aggregate(records)).toEqual(aggregate(records, FIRST));
    }),
  );
});

test.each([
  ['many records', 5000, (i) => ({ partitionKey: `key-${i}`, data: Buffer.alloc(300, i) })],
  ['few keys', 2000, (i) => ({ partitionKey: `key-${i % 16}`, data: Buffer.alloc(i, i) })],
  ['large records', 20, (i) => ({ partitionKey: `ключ-${i}`, data: Buffer.alloc((i * 123_457) % 400_000, i) })],
  ['text', 2000, (i) => ({ partitionKey: `key-${i % 3}`, data: 'ü'.repeat(i) })],
  ['keys that are most of it', 5000, (i) => ({ partitionKey: `${'k'.repeat(250)}${i}`, data: Buffer.from('x') })],
  ['explicit hash keys', 5000, (i) => ({ partitionKey: 'a', explicitHashKey: `${i}`, data: Buffer.alloc(300, i) })],
])('it closes at the same record: %s', (_, count, recordAt) => {
  const records = Array.from({ length: count }, (_, i) => recordAt(i));
  const options = { ...FIRST, maxAggregateBytes: 1024 * 1024 };
  const [ours, theirs] = [new RecordAggregator(options), new bestJs.Aggregator()];
  const closings = (aggregator) => records.map((record) => aggregator.addUserRecord(record)?.userRecordCount);
  expect(closings(theirs)).toEqual(closings(ours));
  expect(summaryOf(bestJs.aggregate(records))).toEqual(summaryOf(aggregate(records, options)));
});

function summaryOf(aggregates) {
  const md5 = (data) => createHash('md5').update(data).digest('hex');
  return aggregates.map(({ Data, ...rest }) => ({ ...rest, length: Data.length, md5: md5(Data) }));
}

test('its hash keys are those of the package', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), (partitionKey) => {
      expect(bestJs.hashKey(partitionKey)).toBe(hashKey(partitionKey));
    }),
  );
});
