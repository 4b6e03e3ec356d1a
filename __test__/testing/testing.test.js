'use strict';

// kinesis-agg/testing: what it makes is what a stream would give, and what it reads is what a producer sent.

const { aggregate, deaggregate, hashKey, isAggregated, KplError } = require('../..');
const { getRecordsOutput, lambdaEvent, userRecordsOf } = require('kinesis-agg/testing');
const { kinesisEvent } = require('../support/examples');

const records = (...texts) => texts.map((data) => ({ partitionKey: `key-${data}`, data }));
const textsOf = (kinesisRecords) => deaggregate(kinesisRecords).map(({ data }) => data.toString());
const five = records('a', 'b', 'c', 'd', 'e');

describe('lambdaEvent', () => {
  test('is the same for the same arguments', () => {
    expect(lambdaEvent(five)).toEqual(lambdaEvent(five));
  });

  test('has the fields of an event of Lambda, of the same types', () => {
    const typesOf = (value) =>
      value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.keys(value)
              .sort()
              .map((name) => [name, typesOf(value[name])]),
          )
        : typeof value;
    expect(typesOf(lambdaEvent(five).Records[0])).toEqual(typesOf(kinesisEvent().Records[0]));
  });

  test('whole', () => {
    const [{ Data }] = aggregate(records('a'));
    const arrivedAt = new Date('2026-11-25T12:00:00.250Z');
    const options = { streamName: 'orders', shardId: 'shardId-000000000007', awsRegion: 'eu-west-1', accountId: '1' };
    expect(lambdaEvent(records('a'), { ...options, sequenceNumber: '99', arrivedAt })).toEqual({
      Records: [
        {
          kinesis: {
            kinesisSchemaVersion: '1.0',
            partitionKey: 'key-a',
            sequenceNumber: '99',
            data: Data.toString('base64'),
            approximateArrivalTimestamp: 1795608000.25,
          },
          eventSource: 'aws:kinesis',
          eventVersion: '1.0',
          eventID: 'shardId-000000000007:99',
          eventName: 'aws:kinesis:record',
          invokeIdentityArn: 'arn:aws:iam::1:role/lambda-role',
          awsRegion: 'eu-west-1',
          eventSourceARN: 'arn:aws:kinesis:eu-west-1:1:stream/orders',
        },
      ],
    });
  });

  test('several Kinesis records, with ascending numbers', () => {
    const { Records } = lambdaEvent(five, { maxUserRecords: 2, sequenceNumber: '999' });
    expect(Records.map(({ kinesis }) => kinesis.sequenceNumber)).toEqual(['999', '1000', '1001']);
    expect(textsOf(Records)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('routed', () => {
    const { Records } = lambdaEvent(five, { routing: 'partitionKey' });
    expect(Records.map(({ kinesis }) => kinesis.partitionKey)).toEqual(five.map(({ partitionKey }) => partitionKey));
    const lanes = lambdaEvent(five, { routing: { lanes: 2 } }).Records;
    expect(lanes.every(({ kinesis }) => kinesis.partitionKey.startsWith('lane-'))).toBe(true);
  });

  test('not aggregated: all', () => {
    const { Records } = lambdaEvent(five, { plain: true });
    expect(Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
    expect(Records.map(({ kinesis }) => kinesis.partitionKey)).toEqual(five.map(({ partitionKey }) => partitionKey));
  });

  test('not aggregated: some, in place', () => {
    const { Records } = lambdaEvent(five, { plain: ({ data }, index) => data === 'c' && index === 2 });
    expect(Records.map(({ kinesis }) => isAggregated(kinesis.data))).toEqual([true, false, true]);
    expect(textsOf(Records)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test.each([['x'], [Buffer.from('x')], [new Uint8Array([120])], [new Uint8Array([120]).buffer]])(
    'not aggregated: data as %p',
    (data) => {
      const [record] = lambdaEvent([{ PartitionKey: 'a', Data: data }], { plain: true }).Records;
      expect(record.kinesis).toMatchObject({ partitionKey: 'a', data: 'eA==' });
    },
  );

  test('broken ones', () => {
    const { Records } = lambdaEvent(five, { maxUserRecords: 2, broken: [0, 2] });
    expect(deaggregate(Records).map(({ decodeError }) => decodeError)).toEqual([
      'ERR_KPL_CHECKSUM',
      undefined,
      undefined,
      'ERR_KPL_CHECKSUM',
    ]);
  });

  test('of nothing', () => expect(lambdaEvent([])).toEqual({ Records: [] }));

  test.each([
    [{ broken: 1 }],
    [{ broken: [-1] }],
    [{ plain: true, broken: 0 }],
    [{ broken: '0' }],
    [{ plain: 'all' }],
    [{ sequenceNumber: 'first' }],
    [{ arrivedAt: 1545084650 }],
    [{ arrivedAt: new Date('never') }],
    [{ maxUserRecords: 0 }],
    [{ streamName: 1 }],
    [{ shardId: null }],
    [null],
  ])('%j is refused', (options) => {
    expect(() => lambdaEvent(five, options)).toThrow(expect.objectContaining({ code: 'ERR_KPL_OPTION' }));
    expect(() => lambdaEvent(five, options)).toThrow(KplError);
  });
});

describe('getRecordsOutput', () => {
  test('is what the SDK gives', () => {
    const { Records, ...rest } = getRecordsOutput(five, { maxUserRecords: 3, sequenceNumber: '7' });
    expect(textsOf(Records)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(Records.map(({ Data, ...record }) => [Data.constructor, record])).toEqual(
      [
        { SequenceNumber: '7', PartitionKey: 'key-a' },
        { SequenceNumber: '8', PartitionKey: 'key-d' },
      ].map((record) => [
        Uint8Array,
        { ...record, ApproximateArrivalTimestamp: new Date(1545084650987), EncryptionType: 'NONE' },
      ]),
    );
    expect(rest).toEqual({
      $metadata: expect.objectContaining({ httpStatusCode: 200 }),
      NextShardIterator: expect.any(String),
      MillisBehindLatest: 0,
    });
  });

  test('each time anew', () => {
    const output = getRecordsOutput(five);
    output.Records[0].Data[0] = 0;
    expect(textsOf(getRecordsOutput(five).Records)).toHaveLength(5);
  });

  test('refuses what is no option', () => {
    expect(() => getRecordsOutput(five, { broken: 3 })).toThrow(expect.objectContaining({ code: 'ERR_KPL_OPTION' }));
  });
});

describe('userRecordsOf', () => {
  test.each([['pinned'], ['partitionKey'], [{ lanes: 3 }]])('gives what was aggregated: %j', (routing) => {
    const sent = userRecordsOf({ Records: aggregate(five, { routing }) });
    expect(sent.map(({ data }) => data.toString()).sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('and what was not, with its explicit hash key', () => {
    const ExplicitHashKey = hashKey('b');
    const Records = [
      { PartitionKey: 'a', Data: Buffer.from('x'), ExplicitHashKey },
      { PartitionKey: 'a', Data: new TextEncoder().encode('y') },
    ];
    expect(userRecordsOf({ Records })).toEqual([
      {
        partitionKey: 'a',
        explicitHashKey: ExplicitHashKey,
        data: Buffer.from('x'),
        sequenceNumber: '',
        subSequenceNumber: 0,
        aggregated: false,
      },
      expect.objectContaining({ explicitHashKey: null, data: Buffer.from('y') }),
    ]);
  });

  test('nothing of nothing', () => expect(userRecordsOf({ Records: [] })).toEqual([]));

  test.each([[undefined], [null], [{}], [[]], [{ Records: {} }], [{ Records: [{}] }]])('%j is refused', (input) => {
    expect(() => userRecordsOf(input)).toThrow(expect.objectContaining({ code: 'ERR_KPL_KINESIS_RECORD' }));
  });
});
