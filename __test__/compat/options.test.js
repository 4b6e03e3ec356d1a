'use strict';

// What the older package has no word for: routings and limits, switched on by a last argument.

const { RecordAggregator, aggregate, deaggregateSync } = require('kinesis-agg/compat');
const { deaggregate, hashKey } = require('../..');

const records = Array.from({ length: 40 }, (_, i) => ({ partitionKey: `key-${i}`, data: `data-${i}` }));
const textsOf = (entries) =>
  entries.flatMap(({ data }) =>
    deaggregate({ Data: data, SequenceNumber: '' }).map((record) => record.data.toString()),
  );
const all = records.map(({ data }) => data);

/** What `aggregate` hands to its handler. */
function aggregated(...more) {
  const entries = [];
  return new Promise((resolve, reject) => {
    const handler = (encoded, callback) => {
      entries.push(encoded);
      callback();
    };
    aggregate(records, handler, () => resolve(entries), reject, ...more);
  });
}

test("without options the routing is 'first': nothing synthetic", async () => {
  const [entry, ...others] = await aggregated();
  expect(others).toEqual([]);
  expect(entry).toEqual({ partitionKey: 'key-0', data: expect.any(Buffer) });
});

test.each([
  ['after queueSize', [1, { routing: 'pinned' }]],
  ['in its place', [{ routing: 'pinned' }]],
])('a safe routing, %s', async (_, more) => {
  const [entry] = await aggregated(...more);
  expect(entry.explicitHashKey).toBe(hashKey('key-0'));
  expect(entry.ExplicitHashKey).toBe(entry.explicitHashKey);
  const userRecords = deaggregate({ Data: entry.data, SequenceNumber: '' });
  expect(new Set(userRecords.map(({ explicitHashKey }) => explicitHashKey))).toEqual(new Set([entry.explicitHashKey]));
});

test('lanes keep several aggregates open, and build gives them one by one', () => {
  const aggregator = new RecordAggregator(undefined, { routing: { lanes: 4 } });
  for (const record of records) aggregator.addUserRecord(record);
  expect(aggregator.length()).toBe(40);
  expect(aggregator.putRecords).toEqual([]);
  const built = [];
  for (let encoded = aggregator.build(); encoded; encoded = aggregator.build()) built.push(encoded);
  expect(built.map(({ partitionKey }) => partitionKey).sort()).toEqual([0, 1, 2, 3].map((lane) => `lane-${lane}-of-4`));
  expect(textsOf(built).sort()).toEqual([...all].sort());
  expect(aggregator.length()).toBe(0);
});

test('a record that would close an aggregate does not fit, until something was taken out', () => {
  const aggregator = new RecordAggregator(undefined, { routing: 'partitionKey', maxOpenAggregates: 2 });
  aggregator.addUserRecord({ partitionKey: 'a', data: 'x' });
  aggregator.addUserRecord({ partitionKey: 'b', data: 'y' });
  const third = { partitionKey: 'c', data: 'z' };
  expect(aggregator.checkIfUserRecordFits(third)).toBe(false);
  expect(() => aggregator.addUserRecord(third)).toThrow("record won't fit");
  aggregator.flushBufferedRecords(() => {});
  aggregator.addUserRecord(third);
  expect(aggregator.length()).toBe(1);
});

test.each(['first', 'pinned', 'partitionKey', { lanes: 3 }])('no record is lost under routing %j', (routing) => {
  const seen = [];
  const aggregator = new RecordAggregator((err, encoded) => seen.push(err ?? encoded), {
    routing,
    maxAggregateBytes: 200,
  });
  aggregator.aggregateRecords(records, true);
  expect(textsOf(seen).sort()).toEqual([...all].sort());
  for (const { data, partitionKey } of seen) expect(data.length + partitionKey.length).toBeLessThanOrEqual(200);
});

test.each(['first', { lanes: 3 }])('what a callback throws on stays in flight under routing %j', (routing) => {
  const aggregator = new RecordAggregator(undefined, { routing });
  aggregator.aggregateRecords(records);
  const seen = [];
  let calls = 0;
  const throwingOnce = (_, encoded) => {
    if (calls++ === 0) throw new Error('not now');
    seen.push(encoded);
  };
  expect(() => aggregator.flushBufferedRecords(throwingOnce)).toThrow('not now');
  expect(aggregator.length()).toBe(40);
  aggregator.flushBufferedRecords(throwingOnce);
  expect(textsOf(seen).sort()).toEqual([...all].sort());
});

test('a callback may use its aggregator', () => {
  const seen = [];
  const aggregator = new RecordAggregator((_, encoded) => {
    seen.push([aggregator.length(), encoded]);
    if (seen.length < 3) aggregator.addUserRecord({ partitionKey: 'again', data: `again-${seen.length}` });
  });
  aggregator.aggregateRecords(records.slice(0, 2), true);
  aggregator.flushBufferedRecords();
  aggregator.flushBufferedRecords();
  expect(seen.map(([length]) => length)).toEqual([2, 1, 1]);
  expect(textsOf(seen.map(([, encoded]) => encoded))).toEqual(['data-0', 'data-1', 'again-1', 'again-2']);
});

test('an option out of its range is refused by name', () => {
  const refused = expect.objectContaining({ code: 'ERR_KPL_OPTION' });
  expect(() => new RecordAggregator(undefined, { maxAggregateBytes: 1 })).toThrow(refused);
  expect(() => new RecordAggregator(undefined, { routing: 'elsewhere' })).toThrow(refused);
});

test.each(['first', 'pinned', { lanes: 3 }])(
  'explicit hash keys come out as they are written, routing %j',
  (routing) => {
    const written = [];
    const aggregator = new RecordAggregator((_, encoded) => written.push(encoded), { routing });
    const own = hashKey('key-0');
    aggregator.aggregateRecords([{ partitionKey: 'key-0', data: 'x', explicitHashKey: own }], true);
    const [{ partitionKey, data }] = written;
    deaggregateSync({ partitionKey, data, sequenceNumber: '1' }, true, (_, userRecords) => {
      expect(userRecords.map(({ explicitPartitionKey }) => explicitPartitionKey)).toEqual([own]);
    });
    // The public face shows null: that key says nothing which the partition key does not.
    expect(deaggregate({ Data: data, PartitionKey: partitionKey, SequenceNumber: '1' })[0].explicitHashKey).toBe(null);
  },
);

test('an aggregate is taken as data, as it always was', () => {
  const written = [];
  const aggregator = new RecordAggregator((_, encoded) => written.push(encoded), { routing: 'pinned' });
  aggregator.aggregateRecords([{ partitionKey: 'a', data: 'x' }], true);
  aggregator.aggregateRecords([{ partitionKey: 'b', data: written[0].data }], true);
  expect(deaggregate({ Data: written[1].data, SequenceNumber: '' })[0].data).toEqual(written[0].data);
});
