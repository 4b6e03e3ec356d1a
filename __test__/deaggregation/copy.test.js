'use strict';

// Whose memory the data of user records is.

const { aggregate, decode, deaggregate, deaggregateAsync, iterDeaggregate } = require('../..');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');

const entry = () => aggregate(['x', 'y', ''].map((data) => ({ partitionKey: 'a', data })))[0];
const raw = () => ({ PartitionKey: 'a', Data: Buffer.from('raw') });

const WAYS = [
  ['deaggregate', deaggregate],
  ['iterDeaggregate', (...values) => [...iterDeaggregate(...values)]],
  ['decode, toArray', (...values) => decode(...values).toArray()],
  [
    'decode, data',
    (...values) => {
      const batch = decode(...values);
      return Array.from({ length: batch.length }, (_, i) => ({ data: batch.data(i) }));
    },
  ],
];

describe.each(WAYS)('%s', (_, read) => {
  test("without copy, data of an SDK record is a view into the caller's bytes", () => {
    const { Data } = entry();
    const [x, y] = read(sdkRecord({ Data }));
    expect(x.data.buffer).toBe(Data.buffer);
    expect(y.data.buffer).toBe(Data.buffer);
    Data.fill('!');
    expect(x.data.toString()).toBe('!');
    const { Data: plain } = raw();
    const [whole] = read(sdkRecord({ Data: plain }));
    expect(whole.data.buffer).toBe(plain.buffer);
    expect(whole.data).toHaveLength(3);
  });

  test('without copy, user records of a base64 record share one memory that nobody else has', () => {
    const [x, y] = read(lambdaRecord(entry()));
    expect(x.data.buffer).toBe(y.data.buffer);
    expect(x.data.buffer.byteLength).toBeLessThan(300);
  });

  test('with copy, each has memory of its own size', () => {
    for (const shape of [sdkRecord, lambdaRecord]) {
      for (const { data } of read([shape(entry()), shape(raw())], { copy: true })) {
        expect(data.buffer.byteLength).toBe(data.length);
        expect(data.byteOffset).toBe(0);
      }
    }
  });

  test('with copy, nothing that happens to the record changes a user record', () => {
    const [aggregated, plain] = [entry(), raw()];
    const records = read([sdkRecord(aggregated), sdkRecord(plain)], { copy: true });
    aggregated.Data.fill('!');
    plain.Data.fill('!');
    expect(records.map(({ data }) => data.toString())).toEqual(['x', 'y', '', 'raw']);
  });

  test('a view of shared memory is copied in any case', () => {
    const { Data } = entry();
    const shared = new Uint8Array(new SharedArrayBuffer(Data.length));
    shared.set(Data);
    const records = read(sdkRecord({ Data: shared }));
    shared.fill(0);
    expect(records.map(({ data }) => data.toString())).toEqual(['x', 'y', '']);
  });
});

test('decode with copy gives a new copy each time', () => {
  const batch = decode(sdkRecord(entry()), { copy: true });
  batch.data(0).fill('!');
  expect(batch.text(0)).toBe('x');
});

test("deaggregateAsync never hands out the caller's memory", async () => {
  const { Data } = entry();
  const [x] = await deaggregateAsync(sdkRecord({ Data }));
  expect(x.data.buffer).not.toBe(Data.buffer);
  const [copied] = await deaggregateAsync(sdkRecord({ Data }), { copy: true });
  expect(copied.data.buffer.byteLength).toBe(copied.data.length);
});

test('payloads of several records never share memory', () => {
  const records = deaggregate([lambdaRecord(raw()), lambdaRecord(raw()), lambdaRecord(entry())]);
  const memories = new Set(records.map(({ data }) => data.buffer));
  expect(memories.size).toBe(3);
});
