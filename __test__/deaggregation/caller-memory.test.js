'use strict';

// The memory of Kinesis records is the caller's, and code of the caller's runs while records are read. What is taken away
// then is refused: it must not look like a record without bytes.

const { Worker } = require('node:worker_threads');
const { aggregate, decode, deaggregate, deaggregateAsync, deaggregateRecords, iterDeaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');

const [entry] = aggregate(['x', 'y'].map((data) => ({ partitionKey: 'a', data })));
const BROKEN = sdkRecord({ Data: Buffer.from('f3899ac2', 'hex'), PartitionKey: 'a' });

const READERS = { deaggregate, decode, deaggregateAsync, deaggregateRecords };
const TAKES = {
  transferred: (memory) => structuredClone(memory, { transfer: [memory] }),
  'shrunk to nothing': (memory) => memory.resize(0),
  shrunk: (memory) => memory.resize(memory.byteLength - 1),
};
const VIEWS = {
  'a view of its own length': (memory) => new Uint8Array(memory, 0, memory.byteLength),
  'a view that tracks its length': (memory) => new Uint8Array(memory),
  'an ArrayBuffer': (memory) => memory,
};

function memoryOf(data) {
  const memory = new ArrayBuffer(data.length, { maxByteLength: data.length });
  new Uint8Array(memory).set(data);
  return memory;
}

describe.each(Object.entries(READERS))('%s', (_, reader) => {
  describe.each(Object.entries(VIEWS))('of %s', (_view, viewOf) => {
    test.each(Object.entries(TAKES))('refuses memory that its source has %s', async (_take, take) => {
      const memory = memoryOf(entry.Data);
      const source = function* () {
        yield sdkRecord(entry);
        yield sdkRecord({ Data: viewOf(memory), PartitionKey: 'a' });
        take(memory);
        yield sdkRecord(entry);
      };
      const refusal = { code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 1, message: expect.stringMatching(/memory/) };
      await expect(async () => reader(source())).rejects.toMatchObject(refusal);
    });
  });

  test.each(Object.entries(TAKES))('never gives half of memory that onBroken has %s', async (_take, take) => {
    const memory = memoryOf(entry.Data);
    const record = sdkRecord({ Data: new Uint8Array(memory), PartitionKey: 'a' });
    const read = async () => reader([record, BROKEN], { onBroken: () => take(memory) });
    // What runs off the event loop has its own copy of it.
    if (reader === deaggregateAsync) expect((await read())[1].data.toString()).toBe('y');
    else await expect(read()).rejects.toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 0 });
  });
});

test('an iterator has read a Kinesis record before its source goes on', () => {
  const memory = memoryOf(entry.Data);
  const source = function* () {
    yield sdkRecord({ Data: new Uint8Array(memory), PartitionKey: 'a' });
    TAKES.transferred(memory);
    yield sdkRecord(entry);
  };
  const texts = [];
  for (const { data } of iterDeaggregate(source())) texts.push(data.toString());
  expect(texts).toEqual(['x', 'y', 'x', 'y']);
});

test('memory that another thread writes all the time gives an aggregate or a broken record, and nothing between', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(entry.Data.length));
  shared.set(entry.Data);
  const flip = `
    const { workerData } = require('node:worker_threads');
    require('node:worker_threads').parentPort.postMessage('flipping');
    for (;;) workerData[20] ^= 1;
  `;
  const writer = new Worker(flip, { eval: true, workerData: shared });
  await new Promise((resolve) => writer.once('message', resolve));
  const record = sdkRecord({ Data: shared, PartitionKey: 'a' });
  const outcomes = new Set();
  const count = (userRecords) => {
    const broken = userRecords.length === 1 && userRecords[0].decodeError === 'ERR_KPL_CHECKSUM';
    const whole = userRecords.map(({ data }) => data.toString()).join() === 'x,y';
    outcomes.add(whole ? 'whole' : broken ? 'broken' : 'between');
  };
  try {
    for (let i = 0; i < 5000 || outcomes.size < 2; i++) {
      count(deaggregate(record));
      count([...iterDeaggregate(record)]);
      count(decode(record).toArray());
      count(await deaggregateAsync(record));
    }
  } finally {
    await writer.terminate();
  }
  expect([...outcomes].sort()).toEqual(['broken', 'whole']);
});
