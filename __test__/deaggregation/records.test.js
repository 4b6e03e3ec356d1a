'use strict';

const { aggregate, deaggregateRecords, iterDeaggregateRecords } = require('../..');
const {
  SEQUENCE_NUMBER,
  SHAPES,
  analyticsRecord,
  directPutRecord,
  firehoseRecord,
  lambdaPayload,
  lambdaRecord,
  sdkRecord,
} = require('../support/kinesis-records');
const { frame, partitionKeyEntry, recordEntry } = require('../oracle/format');

const [aggregated] = aggregate(
  [
    { partitionKey: 'a', data: 'x' },
    { partitionKey: 'b', data: 'yz', explicitHashKey: '9' },
  ],
  { routing: 'first' },
);
const plain = { Data: Buffer.from('not aggregated'), PartitionKey: 'p' };
const base64 = (text) => Buffer.from(text).toString('base64');
const badIndex = { Data: frame(partitionKeyEntry('k'), recordEntry(7, null, 'x')), PartitionKey: 'p' };

const FIRST = { partitionKey: 'a', explicitHashKey: null, subSequenceNumber: 0, aggregated: true };
const SECOND = { partitionKey: 'b', explicitHashKey: '9', subSequenceNumber: 1, aggregated: true };

test('a Lambda record comes out as Lambda records with every field that it carried', () => {
  const record = { ...lambdaRecord(aggregated), ofTomorrow: { kept: true } };
  record.kinesis.encryptionType = 'NONE';
  expect(deaggregateRecords([record])).toEqual([
    { ...record, kinesis: { ...record.kinesis, ...FIRST, data: base64('x') } },
    { ...record, kinesis: { ...record.kinesis, ...SECOND, data: base64('yz') } },
  ]);
});

test('the fields that the Python module documents are all there', () => {
  const [record] = deaggregateRecords(lambdaRecord(aggregated));
  expect(Object.keys(record).sort()).toEqual(
    'awsRegion eventID eventName eventSource eventSourceARN eventVersion invokeIdentityArn kinesis'.split(' '),
  );
  expect(Object.keys(record.kinesis).sort()).toEqual(
    [
      'aggregated approximateArrivalTimestamp data explicitHashKey kinesisSchemaVersion partitionKey sequenceNumber',
      'subSequenceNumber',
    ].flatMap((names) => names.split(' ')),
  );
});

test('the kinesis part of a Lambda record comes out as such parts', () => {
  const payload = lambdaPayload(aggregated);
  expect(deaggregateRecords(payload)).toEqual([
    { ...payload, ...FIRST, data: base64('x') },
    { ...payload, ...SECOND, data: base64('yz') },
  ]);
});

test('an SDK record comes out as SDK records, with bytes', () => {
  const record = sdkRecord(aggregated);
  const added = { SubSequenceNumber: 0, Aggregated: true };
  expect(deaggregateRecords([record])).toEqual([
    { ...record, ...added, PartitionKey: 'a', ExplicitHashKey: null, Data: Buffer.from('x') },
    { ...record, ...added, PartitionKey: 'b', ExplicitHashKey: '9', SubSequenceNumber: 1, Data: Buffer.from('yz') },
  ]);
});

test.each([
  ['Firehose', 'kinesisRecordMetadata', firehoseRecord],
  ['Analytics', 'kinesisStreamRecordMetadata', analyticsRecord],
])('a record for %s keeps its recordId, and its metadata say where it comes from', (_, metadata, shape) => {
  const record = shape(aggregated);
  expect(deaggregateRecords([record])).toEqual([
    { ...record, data: base64('x'), [metadata]: { ...record[metadata], ...FIRST } },
    { ...record, data: base64('yz'), [metadata]: { ...record[metadata], ...SECOND } },
  ]);
});

test('a Firehose record that came by Direct PUT gets metadata for what else would be lost', () => {
  const record = directPutRecord(aggregated);
  expect(deaggregateRecords(record)).toEqual([
    { ...record, data: base64('x'), kinesisRecordMetadata: FIRST },
    { ...record, data: base64('yz'), kinesisRecordMetadata: SECOND },
  ]);
});

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  test('that is not aggregated comes back as the same object', () => {
    const record = shape(plain);
    expect(deaggregateRecords([record])[0]).toBe(record);
    expect(iterDeaggregateRecords(record).next().value).toBe(record);
  });

  test('that is broken comes back as the same object and is reported', () => {
    const [good, broken] = [shape(aggregated), shape(badIndex)];
    for (const deaggregated of [
      (options) => deaggregateRecords([good, broken], options),
      (options) => [...iterDeaggregateRecords([good, broken], options)],
    ]) {
      const onBroken = jest.fn();
      const records = deaggregated({ onBroken });
      expect(records).toHaveLength(3);
      expect(records[2]).toBe(broken);
      expect(onBroken).toHaveBeenCalledTimes(1);
      expect(onBroken.mock.calls[0][0]).toMatchObject({ code: 'ERR_KPL_INDEX', recordIndex: 1 });
      expect(onBroken.mock.calls[0][1]).toBe(broken);
      expect(() => deaggregated({ strict: true })).toThrow(expect.objectContaining({ code: 'ERR_KPL_INDEX' }));
    }
  });

  test('is never changed, frozen or not', () => {
    const record = shape(aggregated);
    const before = structuredClone(record);
    const freeze = (value) => {
      if (ArrayBuffer.isView(value)) return;
      Object.freeze(value);
      for (const inner of Object.values(value)) if (typeof inner === 'object') freeze(inner);
    };
    freeze(record);
    expect(deaggregateRecords([record])).toHaveLength(2);
    expect(structuredClone(record)).toEqual(before);
  });

  test('is taken without the fields that may be missing', () => {
    const record = shape(aggregated);
    for (const part of [record, record.kinesis, record.kinesisRecordMetadata, record.kinesisStreamRecordMetadata]) {
      if (part === undefined) continue;
      for (const name of [
        'approximateArrivalTimestamp',
        'ApproximateArrivalTimestamp',
        'kinesisSchemaVersion',
        'shardId',
      ]) {
        delete part[name];
      }
      for (const name of ['partitionKey', 'PartitionKey']) if (name in part) part[name] = null;
    }
    const records = deaggregateRecords([record]);
    expect(records).toHaveLength(2);
    expect(JSON.stringify(records)).toMatch(/"artitionKey":"a"|"[pP]artitionKey":"a"/);
  });

  test('is filtered by the hash key range as the KCL filters', () => {
    const record = shape(aggregated);
    const other = shape(plain);
    const hashKeyRange = { StartingHashKey: '0', EndingHashKey: '8' };
    expect(deaggregateRecords([record, other], { hashKeyRange })).toEqual([other]);
    expect([...iterDeaggregateRecords([record, other], { hashKeyRange })]).toEqual([other]);
  });
});

test('a null partition key passes through', () => {
  const record = lambdaRecord({ ...plain, PartitionKey: null });
  expect(deaggregateRecords([record])).toEqual([record]);
});

test('bytes where base64 is usual come out as bytes, base64 where bytes are usual as base64', () => {
  const payload = { ...lambdaPayload(aggregated), data: aggregated.Data };
  expect(deaggregateRecords(payload).map(({ data }) => data)).toEqual([Buffer.from('x'), Buffer.from('yz')]);
  const record = { ...sdkRecord(aggregated), Data: aggregated.Data.toString('base64') };
  expect(deaggregateRecords(record).map(({ Data }) => Data)).toEqual([base64('x'), base64('yz')]);
});

test('data is a view of the payload, or a copy', () => {
  const record = sdkRecord(aggregated);
  expect(deaggregateRecords(record)[0].Data.buffer).toBe(record.Data.buffer);
  expect(deaggregateRecords(record, { copy: true })[0].Data.buffer).not.toBe(record.Data.buffer);
});

test('a wrong checksum passes through, or is not looked at', () => {
  const Data = Buffer.from(aggregated.Data);
  Data[Data.length - 1] ^= 1;
  const record = lambdaRecord({ Data, PartitionKey: 'a' });
  expect(deaggregateRecords([record])[0]).toBe(record);
  expect(deaggregateRecords([record], { verifyChecksum: false })).toHaveLength(2);
});

describe('iterDeaggregateRecords', () => {
  test('takes and parses nothing before it is asked for', () => {
    const taken = [];
    function* source() {
      for (const [i, entry] of [aggregated, badIndex, aggregated].entries()) {
        taken.push(i);
        yield lambdaRecord(entry);
      }
    }
    const onBroken = jest.fn();
    const records = iterDeaggregateRecords(source(), { onBroken });
    expect(taken).toEqual([]);
    records.next();
    records.next();
    expect(taken).toEqual([0]);
    expect(onBroken).not.toHaveBeenCalled();
    records.next();
    expect(taken).toEqual([0, 1]);
    expect(onBroken).toHaveBeenCalledTimes(1);
    records.return();
    expect(taken).toEqual([0, 1]);
  });

  test('gives what deaggregateRecords gives', () => {
    const records = [aggregated, plain, badIndex, aggregated].map((entry) => lambdaRecord(entry));
    expect([...iterDeaggregateRecords(records)]).toEqual(deaggregateRecords(records));
    expect([...iterDeaggregateRecords(new Set(records))]).toEqual(deaggregateRecords(records));
  });

  test('refuses what is no record when it is reached', () => {
    const records = iterDeaggregateRecords([lambdaRecord(plain), { kinesis: {} }]);
    expect(records.next().value.kinesis.sequenceNumber).toBe(SEQUENCE_NUMBER);
    expect(() => records.next()).toThrow(expect.objectContaining({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 1 }));
  });
});
