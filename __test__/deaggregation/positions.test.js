'use strict';

// Places in a shard: their order, going on after one, and the numbers of records that were taken apart before.

const fc = require('fast-check');
const {
  aggregate,
  comparePositions,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  iterDeaggregate,
  iterDeaggregateRecords,
} = require('../..');
const { vectors } = require('../support/vectors');
const { lambdaRecord, sdkRecord, SHAPES } = require('../support/kinesis-records');
const { expectRefusal } = require('../support/thrown');
const { frame, partitionKeyEntry } = require('../oracle/format');

/** All functions of deaggregation, each as a promise of `sequence number:sub-sequence number` of what it gives. */
const FUNCTIONS = {
  deaggregate: async (records, options) => deaggregate(records, options).map(placeOf),
  iterDeaggregate: async (records, options) => [...iterDeaggregate(records, options)].map(placeOf),
  'iterDeaggregate of a stream': async (records, options) =>
    (await all(iterDeaggregate(stream(records), options))).map(placeOf),
  deaggregateAsync: async (records, options) => (await deaggregateAsync(records, options)).map(placeOf),
  decode: async (records, options) => {
    const batch = decode(records, options);
    const places = Array.from(batch, (_, i) => `${batch.sequenceNumber(i)}:${batch.subSequenceNumber(i)}`);
    expect(batch.toArray().map(placeOf)).toEqual(places);
    expect(Array.from(batch, (_, i) => batch.text(i))).toEqual(batch.toArray().map(({ data }) => data.toString()));
    return places;
  },
  deaggregateRecords: async (records, options) => deaggregateRecords(records, options).map(placeOf),
  iterDeaggregateRecords: async (records, options) => [...iterDeaggregateRecords(records, options)].map(placeOf),
  'iterDeaggregateRecords of a stream': async (records, options) =>
    (await all(iterDeaggregateRecords(stream(records), options))).map(placeOf),
};

const placeOf = ({ sequenceNumber, subSequenceNumber, SequenceNumber, SubSequenceNumber }) =>
  `${sequenceNumber ?? SequenceNumber}:${subSequenceNumber ?? SubSequenceNumber ?? 0}`;

async function* stream(records) {
  for (const record of records) yield record;
}

async function all(asyncIterable) {
  const items = [];
  for await (const item of asyncIterable) items.push(item);
  return items;
}

const aggregateOf = (...texts) => aggregate(texts.map((data) => ({ partitionKey: 'a', data })))[0];
const plain = { Data: Buffer.from('plain'), PartitionKey: 'a' };
const broken = { Data: Buffer.from('f3899ac2', 'hex'), PartitionKey: 'a' };
const empty = { Data: frame(partitionKeyEntry('a')), PartitionKey: 'a' };

describe('comparePositions', () => {
  const sequenceNumber = fc
    .tuple(fc.integer({ min: 1, max: 129 }), fc.infiniteStream(fc.integer({ min: 0, max: 9 })))
    .map(([digits, stream]) => `${1 + (stream.next().value % 9)}${[...stream.take(digits - 1)].join('')}`);
  const anySequenceNumber = fc.oneof(sequenceNumber, fc.constantFrom('0', '1', '9', '10'));
  const subSequenceNumber = fc.oneof(fc.constant(undefined), fc.constant(null), fc.nat(3));
  const position = fc.record({ sequenceNumber: anySequenceNumber, subSequenceNumber });
  const byBigInt = ({ sequenceNumber, subSequenceNumber }) => [BigInt(sequenceNumber), subSequenceNumber ?? Infinity];
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  test('orders as integers do', () => {
    fc.assert(
      fc.property(position, position, (a, b) => {
        const [[x, i], [y, j]] = [byBigInt(a), byBigInt(b)];
        expect(comparePositions(a, b)).toBe(order(x, y) || order(i, j));
        expect(comparePositions(a, { ...b, sequenceNumber: a.sequenceNumber })).toBe(order(i, j));
      }),
      { numRuns: 500 },
    );
  });

  test('takes user records', () => {
    const [first, second] = deaggregate(sdkRecord(aggregateOf('x', 'y'), '7'));
    expect(comparePositions(first, second)).toBe(-1);
    expect([second, first].sort(comparePositions)).toEqual([first, second]);
  });
});

const BAD_POSITIONS = [
  ['nothing', null],
  ['a string', '7'],
  ['no sequence number', {}],
  ['an empty sequence number', { sequenceNumber: '' }],
  ['a leading zero', { sequenceNumber: '07' }],
  ['a sign', { sequenceNumber: '-7' }],
  ['a line break', { sequenceNumber: '7\n' }],
  ['a number', { sequenceNumber: 7 }],
  ['a bigint', { sequenceNumber: 7n }],
  ['TRIM_HORIZON', { sequenceNumber: 'TRIM_HORIZON' }],
  ['a negative sub-sequence number', { sequenceNumber: '7', subSequenceNumber: -1 }],
  ['a fraction', { sequenceNumber: '7', subSequenceNumber: 0.5 }],
  ['a sub-sequence number that is a string', { sequenceNumber: '7', subSequenceNumber: '1' }],
  ['infinity', { sequenceNumber: '7', subSequenceNumber: Infinity }],
];

test.each(BAD_POSITIONS)('%s is no position', (_, bad) => {
  const good = { sequenceNumber: '7' };
  expectRefusal(() => comparePositions(bad, good), 'ERR_KPL_OPTION');
  expectRefusal(() => comparePositions(good, bad), 'ERR_KPL_OPTION');
  expectRefusal(() => deaggregate([], { after: bad }), 'ERR_KPL_OPTION');
  expectRefusal(() => iterDeaggregate([], { after: bad }), 'ERR_KPL_OPTION');
});

describe.each(Object.entries(FUNCTIONS))('%s', (_, places) => {
  const records = [
    sdkRecord(aggregateOf('a', 'b', 'c'), '98'),
    sdkRecord(plain, '99'),
    sdkRecord(broken, '100'),
    sdkRecord(empty, '101'),
    sdkRecord(aggregateOf('d', 'e'), '1000'),
    ...deaggregateRecords(sdkRecord(aggregateOf('f', 'g', 'h'), '1001')),
    sdkRecord(plain, '1002'),
  ];

  test('gives what comes after a position, with its numbers', async () => {
    const everything = await places(records);
    expect(everything).toHaveLength(11);
    for (const sequenceNumber of ['0', '97', '98', '99', '100', '101', '500', '1000', '1001', '1002', '1003']) {
      for (const subSequenceNumber of [undefined, null, 0, 1, 2, 3, 70_000]) {
        const after = { sequenceNumber, subSequenceNumber };
        const expected = everything.filter((place) => {
          const [sequenceNumber, subSequenceNumber] = place.split(':');
          return comparePositions({ sequenceNumber, subSequenceNumber: Number(subSequenceNumber) }, after) > 0;
        });
        expect(await places(records, { after })).toEqual(expected);
      }
    }
  });

  test('does not read what lies before it', async () => {
    const onBroken = jest.fn();
    const notBase64 = { kinesis: { data: 'no base64!', sequenceNumber: '100' } };
    const after = { sequenceNumber: '101' };
    expect(await places([records[2], notBase64, records[4]], { after, onBroken, strict: true })).toEqual([
      '1000:0',
      '1000:1',
    ]);
    expect(onBroken).not.toHaveBeenCalled();
  });

  test('tells nothing of a broken record that was handed out before', async () => {
    const options = { after: { sequenceNumber: '100', subSequenceNumber: 0 }, strict: true };
    expect(await places(records.slice(2, 3), options)).toEqual([]);
  });

  test('counts records in the input, not after the position', async () => {
    const onBroken = jest.fn();
    await places(records, { after: { sequenceNumber: '98', subSequenceNumber: 0 }, onBroken });
    expect(onBroken).toHaveBeenCalledTimes(1);
    expect(onBroken.mock.calls[0][0]).toMatchObject({ code: 'ERR_KPL_MALFORMED', recordIndex: 2 });
  });

  test.each([
    ['none', undefined],
    ['null', null],
    ['an empty one', ''],
    ['a word', 'x'],
    ['a leading zero', '0100'],
  ])('refuses a record that it cannot judge, with its index: %s', async (_name, sequenceNumber) => {
    const after = { sequenceNumber: '99' };
    const bad = { kinesis: { data: 'eA==', sequenceNumber } };
    await expect(places([records[4], bad], { after })).rejects.toMatchObject({
      name: 'KplError',
      code: 'ERR_KPL_KINESIS_RECORD',
      recordIndex: 1,
    });
    expect(await places([bad])).toHaveLength(1);
  });

  test('judges a hash key range on the whole aggregate first', async () => {
    const [mixed] = aggregate(
      ['1', '9'].map((explicitHashKey) => ({ partitionKey: 'a', data: 'x', explicitHashKey })),
      {
        routing: 'first',
      },
    );
    const hashKeyRange = { StartingHashKey: '5', EndingHashKey: '9' };
    const after = { sequenceNumber: '1', subSequenceNumber: 0 };
    expect(await places([sdkRecord(mixed, '1')], { after })).toEqual(['1:1']);
    expect(await places([sdkRecord(mixed, '1')], { after, hashKeyRange })).toEqual([]);
  });
});

describe.each(Object.entries(SHAPES))('%s', (_, shape) => {
  const good = vectors('good').map(({ aggregatedBase64 }) => aggregatedBase64);
  const bad = vectors('bad').map(({ base64 }) => base64);
  const records = [...good, ...bad].map((data, i) =>
    shape({ Data: Buffer.from(data, 'base64'), PartitionKey: 'a' }, String(1000 + i)),
  );

  test('deaggregateRecords before deaggregate changes nothing', async () => {
    expect(good.length + bad.length).toBeGreaterThan(200);
    const once = deaggregate(records);
    const twice = deaggregate(deaggregateRecords(records));
    expect(twice).toHaveLength(once.length);
    twice.forEach((record, i) => {
      if (!record.data.equals(once[i].data)) throw new Error(`record ${i} has other data`);
    });
    const withoutData = ({ data, ...rest }) => rest;
    expect(twice.map(withoutData)).toEqual(once.map(withoutData));
    expect(decode(deaggregateRecords(records)).toArray().map(withoutData)).toEqual(once.map(withoutData));
    expect((await deaggregateAsync(deaggregateRecords(records))).map(withoutData)).toEqual(once.map(withoutData));
  });

  test('deaggregateRecords twice is once', () => {
    const once = deaggregateRecords(records);
    deaggregateRecords(once).forEach((record, i) => {
      if (record !== once[i]) throw new Error(`record ${i} is another object`);
    });
  });
});

describe('a record that was taken apart before', () => {
  const nested = aggregateOf('inner', 'records').Data;

  test('says aggregated: its keys and numbers stay, and it is not taken apart again', () => {
    const record = {
      kinesis: {
        data: nested.toString('base64'),
        partitionKey: 'a',
        sequenceNumber: '7',
        explicitHashKey: '5',
        subSequenceNumber: 3,
        aggregated: true,
      },
    };
    const expected = {
      partitionKey: 'a',
      explicitHashKey: '5',
      data: nested,
      sequenceNumber: '7',
      subSequenceNumber: 3,
      aggregated: true,
    };
    expect(deaggregate(record)).toEqual([expected]);
    const batch = decode(record);
    expect([batch.explicitHashKey(0), batch.subSequenceNumber(0), batch.aggregated(0)]).toEqual(['5', 3, true]);
    expect(deaggregateRecords(record)[0]).toBe(record);
  });

  // JsonFriendlyRecord of the multi-language KCL: every record of it brings a number.
  const fromDaemon = (data, subSequenceNumber) => ({
    action: 'record',
    data: data.toString('base64'),
    partitionKey: 'a',
    sequenceNumber: '7',
    subSequenceNumber,
    approximateArrivalTimestamp: 1545084650987,
  });

  test.each([
    ['text', Buffer.from('text')],
    ['an aggregate', nested],
    ['a broken aggregate', Buffer.from('f3899ac2', 'hex')],
  ])('comes from the multi-language KCL: %s keeps its number', (_, data) => {
    const records = [0, 1, 2].map((i) => fromDaemon(data, i));
    const expected = [0, 1, 2].map((subSequenceNumber) => ({
      partitionKey: 'a',
      explicitHashKey: null,
      data,
      sequenceNumber: '7',
      subSequenceNumber,
      aggregated: false,
    }));
    expect(deaggregate(records, { strict: true })).toEqual(expected);
    expect([...iterDeaggregate(records)]).toEqual(expected);
    expect(decode(records).toArray()).toEqual(expected);
    expect(deaggregateRecords(records)).toEqual(records);
  });

  const fromFirehose = (subsequenceNumber) => ({
    recordId: '1',
    data: nested.toString('base64'),
    kinesisRecordMetadata: { sequenceNumber: '7', partitionKey: 'a', subsequenceNumber },
  });

  test.each([
    [0, 0],
    [3, 3],
    ['0', 0],
    ['12', 12],
  ])('comes from Firehose: subsequenceNumber %p is kept', (given, subSequenceNumber) => {
    expect(deaggregate(fromFirehose(given))).toEqual([
      expect.objectContaining({ subSequenceNumber, aggregated: false, data: nested }),
    ]);
  });

  test.each([[''], [null], [undefined]])('not so if subsequenceNumber is %p', (given) => {
    expect(deaggregate(fromFirehose(given))).toHaveLength(2);
  });

  test.each([[-1], [1.5], ['x'], ['01'], [{}], [true]])('a sub-sequence number of %p is refused', (given) => {
    expectRefusal(() => deaggregate([lambdaRecord(plain), fromDaemon(nested, given)]), 'ERR_KPL_KINESIS_RECORD', {
      recordIndex: 1,
    });
  });

  test('is judged by its own number', () => {
    const records = [0, 1, 2].map((i) => fromDaemon(nested, i));
    const after = { sequenceNumber: '7', subSequenceNumber: 1 };
    expect(deaggregate(records, { after }).map(placeOf)).toEqual(['7:2']);
    expect(deaggregate(records, { after: { sequenceNumber: '7' } })).toEqual([]);
  });
});

test('the JSON of the AWS CLI is read: base64 in, base64 out', () => {
  const Data = aggregateOf('x', 'y').Data.toString('base64');
  const record = { SequenceNumber: '7', ApproximateArrivalTimestamp: 1588670713.454, Data, PartitionKey: 'a' };
  expect(deaggregate([record]).map(({ data }) => data.toString())).toEqual(['x', 'y']);
  expect(deaggregateRecords([record]).map(({ Data }) => Data)).toEqual(['eA==', 'eQ==']);
});

test.each([
  ['absent', undefined, ''],
  ['null', null, ''],
  ['a bigint', 2n ** 80n, '1208925819614629174706176'],
])('a sequence number that is %s comes out as a string', async (_, sequenceNumber, expected) => {
  for (const data of [aggregateOf('x').Data.toString('base64'), 'eA==']) {
    const record = { kinesis: { data, partitionKey: 'a', sequenceNumber } };
    expect(deaggregate(record)[0].sequenceNumber).toBe(expected);
    expect(decode(record).sequenceNumber(0)).toBe(expected);
    expect((await deaggregateAsync(record))[0].sequenceNumber).toBe(expected);
  }
});

test.each([[7], [{}], [true]])('a sequence number of %p is refused, in every shape', (sequenceNumber) => {
  for (const shape of Object.values(SHAPES)) {
    expectRefusal(() => deaggregate(shape(plain, sequenceNumber)), 'ERR_KPL_KINESIS_RECORD', { recordIndex: 0 });
  }
});
