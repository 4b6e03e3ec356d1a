'use strict';

// UserRecordBatch: every column, at random, and what it gives as a whole.

const { UserRecordBatch, aggregate, decode, deaggregate } = require('../..');
const given = require('../support/kinesis-records');
const { thrownBy } = require('../support/thrown');
const { MAGIC, frame, partitionKeyEntry } = require('../oracle/format');

const { SHAPES, sdkRecord } = given;

const entriesOf = (...lists) =>
  lists.map((texts) => aggregate(texts.map((data, i) => ({ partitionKey: `${data}-${i}`, data })))[0]);

/** Aggregates, a raw record, an empty aggregate, a broken one: all that can stand side by side. */
const records = [
  { PartitionKey: 'none', Data: frame(partitionKeyEntry('a')) },
  ...entriesOf(['p', 'q', 'r'], ['é漢🙂']),
  { PartitionKey: 'none', Data: frame(partitionKeyEntry('a')) },
  { PartitionKey: 'raw', Data: Buffer.from('raw é') },
  { PartitionKey: 'broken', Data: Buffer.concat([MAGIC, Buffer.from('broken')]) },
  ...entriesOf(['s', 't']),
  { PartitionKey: 'none', Data: frame(partitionKeyEntry('a')) },
].map((entry, i) => sdkRecord(entry, String(i)));

const batch = decode(records);
const expected = deaggregate(records);
const positions = expected.map((_, i) => i);

const columns = {
  partitionKey: (record) => record.partitionKey,
  explicitHashKey: (record) => record.explicitHashKey,
  data: (record) => record.data,
  text: (record) => record.data.toString(),
  sequenceNumber: (record) => record.sequenceNumber,
  subSequenceNumber: (record) => record.subSequenceNumber,
  aggregated: (record) => record.aggregated,
  source: (record) => records[record.sequenceNumber],
  approximateArrivalTimestamp: (record) => records[record.sequenceNumber].ApproximateArrivalTimestamp,
};

test('it is as long as deaggregate gives user records', () => {
  expect(batch).toBeInstanceOf(UserRecordBatch);
  expect(batch).toHaveLength(8);
  expect(batch.length).toBe(expected.length);
});

test.each(Object.entries(columns))('%s, in order, backwards, and jumping', (column, expectedOf) => {
  for (const order of [positions, [...positions].reverse(), [7, 0, 5, 2, 2, 6, 1, 4, 3, 0, 7]]) {
    const fresh = decode(records);
    expect(order.map((i) => fresh[column](i))).toEqual(order.map((i) => expectedOf(expected[i])));
    expect(order.map((i) => batch[column](i))).toEqual(order.map((i) => expectedOf(expected[i])));
  }
});

test('columns asked for in turn do not disturb each other', () => {
  const fresh = decode(records);
  for (const i of [6, 0, 3, 7, 1, 5, 2, 4]) {
    for (const [column, expectedOf] of Object.entries(columns))
      expect(fresh[column](i)).toEqual(expectedOf(expected[i]));
  }
});

test('toArray and iteration give what deaggregate gives, again and again', () => {
  expect(batch.toArray()).toEqual(expected);
  expect([...batch]).toEqual(expected);
  expect([...batch]).toEqual(expected);
  expect(Array.from(batch, (record) => record.partitionKey)).toEqual(expected.map((record) => record.partitionKey));
  expect(batch.toArray().at(-3)).toEqual(expected.at(-3));
});

test('two iterations at the same time do not disturb each other', () => {
  const [one, two] = [batch[Symbol.iterator](), batch[Symbol.iterator]()];
  expect(one.next().value).toEqual(expected[0]);
  expect(one.next().value).toEqual(expected[1]);
  expect(two.next().value).toEqual(expected[0]);
  expect(one.next().value).toEqual(expected[2]);
  expect(one[Symbol.iterator]()).toBe(one);
});

test('decodeError is on the objects', () => {
  const { decodeError } = batch.toArray()[5];
  expect(decodeError).toBe('ERR_KPL_MALFORMED');
});

test('source gives the very object that was given', () => {
  positions.forEach((i) => {
    expect(batch.source(i)).toBe(records[Number(expected[i].sequenceNumber)]);
  });
  const lambda = Object.freeze(given.lambdaRecord(entriesOf(['x'])[0]));
  expect(decode(lambda).source(0)).toBe(lambda);
});

describe('approximateArrivalTimestamp is as the record has it', () => {
  const [entry] = entriesOf(['x', 'y']);
  const rawEntry = { PartitionKey: 'raw', Data: Buffer.from('raw') };

  test.each([
    ['a Date of the SDK', given.sdkRecord, new Date(1545084650987)],
    ['seconds of Lambda', given.lambdaRecord, 1545084650.987],
    ["seconds of Lambda's kinesis part", given.lambdaPayload, 1545084650.987],
    ['milliseconds of Firehose', given.firehoseRecord, 1495072949453],
    ['milliseconds of Direct PUT', given.directPutRecord, 1495072949453],
    ['milliseconds of Analytics', given.analyticsRecord, 1520280173],
  ])('%s', (_, shape, time) => {
    expect(decode(shape(entry)).approximateArrivalTimestamp(1)).toEqual(time);
    expect(decode(shape(rawEntry)).approximateArrivalTimestamp(0)).toEqual(time);
  });

  test("Firehose: the record's own, not that of its metadata", () => {
    const record = given.firehoseRecord(entry);
    record.approximateArrivalTimestamp = 1;
    record.kinesisRecordMetadata.approximateArrivalTimestamp = 2;
    expect(decode(record).approximateArrivalTimestamp(0)).toBe(1);
  });

  test('undefined where there is none', () => {
    expect(decode({ Data: Buffer.from('x') }).approximateArrivalTimestamp(0)).toBeUndefined();
  });

  test('is a Date where JSON has made text of one, as the AWS CLI does', () => {
    const time = (ApproximateArrivalTimestamp) =>
      decode({ Data: 'eA==', ApproximateArrivalTimestamp }).approximateArrivalTimestamp(0);
    expect(time('2020-01-01T00:00:00Z')).toEqual(new Date('2020-01-01T00:00:00Z'));
    expect(time('yesterday')).toBeUndefined();
    expect(time(null)).toBeUndefined();
  });
});

describe('json', () => {
  const of = (...texts) => decode(sdkRecord(entriesOf(texts)[0]));

  test('reads JSON of all kinds', () => {
    const values = [{ n: 1 }, [1, 2], 'text é 漢 🙂', 5, null, true, { '': [] }];
    const texts = of(...values.map((value) => JSON.stringify(value)));
    values.forEach((value, i) => {
      expect(texts.json(i)).toEqual(value);
    });
    expect(decode(sdkRecord({ Data: Buffer.from('{"n":1}') })).json(0)).toEqual({ n: 1 });
  });

  test('throws the SyntaxError of JSON.parse for what is none', () => {
    for (const text of ['', '{', 'text', '\ufeff']) {
      expect(thrownBy(() => of(text).json(0)).name).toBe('SyntaxError');
    }
  });
});

describe('text', () => {
  test('what is no UTF-8 becomes U+FFFD', () => {
    const data = Buffer.from('61ff62', 'hex');
    const [entry] = aggregate([{ partitionKey: 'a', data }]);
    expect(decode(sdkRecord(entry)).text(0)).toBe('a\ufffdb');
    expect(decode(sdkRecord({ Data: data })).text(0)).toBe('a\ufffdb');
  });

  test('a byte order mark stays', () => {
    const [entry] = aggregate([{ partitionKey: 'a', data: '\ufeffx' }]);
    expect(decode(sdkRecord(entry)).text(0)).toBe('\ufeffx');
  });

  test.each([
    ['short ASCII texts', (i) => `text ${i}`],
    ['long ASCII texts', (i) => `text ${i} `.padEnd(40_000 + (i % 7) * 5000, '.')],
    ['ASCII texts of all lengths', (i) => '.'.repeat((i * 997) % 3000)],
    ['one that is not ASCII among many', (i) => (i === 50 ? 'é' : 'ascii')],
    ['all the bytes of ASCII', (i) => String.fromCharCode(i % 128).repeat(1000)],
  ])('%s of a large aggregate, in order and at random', (_, textAt) => {
    const texts = Array.from({ length: 128 }, (_each, i) => textAt(i));
    const limits = { maxRecordBytes: 10_485_760, maxAggregateBytes: 10_485_760 };
    const [entry] = aggregate(
      texts.map((data) => ({ partitionKey: 'a', data })),
      limits,
    );
    const large = decode(sdkRecord(entry));
    const orders = [texts.map((__, i) => i), texts.map((__, i) => 127 - i), texts.map((__, i) => (i * 37) % 128)];
    for (const order of orders) expect(order.every((i) => large.text(i) === texts[i])).toBe(true);
  });
});

describe('out of range', () => {
  const methods = [...Object.keys(columns), 'json'];

  test.each([[-1], [8], [9], [2 ** 32], [-(2 ** 32)], [NaN], [Infinity], [-Infinity], [0.5], [7.5], [-0.5]])(
    'position %p gives a RangeError, from every column',
    (i) => {
      batch.partitionKey(0);
      for (const method of methods) {
        const error = thrownBy(() => batch[method](i));
        expect(error.name).toBe('RangeError');
        expect(error.message).toContain('8');
      }
    },
  );

  test.each([[undefined], [null], ['0'], [''], [true], [false], [{}], [[]], [[0]], [0n], [Symbol('0')], [() => 0]])(
    'nor is %p a position',
    (i) => {
      batch.partitionKey(0);
      for (const method of methods) {
        expect(['RangeError', 'TypeError']).toContain(thrownBy(() => batch[method](i)).name);
      }
    },
  );

  test('nothing is in range of an empty batch', () => {
    for (const empty of [decode([]), decode(sdkRecord({ Data: frame(partitionKeyEntry('a')) }))]) {
      expect(empty).toHaveLength(0);
      expect(empty.toArray()).toEqual([]);
      for (const method of methods) expect(thrownBy(() => empty[method](0)).name).toBe('RangeError');
    }
  });

  test('a batch is whole after a failed question', () => {
    const fresh = decode(records);
    expect(() => fresh.data(99)).toThrow();
    expect(fresh.toArray()).toEqual(expected);
    expect(fresh.partitionKey(7)).toBe(expected[7].partitionKey);
  });
});

test('-0 is 0', () => {
  expect(batch.text(-0)).toBe(batch.text(0));
});

test('each data is a Buffer of its own', () => {
  expect(batch.data(0)).not.toBe(batch.data(0));
  expect(Buffer.isBuffer(batch.data(0))).toBe(true);
});

test('every shape', () => {
  const [entry] = entriesOf(['x', 'y']);
  for (const shape of Object.values(SHAPES)) {
    const some = decode([shape(entry, '1'), shape(entry, '2')]);
    expect([0, 1, 2, 3].map((i) => `${some.sequenceNumber(i)}${some.text(i)}`)).toEqual(['1x', '1y', '2x', '2y']);
  }
});

test('the length cannot be set', () => {
  expect(() => {
    batch.length = 0;
  }).toThrow(TypeError);
});
