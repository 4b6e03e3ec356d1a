'use strict';

// The shapes in which Kinesis records come, told apart by their fields.

const { aggregate, decode, deaggregate, deaggregateAsync, isAggregated, iterDeaggregate } = require('../..');
const given = require('../support/kinesis-records');
const { expectRefusal } = require('../support/thrown');

const { SEQUENCE_NUMBER, SHAPES } = given;
const [entry] = aggregate(
  [
    { partitionKey: 'a', data: 'x' },
    { partitionKey: 'b', data: 'y', explicitHashKey: '7' },
  ],
  { routing: 'first' },
);
const EXPECTED = [
  { partitionKey: 'a', explicitHashKey: null, data: Buffer.from('x'), subSequenceNumber: 0, aggregated: true },
  { partitionKey: 'b', explicitHashKey: '7', data: Buffer.from('y'), subSequenceNumber: 1, aggregated: true },
].map((record) => ({ ...record, sequenceNumber: SEQUENCE_NUMBER }));
const raw = { PartitionKey: 'raw key', Data: Buffer.from('raw') };
const EXPECTED_RAW = {
  partitionKey: 'raw key',
  explicitHashKey: null,
  data: Buffer.from('raw'),
  sequenceNumber: SEQUENCE_NUMBER,
  subSequenceNumber: 0,
  aggregated: false,
};

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  test('aggregated', () => {
    expect(deaggregate(shape(entry))).toEqual(EXPECTED);
  });

  test('not aggregated', () => {
    expect(deaggregate(shape(raw))).toEqual([EXPECTED_RAW]);
  });

  test('alone, in an array, in a Set, from a generator: all the same', async () => {
    const record = shape(entry);
    const generator = function* () {
      yield record;
    };
    for (const records of [[record], new Set([record]), generator(), Object.freeze([record])]) {
      expect(deaggregate(records)).toEqual(EXPECTED);
    }
    expect([...iterDeaggregate(record)]).toEqual(EXPECTED);
    expect(await deaggregateAsync(record)).toEqual(EXPECTED);
    expect(decode(record).toArray()).toEqual(EXPECTED);
  });

  test('empty data', () => {
    const [record] = deaggregate(shape({ PartitionKey: 'a', Data: Buffer.alloc(0) }));
    expect(record).toMatchObject({ aggregated: false, data: Buffer.alloc(0) });
    expect(record).not.toHaveProperty('decodeError');
  });

  test('frozen through and through', () => {
    const freeze = (value) => {
      if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)) {
        Object.values(value).forEach(freeze);
        Object.freeze(value);
      }
      return value;
    };
    expect(deaggregate(freeze(shape(entry)))).toEqual(EXPECTED);
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
  ])('a partition key that is %s passes through as null', (_name, PartitionKey) => {
    expect(deaggregate(shape({ Data: raw.Data, PartitionKey }))).toEqual([{ ...EXPECTED_RAW, partitionKey: null }]);
    expect(decode(shape({ Data: raw.Data, PartitionKey })).partitionKey(0)).toBeNull();
    expect(deaggregate(shape({ Data: entry.Data, PartitionKey }))).toEqual(EXPECTED);
  });
});

test('shapes may be mixed in one call', () => {
  const records = Object.values(SHAPES).map((shape) => shape(entry));
  expect(deaggregate(records)).toEqual(records.flatMap(() => EXPECTED));
});

describe('a Firehose record without metadata, as for Direct PUT', () => {
  test.each([
    ['absent', (record) => record],
    ['undefined', (record) => ({ ...record, kinesisRecordMetadata: undefined })],
    ['null', (record) => ({ ...record, kinesisRecordMetadata: null })],
  ])('metadata %s: the sequence number is empty', (_, made) => {
    expect(deaggregate(made(given.directPutRecord(entry)))).toEqual(
      EXPECTED.map((record) => ({ ...record, sequenceNumber: '' })),
    );
    expect(deaggregate(made(given.directPutRecord(raw)))).toEqual([
      { ...EXPECTED_RAW, partitionKey: null, sequenceNumber: '' },
    ]);
  });
});

describe("the SDK's Data", () => {
  const bytes = Uint8Array.from(entry.Data);
  const shifted = new Uint8Array([0, 0, 0, ...entry.Data, 0]);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);

  test.each([
    ['a Uint8Array', bytes],
    ['a Buffer', Buffer.from(entry.Data)],
    ['a part of an ArrayBuffer', shifted.subarray(3, -1)],
    ['a view of a SharedArrayBuffer', shared],
  ])('%s', (_, Data) => {
    expect(deaggregate({ Data, PartitionKey: 'a', SequenceNumber: SEQUENCE_NUMBER })).toEqual(EXPECTED);
  });

  test('alone makes a record: the other fields may be missing', () => {
    expect(deaggregate({ Data: raw.Data })).toEqual([{ ...EXPECTED_RAW, partitionKey: null, sequenceNumber: '' }]);
  });
});

const textOf = (data) => deaggregate({ data, partitionKey: 'a', sequenceNumber: '1' })[0].data.toString('latin1');

describe('base64', () => {
  test.each([
    ['with padding', 'eA=='],
    ['without padding', 'eA'],
    ['with line breaks', 'e\nA\r\n=='],
  ])('%s', (_, base64) => {
    expect(textOf(base64)).toBe('x');
  });

  test('in the alphabet for URLs', () => {
    expect(textOf('_-8')).toBe('\xff\xef');
    expect(textOf('/+8=')).toBe('\xff\xef');
  });

  test('an empty string is no bytes', () => {
    expect(textOf('')).toBe('');
  });

  test('of every length', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Buffer.alloc(length, 'abcdefg');
      expect(textOf(bytes.toString('base64'))).toBe(bytes.toString());
    }
  });
});

describe('text that is no base64 is refused, with a hint', () => {
  const aggregated = entry.Data.toString('utf8');
  const base64 = entry.Data.toString('base64');
  test.each([
    ['an aggregate read as text', aggregated],
    ['JSON', '{"n":1}'],
    ['a word with a full stop', 'hello.'],
    ['one character too many', 'AAAAA'],
    ['one character too many, with padding', 'AAAAA==='],
    ['one character', 'A'],
    ['a stray character where the length is right', 'AAA!A'],
    ['a stray character where the length is right, with padding', 'AAA!A=='],
    ['a stray character at the end', `${base64}!`],
    ['a stray character in the middle', `${base64.slice(0, 8)}*${base64.slice(8)}`],
    ['padding in the middle', 'eA==eA=='],
    ['another alphabet', 'ключ'],
    ['a lone surrogate', 'AAA\ud800'],
    ['a no-break space', 'AA\u00a0AA'],
  ])('%s', async (_name, data) => {
    for (const record of [
      { kinesis: { data, partitionKey: 'a', sequenceNumber: '1' } },
      { data, partitionKey: 'a', sequenceNumber: '1' },
      { Data: data, PartitionKey: 'a', SequenceNumber: '1' },
      { recordId: '1', data },
    ]) {
      const records = [given.sdkRecord(raw), record];
      const { message } = expectRefusal(() => deaggregate(records), 'ERR_KPL_KINESIS_RECORD', { recordIndex: 1 });
      expect(message).toMatch(/base64.*deaggregate first/);
      expect(message).not.toContain(data);
      expectRefusal(() => decode(records), 'ERR_KPL_KINESIS_RECORD', { recordIndex: 1 });
      expectRefusal(() => [...iterDeaggregate(records)], 'ERR_KPL_KINESIS_RECORD', { recordIndex: 1 });
      await expect(deaggregateAsync(records)).rejects.toMatchObject({ recordIndex: 1 });
    }
    expect(isAggregated(data)).toBe(false);
  });

  test('whatever can be base64 is read as Node reads it', () => {
    for (let length = 0; length < 60; length++) {
      const bytes = Buffer.alloc(length, '\u00ff>x?');
      const padded = bytes.toString('base64');
      const lines = padded.replace(/.{1,7}/g, '$&\r\n');
      for (const text of [
        padded,
        padded.replace(/=/g, ''),
        bytes.toString('base64url'),
        lines,
        ` ${padded}\t`,
        `${padded}\n`,
      ]) {
        expect(textOf(text)).toBe(bytes.toString('latin1'));
      }
    }
  });
});

test('fields tell the shapes apart, never instanceof', () => {
  const record = given.sdkRecord(entry);
  class Row {
    constructor(fields) {
      Object.assign(this, fields);
    }
  }
  for (const made of [
    new Row(record),
    Object.create(record),
    Object.assign(Object.create(null), record),
    new Proxy(record, {}),
    { ...record, extra: { kept: 'away' } },
  ]) {
    expect(deaggregate(made)).toEqual(EXPECTED);
  }
});

test.each([
  ['null', null],
  ['undefined', undefined],
  ['a number', 5],
  ['a string', 'ZXZlbnQ='],
  ['a boolean', true],
  ['a bigint', 5n],
  ['a symbol', Symbol('x')],
  ['a function', () => {}],
  ['an empty object', {}],
  ['an event', { Records: [given.lambdaRecord(entry)] }],
  ["the SDK's answer", { Records: [given.sdkRecord(entry)], NextShardIterator: 'x' }],
  ['a record without data', { partitionKey: 'a', sequenceNumber: '1' }],
  ['data that is null', { data: null, partitionKey: 'a' }],
  ['data that is a number', { data: 5 }],
  ['data that is an array', { data: [1, 2, 3] }],
  ['a Lambda record without data', { kinesis: { partitionKey: 'a', sequenceNumber: '1' } }],
  ['a Lambda record whose kinesis is a string', { kinesis: 'x' }],
  ['Data that is undefined', { Data: undefined, PartitionKey: 'a', SequenceNumber: '1' }],
  ['Data that is null', { Data: null, PartitionKey: 'a', SequenceNumber: '1' }],
  ['Data that is an object', { Data: {}, PartitionKey: 'a', SequenceNumber: '1' }],
  ["a Buffer's JSON that holds no bytes", { Data: { type: 'Buffer', data: [256] } }],
  ["a Buffer's JSON that is no array", { Data: { type: 'Buffer', data: { 0: 1, length: 1 } } }],
  ['a DynamoDB record', { eventID: '1', dynamodb: { Keys: {} } }],
  ['an SQS record', { messageId: '1', body: 'x' }],
])('%s is no Kinesis record', async (_, value) => {
  const first = given.sdkRecord(entry);
  expectRefusal(() => deaggregate([first, value]), 'ERR_KPL_KINESIS_RECORD', { recordIndex: 1 });
  expectRefusal(() => decode([first, value]), 'ERR_KPL_KINESIS_RECORD', { recordIndex: 1 });
  expectRefusal(() => [...iterDeaggregate([first, value])], 'ERR_KPL_KINESIS_RECORD', { recordIndex: 1 });
  await expect(deaggregateAsync([first, value])).rejects.toMatchObject({
    name: 'KplError',
    code: 'ERR_KPL_KINESIS_RECORD',
    recordIndex: 1,
  });
});

describe('what is often given for a record is refused with the advice what to pass', () => {
  const bytes = Buffer.from('x');
  const sdk = { Data: bytes, PartitionKey: 'a', SequenceNumber: '1' };
  test.each([
    ['an event', { Records: [] }, 'pass its Records'],
    ['an event of Firehose', { invocationId: '1', records: [{ recordId: '1', data: 'eA==' }] }, 'pass its records'],
    [
      'an event of SubscribeToShard',
      { SubscribeToShardEvent: { Records: [sdk] } },
      'pass its SubscribeToShardEvent.Records',
    ],
    ['an SQS record', { messageId: '1', body: '{}' }, 'JSON.parse(body)'],
    ['a Buffer', bytes, 'pass { Data: bytes }'],
    ['an ArrayBuffer', new ArrayBuffer(3), 'pass { Data: bytes }'],
    ["a Buffer's JSON", bytes.toJSON(), 'pass { Data: bytes }'],
    ['base64', 'eA==', 'pass { data: base64 }'],
    ['a stream', (async function* () {})(), 'iterDeaggregate'],
    ['data that a parser has read', { kinesis: { data: { id: 1 }, sequenceNumber: '1' } }, 'deaggregate first'],
  ])('%s', async (_, value, advice) => {
    for (const records of [value, [value]]) {
      const { message } = expectRefusal(() => deaggregate(records), 'ERR_KPL_KINESIS_RECORD');
      expect(message).toContain(advice);
      expectRefusal(() => decode(records), 'ERR_KPL_KINESIS_RECORD');
      await expect(deaggregateAsync(records)).rejects.toThrow(advice);
    }
    expect(() => [...iterDeaggregate([value])]).toThrow(advice);
  });
});

test.each(Object.entries(SHAPES))('the JSON of a Buffer is taken for bytes: %s', async (_, shape) => {
  const withJson = (record) => {
    for (const part of [record, record.kinesis]) {
      for (const name of ['data', 'Data']) {
        if (part?.[name] !== undefined) part[name] = JSON.parse(JSON.stringify(Buffer.from(part[name], 'base64')));
      }
    }
    return record;
  };
  const record = withJson(shape(entry));
  expect(deaggregate(record)).toEqual(EXPECTED);
  expect([...iterDeaggregate([record])]).toEqual(EXPECTED);
  expect(await deaggregateAsync(record)).toEqual(EXPECTED);
  expect(decode(record).toArray()).toEqual(EXPECTED);
  expect(deaggregate(withJson(shape(raw)))).toEqual([EXPECTED_RAW]);
});

test.each([[null], [undefined], [5], ['text'], [true], [Symbol('x')], [() => {}]])(
  'records that are none are refused: %p',
  async (records) => {
    expectRefusal(() => deaggregate(records), 'ERR_KPL_KINESIS_RECORD');
    expectRefusal(() => decode(records), 'ERR_KPL_KINESIS_RECORD');
    expectRefusal(() => [...iterDeaggregate(records)], 'ERR_KPL_KINESIS_RECORD');
    await expect(deaggregateAsync(records)).rejects.toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD' });
  },
);

test('no records give no user records', async () => {
  expect(deaggregate([])).toEqual([]);
  expect([...iterDeaggregate([])]).toEqual([]);
  expect(await deaggregateAsync([])).toEqual([]);
  expect(decode([])).toHaveLength(0);
});

test('Kinesis records are never changed', () => {
  const records = Object.values(SHAPES).map((shape) => shape(entry));
  const before = structuredClone(records);
  deaggregate(records);
  decode(records).toArray();
  expect(structuredClone(records)).toEqual(before);
});

test('order: Kinesis records in input order, user records in aggregate order', () => {
  const records = [0, 1, 2, 3].map((i) => {
    const data = ['p', 'q', 'r'].map((letter) => ({ partitionKey: 'a', data: `${letter}${i}` }));
    const source = i === 2 ? { PartitionKey: 'a', Data: Buffer.from('raw') } : aggregate(data)[0];
    return given.sdkRecord(source, String(i));
  });
  expect(deaggregate(records).map(({ data, sequenceNumber }) => `${sequenceNumber}:${data}`)).toEqual([
    ...['0:p0', '0:q0', '0:r0'],
    ...['1:p1', '1:q1', '1:r1'],
    '2:raw',
    ...['3:p3', '3:q3', '3:r3'],
  ]);
});
