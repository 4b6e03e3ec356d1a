'use strict';

// What running the Python, Java and Go packages for this format brought to light, each a test.

const { RecordAggregator, aggregate, decode, deaggregate } = require('../..');
const { firehoseRecord, lambdaRecord, sdkRecord } = require('../support/kinesis-records');
const { textsOf } = require('../support/user-records');
const { frame, partitionKeyEntry, recordEntry } = require('../oracle/format');

const MIB = 1_048_576;

describe('Python: data within 20 bytes of the limit is not lost', () => {
  test.each(Array.from({ length: 45 }, (_, i) => [i]))('%i bytes below', (below) => {
    // With the partition key of one byte, this fits into a Kinesis record at least as it is.
    const data = Buffer.alloc(MIB - 1 - below, 7);
    const entries = aggregate([{ partitionKey: 'a', data }]);
    expect(entries).toHaveLength(1);
    expect(entries[0].Data.length + 1).toBeLessThanOrEqual(MIB);
    expect(deaggregate(sdkRecord(entries[0]))[0].data.equals(data)).toBe(true);
  });
});

test('Python: sizes are not over-counted', () => {
  const aggregator = new RecordAggregator();
  for (let i = 0; i < 1000; i++) aggregator.addUserRecord({ partitionKey: 'the same', data: 'tiny' });
  const { sizeBytes } = aggregator;
  expect(aggregator.flush().map(({ Data }) => Data.length)).toEqual([sizeBytes]);
});

test.each([
  ['an SDK record', (entry) => ({ ...sdkRecord(entry), ApproximateArrivalTimestamp: undefined })],
  [
    'a Lambda record',
    (entry) => {
      const record = lambdaRecord(entry);
      delete record.kinesis.approximateArrivalTimestamp;
      return record;
    },
  ],
  [
    'a Firehose record',
    (entry) => {
      const record = firehoseRecord(entry);
      delete record.approximateArrivalTimestamp;
      delete record.kinesisRecordMetadata.approximateArrivalTimestamp;
      return record;
    },
  ],
])('Python: %s without an arrival time loses nothing', (_, shape) => {
  const [entry] = aggregate(['x', 'y'].map((data) => ({ partitionKey: 'a', data })));
  expect(deaggregate(shape(entry)).map(({ data }) => data.toString())).toEqual(['x', 'y']);
  expect(decode(shape(entry)).approximateArrivalTimestamp(1)).toBeUndefined();
});

test.each(['pinned', 'partitionKey', 'first', { lanes: 1 }])(
  'Java: the first record of %j does not exceed the limit',
  (routing) => {
    for (let bytes = 900; bytes <= 1100; bytes++) {
      for (const entry of aggregate([{ partitionKey: 'a', data: Buffer.alloc(bytes) }], {
        routing,
        maxRecordBytes: 1200,
      })) {
        expect(entry.Data.length + Buffer.byteLength(entry.PartitionKey)).toBeLessThanOrEqual(1200);
      }
    }
  },
);

test('Java: callbacks never get an empty record', () => {
  const callback = jest.fn();
  const aggregator = new RecordAggregator().onRecordComplete(callback);
  aggregator.flush();
  aggregator.clear();
  aggregator.flush();
  aggregator.addUserRecords([]);
  aggregator.flush();
  expect(callback).not.toHaveBeenCalled();
});

test('Go: a bad index does not end the process', () => {
  const Data = frame(partitionKeyEntry('a'), recordEntry(2n ** 63n, null, 'x'));
  expect(deaggregate(sdkRecord({ Data }))).toMatchObject([{ decodeError: 'ERR_KPL_INDEX' }]);
});

test('Go: one bad record does not lose the others', () => {
  const [good] = aggregate([{ partitionKey: 'a', data: 'good' }]);
  const bad = { PartitionKey: 'a', Data: frame(recordEntry(0, null, 'bad')) };
  const records = [good, bad, good].map((entry) => sdkRecord(entry));
  expect(deaggregate(records).map(({ decodeError, data }) => decodeError ?? data.toString())).toEqual([
    'good',
    'ERR_KPL_INDEX',
    'good',
  ]);
  expect(textsOf([good])).toEqual([['good']]);
});
