'use strict';

// Input is never changed and nothing of it is kept: a caller may reuse its buffers as soon as the call has returned.

const { RecordAggregator, aggregate } = require('../..');
const { numbered, textsOf } = require('../support/user-records');

test('one buffer may carry every record in turn', () => {
  const aggregator = new RecordAggregator({ maxUserRecords: 4 });
  const buffer = Buffer.alloc(4);
  const entries = [];
  for (let i = 0; i < 10; i++) {
    buffer.write(String(i).padEnd(4));
    entries.push(...aggregator.addUserRecords([{ partitionKey: 'a', data: buffer }]));
    buffer.fill('!');
  }
  entries.push(...aggregator.flush());
  expect(
    textsOf(entries)
      .flat()
      .map((text) => text.trim()),
  ).toEqual(numbered(10).map(({ data }) => data));
});

test('one object may carry every record in turn', () => {
  const aggregator = new RecordAggregator();
  const record = { partitionKey: '', data: '', explicitHashKey: null };
  for (let i = 0; i < 5; i++) {
    Object.assign(record, { partitionKey: `key ${i}`, data: String(i) });
    aggregator.addUserRecord(record);
  }
  expect(textsOf(aggregator.flush())).toEqual([['0', '1', '2', '3', '4']]);
});

test('memory may be transferred away after the call', () => {
  const aggregator = new RecordAggregator();
  const memory = new TextEncoder().encode('text').buffer;
  aggregator.addUserRecord({ partitionKey: 'a', data: memory });
  structuredClone(memory, { transfer: [memory] });
  expect(memory.byteLength).toBe(0);
  expect(textsOf(aggregator.flush())).toEqual([['text']]);
});

test('what an iterator does to the buffer of the record before has no effect on it', () => {
  const buffer = Buffer.alloc(1);
  const records = function* () {
    for (const text of ['x', 'y', 'z']) {
      buffer.write(text);
      yield { partitionKey: 'a', data: buffer };
    }
  };
  expect(textsOf(aggregate(records()))).toEqual([['x', 'y', 'z']]);
});

test('input is not changed', () => {
  const records = [
    { partitionKey: 'a', data: Buffer.from('x'), explicitHashKey: 7n, other: { kept: true } },
    { PartitionKey: 'b', Data: new Uint8Array([1]), ExplicitHashKey: '8' },
  ];
  const options = { routing: { lanes: 4 }, maxAggregateBytes: 1000 };
  const before = structuredClone([records, options]);
  const aggregator = new RecordAggregator(options);
  aggregator.addUserRecords(records);
  aggregator.fits(records[0]);
  aggregator.flush();
  aggregate(records, options);
  expect(structuredClone([records, options])).toEqual(before);
});

test('deeply frozen input and options are taken', () => {
  const freeze = (value) => {
    if (value !== null && typeof value === 'object') Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  const shard = { HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) } };
  const options = freeze({ routing: { shards: [shard] }, maxAggregateBytes: 1000 });
  const records = freeze(numbered(3));
  const aggregator = new RecordAggregator(options);
  aggregator.addUserRecords(records);
  expect(aggregator.setShards(options.routing.shards)).toEqual([]);
  expect(textsOf(aggregator.flush())).toEqual([['0', '1', '2']]);
});

test('options that change later have no effect', () => {
  const options = { maxUserRecords: 2, routing: { lanes: 1 } };
  const aggregator = new RecordAggregator(options);
  options.maxUserRecords = 1;
  options.routing.lanes = 1000;
  expect(aggregator.addUserRecords(numbered(2))).toEqual([]);
  expect(aggregator.flush()).toMatchObject([{ PartitionKey: 'lane-0-of-1', userRecordCount: 2 }]);
});

test('a shard map that changes later has no effect', () => {
  const shards = [{ HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) } }];
  const aggregator = new RecordAggregator({ routing: { shards } });
  shards[0].HashKeyRange.StartingHashKey = '5';
  shards.length = 0;
  aggregator.addUserRecords(numbered(2));
  expect(aggregator.flush()).toHaveLength(1);
});

test('records larger than any memory that is kept between calls arrive whole, before and after small ones', () => {
  const large = Buffer.alloc(5_000_000, 'large ');
  const records = [
    { partitionKey: 'a', data: 'small' },
    { partitionKey: 'b', data: large },
    { partitionKey: 'c', data: 'small again' },
  ];
  for (let i = 0; i < 3; i++) {
    const texts = textsOf(aggregate(records, { maxRecordBytes: 10_485_760, maxAggregateBytes: 10_485_760 })).flat();
    expect(texts[0]).toBe('small');
    expect(texts[1] === large.toString()).toBe(true);
    expect(texts[2]).toBe('small again');
  }
});
