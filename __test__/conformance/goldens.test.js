'use strict';

// The two aggregates that stand byte for byte in the format's description.

const { aggregate, deaggregate, isAggregated } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { aggregateOf } = require('../oracle/format');

const GOLDENS = [
  {
    name: 'an explicit hash key on the second record only',
    hex: 'f3899ac20a01610a01621201391a0508001a01781a08080110001a02797af018bbafaff1d52dc9b3fe76a386ad17',
    records: [
      { partitionKey: 'a', data: 'x' },
      { partitionKey: 'b', data: 'yz', explicitHashKey: '9' },
    ],
    outer: { PartitionKey: 'a' },
  },
  {
    name: 'a repeated partition key and empty data',
    hex: 'f3899ac20a02706b0a056f746865721a0908001a0568656c6c6f1a0908001a05776f726c641a0408011a0073526bae5653a82938471394ccf8c95a',
    records: [
      { partitionKey: 'pk', data: 'hello' },
      { partitionKey: 'pk', data: 'world' },
      { partitionKey: 'other', data: '' },
    ],
    outer: { PartitionKey: 'pk' },
  },
];

describe.each(GOLDENS)('$name', ({ hex, records, outer }) => {
  test("is written under routing 'first'", () => {
    const entries = aggregate(records, { routing: 'first' });
    expect(entries).toEqual([{ ...outer, Data: Buffer.from(hex, 'hex'), userRecordCount: records.length }]);
  });

  test('is read', () => {
    const userRecords = deaggregate(sdkRecord({ PartitionKey: 'outer', Data: Buffer.from(hex, 'hex') }, '1'));
    expect(userRecords).toEqual(
      records.map(({ partitionKey, data, explicitHashKey = null }, subSequenceNumber) => ({
        partitionKey,
        explicitHashKey,
        data: Buffer.from(data),
        sequenceNumber: '1',
        subSequenceNumber,
        aggregated: true,
      })),
    );
    expect(isAggregated(Buffer.from(hex, 'hex'))).toBe(true);
  });

  test('is what the model of these tests writes', () => {
    expect(aggregateOf(records).toString('hex')).toBe(hex);
  });
});
