'use strict';

// Beside the npm package aws-kinesis-agg 4.2.8 itself, on records that its defects spare: what one writes the other reads.

const { RecordAggregator: TheirAggregator, deaggregateSync } = require('aws-kinesis-agg');
const fc = require('fast-check');
const { aggregate, deaggregate } = require('../..');
const { explicitHashKey, routing } = require('../support/arbitraries');
const { lambdaPayload, sdkRecord } = require('../support/kinesis-records');
const { MAGIC } = require('../oracle/format');

/** No integer-like keys, no names of Object's members, no empty data. */
const partitionKey = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `key ${text}`);
const data = fc.uint8Array({ minLength: 1, maxLength: 100 }).map((bytes) => Buffer.from(bytes));
/** One and the same explicit hash key, or none for any: theirs gives those of others to records without one. */
const listOf = fc
  .tuple(fc.array(fc.record({ partitionKey, data }), { minLength: 1, maxLength: 50 }), explicitHashKey)
  .map(([list, key]) => list.map((record) => (key === null ? record : { ...record, explicitHashKey: key })));

const summaryOf = (record) => [record.partitionKey, record.explicitHashKey, record.data.toString('base64')];

function readByThem(entry) {
  let out;
  deaggregateSync(lambdaPayload(entry), true, (error, records) => {
    if (error) throw error;
    out = records;
  });
  return out.map((record) => [record.partitionKey, record.explicitPartitionKey ?? null, record.data]);
}

function writeByThem(list) {
  const aggregator = new TheirAggregator();
  for (const record of list) aggregator.addUserRecord({ ...record });
  return aggregator.build();
}

test('they read what we write, under each routing', () => {
  fc.assert(
    fc.property(listOf, routing, (list, someRouting) => {
      for (const entry of aggregate(list, { routing: someRouting })) {
        if (!entry.Data.subarray(0, 4).equals(MAGIC)) continue;
        // They show what is written, as this package does of a Kinesis record without a partition key.
        const written = deaggregate(sdkRecord({ ...entry, PartitionKey: null }));
        expect(readByThem(entry)).toEqual(written.map(summaryOf));
      }
    }),
    { numRuns: 150 },
  );
});

test('we read what they write', () => {
  fc.assert(
    fc.property(listOf, (list) => {
      const { data: Data } = writeByThem(list);
      expect(deaggregate(sdkRecord({ Data }), { strict: true }).map(summaryOf)).toEqual(
        list.map((record) => summaryOf({ explicitHashKey: null, ...record })),
      );
    }),
    { numRuns: 150 },
  );
});

test("routing 'first' writes their bytes", () => {
  fc.assert(
    fc.property(listOf, (list) => {
      // Explicit hash keys are integer-like, so only one at a time comes out of their table in its place.
      const [entry] = aggregate(list, { routing: 'first' });
      expect(entry.Data.equals(writeByThem(list).data)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('100 000 small records make no more aggregates than theirs, and none too large', () => {
  const records = Array.from({ length: 100_000 }, (_, i) => ({
    partitionKey: `k${i % 50}`,
    data: Buffer.from(`data ${i}`),
  }));
  const theirs = [];
  const aggregator = new TheirAggregator((_, encoded) => theirs.push(encoded.data));
  aggregator.aggregateRecords(
    records.map((record) => ({ ...record })),
    true,
  );
  const ours = aggregate(records, { routing: 'first', maxAggregateBytes: 1_048_576 });
  expect(theirs.length).toBeGreaterThan(1);
  expect(ours.length).toBeLessThanOrEqual(theirs.length);
  expect(ours.reduce((sum, entry) => sum + entry.userRecordCount, 0)).toBe(100_000);
});
