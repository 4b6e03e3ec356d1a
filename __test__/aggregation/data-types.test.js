'use strict';

// Every kind of data, and everything that is none.

const vm = require('node:vm');
const { Worker } = require('node:worker_threads');
const { RecordAggregator, aggregate, deaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { expectRefusal } = require('../support/thrown');

const dataOf = (data) => deaggregate(sdkRecord(aggregate([{ partitionKey: 'a', data }])[0]))[0].data;

const BYTES = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 3);
const whole = () => BYTES.slice().buffer;
const shared = (Type = SharedArrayBuffer, options = undefined) => {
  const memory = new Type(32, options);
  new Uint8Array(memory).set(BYTES);
  return memory;
};

const TYPED = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

test.each(TYPED.map((Type) => [Type.name, Type]))('%s gives the bytes that it shows', (_, Type) => {
  expect(dataOf(new Type(whole()))).toEqual(Buffer.from(BYTES));
  expect(dataOf(new Type(whole(), 8, 16 / Type.BYTES_PER_ELEMENT))).toEqual(Buffer.from(BYTES.subarray(8, 24)));
  expect(dataOf(new Type(0))).toEqual(Buffer.alloc(0));
});

test.each([
  ['a Buffer', Buffer.from(BYTES), BYTES],
  ['a Buffer in the pool', Buffer.from('pooled'), Buffer.from('pooled')],
  ['a part of a Buffer', Buffer.from(BYTES).subarray(3, 9), BYTES.subarray(3, 9)],
  ['an empty part of a Buffer', Buffer.from(BYTES).subarray(9, 9), []],
  ['a DataView', new DataView(whole()), BYTES],
  ['a part by DataView', new DataView(whole(), 3, 5), BYTES.subarray(3, 8)],
  ['an empty DataView', new DataView(whole(), 32), []],
  ['an ArrayBuffer', whole(), BYTES],
  ['the JSON of a Buffer', JSON.parse(JSON.stringify(Buffer.from(BYTES))), BYTES],
  ['the JSON of an empty Buffer', Buffer.alloc(0).toJSON(), []],
  ['an empty ArrayBuffer', new ArrayBuffer(0), []],
  ['a view of a SharedArrayBuffer', new Uint8Array(shared(), 2, 20), BYTES.subarray(2, 22)],
  ['a DataView of a SharedArrayBuffer', new DataView(shared(), 2, 20), BYTES.subarray(2, 22)],
  [
    'a growable SharedArrayBuffer under a view',
    new Uint8Array(shared(SharedArrayBuffer, { maxByteLength: 64 })),
    BYTES,
  ],
  ['a resizable ArrayBuffer', shared(ArrayBuffer, { maxByteLength: 64 }), BYTES],
  [
    'a view that tracks a resizable ArrayBuffer',
    new Uint8Array(shared(ArrayBuffer, { maxByteLength: 64 }), 4),
    BYTES.subarray(4),
  ],
  ['a Uint8Array of another realm', vm.runInNewContext('new Uint8Array([1, 2, 3])'), [1, 2, 3]],
  ['an ArrayBuffer of another realm', vm.runInNewContext('new Uint8Array([1, 2, 3]).buffer'), [1, 2, 3]],
  ['a DataView of another realm', vm.runInNewContext('new DataView(new Uint8Array([1, 2, 3]).buffer, 1)'), [2, 3]],
  ['an instance of a subclass', new (class extends Uint8Array {})(BYTES), BYTES],
  ['a string', 'text', Buffer.from('text')],
  ['an empty string', '', []],
  ['a string of all widths', 'aé漢🙂\0', Buffer.from('aé漢🙂\0')],
  ['a string with a lone surrogate', 'a\ud800b', Buffer.from('a\ufffdb')],
  ['a string that ends in half a pair', 'a\ud83d', Buffer.from('a\ufffd')],
  ['a string of halves in the wrong order', '\udc00\ud800', Buffer.from('\ufffd\ufffd')],
])('%s', (_, data, expected) => {
  expect(dataOf(data)).toEqual(Buffer.from(expected));
});

test('a view that tracks a resizable ArrayBuffer gives what it shows at the time', () => {
  const memory = new ArrayBuffer(4, { maxByteLength: 16 });
  const view = new Uint8Array(memory);
  memory.resize(6);
  expect(dataOf(view)).toHaveLength(6);
  memory.resize(2);
  expect(dataOf(view)).toHaveLength(2);
});

test('a view whose own properties lie about its size gives its bytes', () => {
  const view = Uint8Array.of(1, 2, 3);
  Object.defineProperties(view, {
    length: { value: 1_000_000 },
    byteLength: { value: 1_000_000 },
    byteOffset: { value: 8 },
    buffer: { value: new ArrayBuffer(1) },
    [Symbol.toStringTag]: { value: 'Float64Array' },
  });
  expect(dataOf(view)).toEqual(Buffer.from([1, 2, 3]));
});

test('100 000 bytes of a string of wide characters arrive whole', () => {
  const text = 'é漢🙂'.repeat(12_000);
  expect(dataOf(text).toString()).toBe(text);
});

describe('refused with ERR_KPL_DATA', () => {
  const detached = (make) => {
    const memory = new ArrayBuffer(8);
    const value = make(memory);
    structuredClone(memory, { transfer: [memory] });
    return value;
  };
  const shrunk = (make) => {
    const memory = new ArrayBuffer(16, { maxByteLength: 16 });
    const value = make(memory);
    memory.resize(4);
    return value;
  };

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a bigint', 5n],
    ['a boolean', true],
    ['a symbol', Symbol('x')],
    ['a function', () => 'x'],
    ['an array of bytes', [1, 2, 3]],
    ['an object', { length: 3, 0: 1 }],
    ['a String object', Object('text')],
    ['a date', new Date()],
    ["a Buffer's JSON with a number that is no byte", { type: 'Buffer', data: [1, 256] }],
    ["a Buffer's JSON with a hole", { type: 'Buffer', data: new Array(4) }],
    ["a Buffer's JSON with text", { type: 'Buffer', data: ['1'] }],
    ["a Buffer's JSON without data", { type: 'Buffer' }],
    ['the JSON of something else', { type: 'Blob', data: [1] }],
    ['a Proxy of a Uint8Array', new Proxy(new Uint8Array(3), {})],
    ['a SharedArrayBuffer itself', new SharedArrayBuffer(8)],
    ['a promise', Promise.resolve('x')],
    ['a detached ArrayBuffer', detached((memory) => memory)],
    ['a view of a detached ArrayBuffer', detached((memory) => new Uint8Array(memory))],
    ['a wide view of a detached ArrayBuffer', detached((memory) => new Float64Array(memory))],
    ['a Buffer of a detached ArrayBuffer', detached((memory) => Buffer.from(memory))],
    ['a DataView of a detached ArrayBuffer', detached((memory) => new DataView(memory))],
    ['a view that ends past the end of a shrunk ArrayBuffer', shrunk((memory) => new Uint8Array(memory, 0, 8))],
    ['a view that begins past the end of a shrunk ArrayBuffer', shrunk((memory) => new Uint8Array(memory, 8))],
    ['a DataView past the end of a shrunk ArrayBuffer', shrunk((memory) => new DataView(memory, 8, 4))],
  ])('%s', (_, data) => {
    expectRefusal(() => dataOf(data), 'ERR_KPL_DATA', { recordIndex: 0 });
    expectRefusal(() => aggregate([{ PartitionKey: 'a', Data: data }]), 'ERR_KPL_DATA', { recordIndex: 0 });
  });
});

test.each([[{ some: 'object' }], [[1, 2]]])('%j as data: the message says what to do', (data) => {
  const add = () => new RecordAggregator().addUserRecord({ partitionKey: 'a', data });
  expect(expectRefusal(add, 'ERR_KPL_DATA').message).toContain('JSON.stringify it');
});

test('an array given to addUserRecord: the message says what to call', () => {
  const add = () => new RecordAggregator().addUserRecord([{ partitionKey: 'a', data: 'x' }]);
  expect(expectRefusal(add, 'ERR_KPL_DATA').message).toContain('addUserRecords');
});

describe('memory that changes its size', () => {
  test('while another thread makes shared memory grow, a record is taken as it was at some time, and nothing else is thrown', async () => {
    const BYTES_A_STEP = 64;
    const MOST_BYTES = 1 << 20;
    const grow = `
      const { parentPort, workerData: [memory, go] } = require('node:worker_threads');
      parentPort.postMessage('ready');
      Atomics.wait(go, 0, 0);
      while (memory.byteLength < ${MOST_BYTES}) memory.grow(memory.byteLength + ${BYTES_A_STEP});
    `;
    const thrown = [];
    let taken = 0;
    for (let round = 0; round < 12; round++) {
      const memory = new SharedArrayBuffer(BYTES_A_STEP, { maxByteLength: MOST_BYTES });
      const go = new Int32Array(new SharedArrayBuffer(4));
      const worker = new Worker(grow, { eval: true, workerData: [memory, go] });
      await new Promise((resolve) => worker.once('message', resolve));
      const view = new Uint8Array(memory);
      const lengths = [];
      const attempt = (call) => {
        try {
          lengths.push(call());
        } catch (error) {
          if (error.name !== 'KplError') thrown.push(String(error));
        }
      };
      Atomics.store(go, 0, 1);
      Atomics.notify(go, 0);
      while (memory.byteLength < MOST_BYTES) {
        attempt(() => dataOf(view).length);
        attempt(() => deaggregate(sdkRecord({ Data: view, PartitionKey: 'a' }))[0].data.length);
      }
      await worker.terminate();
      taken += lengths.length;
      expect(lengths.filter((length) => length % BYTES_A_STEP !== 0)).toEqual([]);
    }
    expect(thrown).toEqual([]);
    expect(taken).toBeGreaterThan(0);
  });

  test.each([
    ['grows', (memory) => memory.resize(64), 32],
    ['shrinks', (memory) => memory.resize(8), 32],
    ['goes away', (memory) => structuredClone(memory, { transfer: [memory] }), 32],
  ])('memory that %s once a record was read changes nothing of it', (_, change, length) => {
    const records = (memory) =>
      (function* () {
        yield { partitionKey: 'a', data: new Uint8Array(memory) };
        change(memory);
        yield { partitionKey: 'a', data: 'x' };
      })();
    const resizable = () => shared(ArrayBuffer, { maxByteLength: 64 });
    const aggregator = new RecordAggregator();
    aggregator.addUserRecords(records(resizable()));
    for (const [entry] of [aggregator.flush(), aggregate(records(resizable()))]) {
      const [{ data }] = deaggregate(sdkRecord(entry));
      expect(data.equals(BYTES.subarray(0, length))).toBe(true);
    }
  });

  test.each([
    ['shrinks', (memory) => memory.resize(8)],
    ['goes away', (memory) => structuredClone(memory, { transfer: [memory] })],
  ])('a view of memory that %s in a getter of its own record is refused, and nothing is taken', (_, change) => {
    const memory = shared(ArrayBuffer, { maxByteLength: 64 });
    const record = {
      partitionKey: 'a',
      data: new Uint8Array(memory, 0, 16),
      get explicitHashKey() {
        if (memory.byteLength > 8) change(memory);
        return null;
      },
    };
    const aggregator = new RecordAggregator();
    expectRefusal(() => aggregator.addUserRecord(record), 'ERR_KPL_DATA');
    expectRefusal(() => aggregator.addUserRecords([record]), 'ERR_KPL_DATA');
    expectRefusal(() => aggregator.fits(record), 'ERR_KPL_DATA');
    expect(aggregator.userRecordCount).toBe(0);
  });
});
