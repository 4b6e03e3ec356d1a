'use strict';

// deaggregateAsync: the same, off the event loop.

const { aggregate, deaggregate, deaggregateAsync } = require('../..');
const { SHAPES, lambdaRecord, sdkRecord } = require('../support/kinesis-records');

const entryOf = (...texts) => aggregate(texts.map((data) => ({ partitionKey: 'a', data })))[0];
const textsOf = (records) => records.map(({ data }) => data.toString());

test('it gives a promise of what deaggregate gives', async () => {
  const records = Object.values(SHAPES).map((shape) => shape(entryOf('x', 'y')));
  const promise = deaggregateAsync(records);
  expect(promise).toBeInstanceOf(Promise);
  expect(await promise).toEqual(deaggregate(records));
});

test('a caller may reuse its bytes at once', async () => {
  const [aggregated, raw] = [entryOf('x', 'y').Data, Buffer.from('raw')];
  const promise = deaggregateAsync([sdkRecord({ Data: aggregated }), sdkRecord({ Data: raw })]);
  aggregated.fill(0);
  raw.fill(0);
  expect(textsOf(await promise)).toEqual(['x', 'y', 'raw']);
});

test('a caller may change its records and the list of them at once', async () => {
  const record = sdkRecord(entryOf('x'), '1');
  const payload = lambdaRecord(entryOf('y'), '2');
  const list = [record, payload];
  const promise = deaggregateAsync(list);
  list.length = 0;
  Object.assign(record, { Data: undefined, SequenceNumber: 'changed', PartitionKey: 'changed' });
  payload.kinesis.data = '!';
  payload.kinesis.sequenceNumber = 'changed';
  expect((await promise).map(({ data, sequenceNumber }) => `${sequenceNumber}${data}`)).toEqual(['1x', '2y']);
});

test('memory may be transferred away meanwhile', async () => {
  const Data = new Uint8Array(entryOf('x', 'y').Data);
  const promise = deaggregateAsync(sdkRecord({ Data }));
  structuredClone(Data.buffer, { transfer: [Data.buffer] });
  expect(Data).toHaveLength(0);
  expect(textsOf(await promise)).toEqual(['x', 'y']);
});

test('the source is read to its end before the call returns', () => {
  let isAtEnd = false;
  const records = (function* () {
    yield sdkRecord(entryOf('x'));
    isAtEnd = true;
  })();
  const promise = deaggregateAsync(records);
  expect(isAtEnd).toBe(true);
  return promise;
});

test('whatever would be thrown rejects', async () => {
  const failure = new Error('of the source');
  const failing = (function* () {
    yield sdkRecord(entryOf('x'));
    throw failure;
  })();
  await expect(deaggregateAsync(failing)).rejects.toBe(failure);
  await expect(deaggregateAsync([5])).rejects.toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 0 });
  await expect(deaggregateAsync([], { strict: 5 })).rejects.toMatchObject({ code: 'ERR_KPL_OPTION' });
  await expect(deaggregateAsync()).rejects.toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD' });
});

test('the event loop turns meanwhile', async () => {
  const Data = entryOf(Buffer.alloc(900_000));
  const records = Array.from({ length: 20 }, () => sdkRecord(Data));
  let turns = 0;
  let isDone = false;
  const turn = () => {
    turns++;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await deaggregateAsync(records);
  isDone = true;
  expect(turns).toBeGreaterThan(0);
});

test('many at a time do not mix', async () => {
  const jobs = Array.from({ length: 50 }, (_, i) =>
    deaggregateAsync(sdkRecord(entryOf(`${i} x`, `${i} y`), String(i))),
  );
  const all = await Promise.all(jobs);
  all.forEach((records, i) => {
    expect(textsOf(records)).toEqual([`${i} x`, `${i} y`]);
    expect(records.map(({ sequenceNumber }) => sequenceNumber)).toEqual([String(i), String(i)]);
  });
});

describe('a thousand calls at a time', () => {
  const CALLS = 1000;
  const SIZE = 200;
  const textsFor = (i) => Array.from({ length: 3 }, (_, at) => `${i} ${at} `.padEnd(SIZE, String(i)));

  /** What callers do with memory of theirs as soon as a call has returned. */
  const CHANGES = {
    'is overwritten': (memory) => new Uint8Array(memory).fill(0xff),
    'becomes the next record': (memory, i) =>
      new Uint8Array(memory).set(entryOf(...textsFor(i + CALLS)).Data.subarray(0, 50)),
    'is transferred away': (memory) => structuredClone(memory, { transfer: [memory] }),
    'is shrunk to nothing': (memory) => memory.resize(0),
  };

  test.each(Object.entries(CHANGES))('are right though the memory of each %s', async (_, change) => {
    const calls = Array.from({ length: CALLS }, (_, i) => {
      const { Data } = entryOf(...textsFor(i));
      const memory = new ArrayBuffer(Data.length, { maxByteLength: Data.length });
      const record = sdkRecord({ Data: new Uint8Array(memory), PartitionKey: 'a' }, String(i));
      record.Data.set(Data);
      const promise = deaggregateAsync([record, lambdaRecord({ Data, PartitionKey: 'a' }, `${i} again`)]);
      change(memory, i);
      Object.assign(record, { Data: undefined, SequenceNumber: 'changed' });
      return promise;
    });
    const read = await Promise.all(calls);
    read.forEach((records, i) => {
      expect(textsOf(records)).toEqual([...textsFor(i), ...textsFor(i)]);
      expect(records[0].sequenceNumber).toBe(String(i));
      expect(records[3].sequenceNumber).toBe(`${i} again`);
    });
  });

  test('are right though other calls are made meanwhile', async () => {
    const calls = Array.from({ length: CALLS }, (_, i) => {
      const promise = deaggregateAsync(sdkRecord(entryOf(...textsFor(i))));
      expect(textsOf(deaggregate(sdkRecord(entryOf(...textsFor(-i)))))).toEqual(textsFor(-i));
      return promise;
    });
    (await Promise.all(calls)).forEach((records, i) => {
      expect(textsOf(records)).toEqual(textsFor(i));
    });
  });
});

test('onBroken is called on the event loop, before the promise settles', async () => {
  const order = [];
  const broken = sdkRecord({ Data: Buffer.from('f3899ac2', 'hex') });
  const promise = deaggregateAsync([broken], { onBroken: () => order.push('onBroken') }).then(() =>
    order.push('settled'),
  );
  order.push('returned');
  await promise;
  expect(order).toEqual(['returned', 'onBroken', 'settled']);
});
