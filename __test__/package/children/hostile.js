'use strict';

// Run as a process of its own by hostile.test.js.

const kpl = require('../../..');
const compat = require('kinesis-agg/compat');

const detached = new ArrayBuffer(8);
const detachedView = new Uint8Array(detached);
structuredClone(detached, { transfer: [detached] });
const shrunk = new ArrayBuffer(8, { maxByteLength: 16 });
const shrunkViews = {
  fixed: new Uint8Array(shrunk, 2, 4),
  tracking: new Uint16Array(shrunk),
  data: new DataView(shrunk, 2, 4),
};
shrunk.resize(3);
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const ofItself = {};
ofItself.partitionKey = ofItself.kinesis = ofItself.Data = ofItself;
const thrower = new Proxy(
  {},
  {
    get() {
      throw new EvalError('of the value');
    },
    has() {
      throw new EvalError('of the value');
    },
  },
);
const yes = new Proxy(() => yes, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => 'yes' : yes),
  has: () => true,
});

/** A user record and a Kinesis record whose later getters do something to the memory that earlier ones gave. */
function withGetters(change) {
  const memory = new ArrayBuffer(8, { maxByteLength: 8 });
  const bytes = new Uint8Array(memory);
  const changed = () => {
    if (memory.byteLength === 8) change(memory);
    return undefined;
  };
  return {
    data: bytes,
    Data: bytes,
    partitionKey: 'a',
    PartitionKey: 'a',
    get explicitHashKey() {
      return changed();
    },
    get SequenceNumber() {
      return changed();
    },
    get sequenceNumber() {
      return changed();
    },
  };
}

/** Values by name. Those that a call could consume are made anew each time. */
const VALUES = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  false: () => false,
  0: () => 0,
  '-0': () => -0,
  '-1': () => -1,
  1.5: () => 1.5,
  NaN: () => NaN,
  Infinity: () => Infinity,
  '2^31': () => 2 ** 31,
  '2^32': () => 2 ** 32,
  '2^53': () => 2 ** 53,
  MAX_VALUE: () => Number.MAX_VALUE,
  '0n': () => 0n,
  '-1n': () => -1n,
  '2n^128': () => 2n ** 128n,
  'a huge bigint': () => 10n ** 5000n,
  'an empty string': () => '',
  'a string': () => 'text',
  digits: () => '123',
  'a lone surrogate': () => '\ud800',
  'a string with a zero': () => 'a\0b',
  'a long string': () => 'x'.repeat(1_000_000),
  'a wide string': () => '漢🙂é',
  'a rope': () => `${'x'.repeat(5000)}${'y'.repeat(5000)}`,
  'a symbol': () => Symbol('x'),
  'a well-known symbol': () => Symbol.iterator,
  'a function': () => () => {},
  'a class': () => class {},
  'a generator': () =>
    (function* () {
      yield 1;
    })(),
  'an endless number of calls that end': () => ({
    *[Symbol.iterator]() {
      for (let i = 0; i < 1000; i++) yield {};
    },
  }),
  'an object': () => ({}),
  'an object without prototype': () => Object.create(null),
  'an array': () => [],
  'an array of anything': () => [undefined, null, 5, 'x', {}],
  'a sparse array': () => new Array(10),
  'an array of an array': () => [[]],
  'a date': () => new Date(NaN),
  'a regexp': () => /x/g,
  'an error': () => new Error('x'),
  'a promise': () => Promise.resolve(1),
  'a Map': () => new Map([[1, 2]]),
  'a Set': () => new Set([1]),
  'a WeakMap': () => new WeakMap(),
  'a boxed string': () => Object('x'),
  'a boxed number': () => Object(5),
  'a Uint8Array': () => new Uint8Array(3),
  'a Buffer': () => Buffer.from('x'),
  'an empty Buffer': () => Buffer.alloc(0),
  'a Float64Array': () => new Float64Array(3),
  'a BigInt64Array': () => new BigInt64Array(3),
  'a DataView': () => new DataView(new ArrayBuffer(3)),
  'an ArrayBuffer': () => new ArrayBuffer(3),
  'a SharedArrayBuffer': () => new SharedArrayBuffer(3),
  'a view of shared memory': () => new Uint8Array(new SharedArrayBuffer(3)),
  'a SharedArrayBuffer that has grown': () => {
    const memory = new SharedArrayBuffer(3, { maxByteLength: 100 });
    memory.grow(50);
    return memory;
  },
  'a resizable ArrayBuffer': () => new ArrayBuffer(3, { maxByteLength: 100 }),
  'a view of shrunk memory': () => shrunkViews.fixed,
  'a view that tracks shrunk memory': () => shrunkViews.tracking,
  'a DataView of shrunk memory': () => shrunkViews.data,
  'a view that lies about its size': () =>
    Object.defineProperties(new Uint8Array(3), {
      length: { value: 1e6 },
      byteLength: { value: 1e6 },
      byteOffset: { value: 1e6 },
    }),
  'a detached ArrayBuffer': () => detached,
  'a view of a detached ArrayBuffer': () => detachedView,
  'a Proxy': () => new Proxy({}, {}),
  'a Proxy of an array': () => new Proxy([], {}),
  'a Proxy of a Uint8Array': () => new Proxy(new Uint8Array(3), {}),
  'a revoked Proxy': () => revoked.proxy,
  'a Proxy that throws': () => thrower,
  'a Proxy that says yes': () => yes,
  'an object of itself': () => ofItself,
  'an object whose getters throw': () => ({
    get partitionKey() {
      throw new EvalError('of the value');
    },
    get Data() {
      throw new EvalError('of the value');
    },
  }),
  'an object whose getters take its memory away': () =>
    withGetters((memory) => structuredClone(memory, { transfer: [memory] })),
  'an object whose getters shrink its memory': () => withGetters((memory) => memory.resize(1)),
  'an iterable whose iterator throws': () => ({
    *[Symbol.iterator]() {
      yield kinesis();
      throw new EvalError('of the value');
    },
  }),
  'a function that throws': () => () => {
    throw new EvalError('of the value');
  },
  'an object that is no string': () => ({ toString: null, valueOf: null }),
  'an object with a toString that throws': () => ({
    toString() {
      throw new EvalError('of the value');
    },
  }),
  'an iterable whose iterator is none': () => ({ [Symbol.iterator]: 5 }),
  'an iterable that gives no object': () => ({ [Symbol.iterator]: () => 5 }),
  'an iterable without next': () => ({ [Symbol.iterator]: () => ({}) }),
  'the global object': () => globalThis,
  'a user record': () => ({ partitionKey: 'a', data: 'x' }),
  'a user record as the SDK has it': () => ({ PartitionKey: 'a', Data: Buffer.from('x'), ExplicitHashKey: 5n }),
  'a Kinesis record': () => ({ Data: Buffer.from('f3899ac20a0161', 'hex'), PartitionKey: 'a', SequenceNumber: '1' }),
  'an aggregator': () => new kpl.RecordAggregator(),
  'an aggregator without its constructor': () => Object.create(kpl.RecordAggregator.prototype),
  'a batch': () => kpl.decode({ Data: Buffer.from('x') }),
  'a KplError': () => new kpl.KplError('ERR_KPL_DATA', 'x'),
};

const shards = [{ HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) } }];
const record = () => ({ partitionKey: 'a', data: 'x' });
const kinesis = () => ({ Data: Buffer.from('x'), PartitionKey: 'a', SequenceNumber: '1' });
const open = () => {
  const aggregator = new kpl.RecordAggregator({ routing: { shards } });
  aggregator.addUserRecord(record());
  return aggregator;
};

/** Each argument of each function, and each field that is read of one. */
const CALLS = {
  'new RecordAggregator': (v) => new kpl.RecordAggregator(v),
  routing: (v) => new kpl.RecordAggregator({ routing: v }),
  'routing.lanes': (v) => new kpl.RecordAggregator({ routing: { lanes: v } }),
  'routing.shards': (v) => new kpl.RecordAggregator({ routing: { shards: v } }),
  'a shard': (v) => new kpl.RecordAggregator({ routing: { shards: [v] } }),
  HashKeyRange: (v) => new kpl.RecordAggregator({ routing: { shards: [{ HashKeyRange: v }] } }),
  StartingHashKey: (v) => open().setShards([{ HashKeyRange: { StartingHashKey: v, EndingHashKey: v } }]),
  SequenceNumberRange: (v) => open().setShards([{ ...shards[0], SequenceNumberRange: v }]),
  EndingSequenceNumber: (v) => open().setShards([{ ...shards[0], SequenceNumberRange: { EndingSequenceNumber: v } }]),
  maxRecordBytes: (v) => new kpl.RecordAggregator({ maxRecordBytes: v }),
  maxAggregateBytes: (v) => new kpl.RecordAggregator({ maxAggregateBytes: v }),
  maxUserRecords: (v) => new kpl.RecordAggregator({ maxUserRecords: v }).addUserRecords([record(), record()]),
  maxOpenAggregates: (v) => new kpl.RecordAggregator({ maxOpenAggregates: v }).addUserRecords([record(), record()]),
  wrapSingle: (v) => new kpl.RecordAggregator({ wrapSingle: v }),
  addUserRecord: (v) => open().addUserRecord(v),
  addUserRecords: (v) => open().addUserRecords(v),
  'addUserRecords of one': (v) => open().addUserRecords([record(), v]),
  partitionKey: (v) => open().addUserRecord({ partitionKey: v, data: 'x' }),
  data: (v) => open().addUserRecord({ partitionKey: 'a', data: v }),
  explicitHashKey: (v) => open().addUserRecord({ partitionKey: 'a', data: 'x', explicitHashKey: v }),
  PartitionKey: (v) => open().addUserRecord({ PartitionKey: v, Data: 'x' }),
  Data: (v) => open().addUserRecord({ PartitionKey: 'a', Data: v }),
  ExplicitHashKey: (v) => open().addUserRecord({ PartitionKey: 'a', Data: 'x', ExplicitHashKey: v }),
  'data, then flush': (v) => {
    const aggregator = open();
    aggregator.addUserRecord({ partitionKey: 'a', data: v });
    return aggregator.flush();
  },
  fits: (v) => open().fits(v),
  onRecordComplete: (v) => {
    const aggregator = open().onRecordComplete(v);
    return aggregator.flush();
  },
  setShards: (v) => open().setShards(v),
  'flush, clear, clearCallbacks': (v) => [open().flush(v), open().clear(v), open().clearCallbacks(v)],
  'a method on another this': (v) =>
    [
      'addUserRecord',
      'addUserRecords',
      'fits',
      'flush',
      'clear',
      'setShards',
      'onRecordComplete',
      'clearCallbacks',
    ].map((method) => kpl.RecordAggregator.prototype[method].call(v, record())),
  'userRecordCount on another this': (v) =>
    Reflect.get(kpl.RecordAggregator.prototype, 'userRecordCount', v) +
    Reflect.get(kpl.RecordAggregator.prototype, 'sizeBytes', v),
  aggregate: (v) => kpl.aggregate(v),
  'aggregate, options': (v) => kpl.aggregate([record()], v),
  deaggregate: (v) => kpl.deaggregate(v),
  'deaggregate of one': (v) => kpl.deaggregate([v]),
  'deaggregate, options': (v) => kpl.deaggregate([kinesis()], v),
  kinesis: (v) => kpl.deaggregate({ kinesis: v }),
  'kinesis.data': (v) => kpl.deaggregate({ kinesis: { data: v } }),
  'record.data': (v) => kpl.deaggregate({ data: v, partitionKey: v, sequenceNumber: v }),
  'record.Data': (v) => kpl.deaggregate({ Data: v }),
  'record.PartitionKey': (v) => kpl.deaggregate({ ...kinesis(), PartitionKey: v, SequenceNumber: v }),
  kinesisRecordMetadata: (v) => kpl.deaggregate({ recordId: '1', data: 'eA==', kinesisRecordMetadata: v }),
  kinesisStreamRecordMetadata: (v) => kpl.deaggregate({ recordId: '1', data: 'eA==', kinesisStreamRecordMetadata: v }),
  verifyChecksum: (v) => kpl.deaggregate(kinesis(), { verifyChecksum: v }),
  strict: (v) => kpl.deaggregate(kinesis(), { strict: v }),
  copy: (v) => kpl.deaggregate(kinesis(), { copy: v }),
  onBroken: (v) => kpl.deaggregate({ Data: Buffer.from('f3899ac2', 'hex') }, { onBroken: v }),
  hashKeyRange: (v) => kpl.deaggregate(kinesis(), { hashKeyRange: v }),
  'hashKeyRange.StartingHashKey': (v) =>
    kpl.deaggregate(kinesis(), { hashKeyRange: { StartingHashKey: v, EndingHashKey: '5' } }),
  'hashKeyRange.EndingHashKey': (v) =>
    kpl.deaggregate(kinesis(), { hashKeyRange: { StartingHashKey: '0', EndingHashKey: v } }),
  iterDeaggregate: (v) => [...kpl.iterDeaggregate(v)],
  'iterDeaggregate, options': (v) => [...kpl.iterDeaggregate([kinesis()], v)],
  'iterDeaggregate, next, throw, return': (v) => {
    const iterator = kpl.iterDeaggregate([kinesis(), kinesis()]);
    return [iterator.next(v), iterator.return(v)];
  },
  deaggregateAsync: (v) => kpl.deaggregateAsync(v),
  'deaggregateAsync, options': (v) => kpl.deaggregateAsync([kinesis()], v),
  decode: (v) => kpl.decode(v).toArray(),
  'decode, options': (v) => kpl.decode([kinesis()], v).toArray(),
  'a position in a batch': (v) => {
    const batch = kpl.decode(kinesis());
    return [
      'partitionKey',
      'explicitHashKey',
      'data',
      'text',
      'sequenceNumber',
      'subSequenceNumber',
      'aggregated',
      'source',
      'approximateArrivalTimestamp',
    ].map((column) => batch[column](v));
  },
  "a batch's method on another this": (v) => kpl.UserRecordBatch.prototype.text.call(v, 0),
  'new UserRecordBatch': (v) => new kpl.UserRecordBatch(v, v, v),
  'new KplError': (v) => new kpl.KplError(v, v, v),
  isAggregated: (v) => kpl.isAggregated(v),
  hashKey: (v) => kpl.hashKey(v),
  deaggregateRecords: (v) => kpl.deaggregateRecords(v),
  'deaggregateRecords of one': (v) => kpl.deaggregateRecords([kinesis(), v]),
  'deaggregateRecords, options': (v) => kpl.deaggregateRecords([kinesis()], v),
  iterDeaggregateRecords: (v) => [...kpl.iterDeaggregateRecords(v)],
  'iterDeaggregateRecords, options': (v) => [...kpl.iterDeaggregateRecords([kinesis()], v)],
  'deaggregateAsync of one': (v) => kpl.deaggregateAsync([kinesis(), v]),
  'deaggregateAsync, record.Data': (v) => kpl.deaggregateAsync({ Data: v }),
  'deaggregateAsync, kinesis.data': (v) => kpl.deaggregateAsync({ kinesis: { data: v } }),
  'deaggregateAsync, hashKeyRange': (v) =>
    kpl.deaggregateAsync(kinesis(), { hashKeyRange: { StartingHashKey: v, EndingHashKey: v } }),
  'deaggregateAsync, onBroken': (v) => kpl.deaggregateAsync({ Data: Buffer.from('f3899ac2', 'hex') }, { onBroken: v }),
};

/** The same of the drop-in. */
const COMPAT_CALLS = {
  'new RecordAggregator': (v) => new compat.RecordAggregator(v).flushBufferedRecords(),
  'new RecordAggregator, options': (v) => new compat.RecordAggregator(() => {}, v),
  routing: (v) => new compat.RecordAggregator(() => {}, { routing: v }),
  maxAggregateBytes: (v) => new compat.RecordAggregator(() => {}, { maxAggregateBytes: v }),
  ...Object.fromEntries(
    [
      'addUserRecord',
      'checkIfUserRecordFits',
      'calculateUserRecordSize',
      'aggregateRecords',
      'setOnReadyCallback',
      'flushBufferedRecords',
    ].map((method) => [method, (v) => [filled()[method](v)]]),
  ),
  'aggregateRecords of one': (v) => filled().aggregateRecords([v], true),
  'aggregateRecords, forceFlush': (v) => filled().aggregateRecords([record()], v),
  'aggregateRecords, callback': (v) => filled().aggregateRecords([record()], true, v),
  partitionKey: (v) => afterwards((aggregator) => aggregator.addUserRecord({ partitionKey: v, data: 'x' })),
  data: (v) => afterwards((aggregator) => aggregator.addUserRecord({ partitionKey: 'a', data: v })),
  explicitHashKey: (v) =>
    afterwards((aggregator) => aggregator.addUserRecord({ partitionKey: 'a', data: 'x', explicitHashKey: v })),
  'partitionKey under a routing': (v) =>
    filled({ routing: { lanes: 2 } }).addUserRecord({ partitionKey: v, data: 'x', explicitHashKey: v }),
  'a method on another this': (v) =>
    ['addUserRecord', 'build', 'length', 'clearRecords', 'flushBufferedRecords'].map((method) =>
      compat.RecordAggregator.prototype[method].call(v, record()),
    ),
  aggregate: (v) => compat.aggregate(v, done, ignoring, ignoring),
  'aggregate of one': (v) => compat.aggregate([v], done, ignoring, ignoring),
  'aggregate, options': (v) => compat.aggregate([record()], done, ignoring, ignoring, v, v),
  deaggregate: (v) => compat.deaggregate(v, true, ignoring, ignoring),
  'deaggregate, data': (v) => compat.deaggregate({ data: v }, true, ignoring, ignoring),
  'deaggregate, Data': (v) => compat.deaggregate({ Data: v }, true, ignoring, ignoring),
  'deaggregate, computeChecksums': (v) => compat.deaggregate(kinesis(), v, ignoring, ignoring),
  'deaggregate, perRecordCallback': (v) => compat.deaggregate(kinesis(), true, v, ignoring),
  'deaggregate, afterRecordCallback': (v) => compat.deaggregate(kinesis(), true, ignoring, v),
  deaggregateSync: (v) => compat.deaggregateSync(v, true, ignoring),
  'deaggregateSync, computeChecksums': (v) => compat.deaggregateSync(kinesis(), v, ignoring),
  'deaggregateSync, afterRecordCallback': (v) => compat.deaggregateSync(kinesis(), true, v),
};

const ignoring = () => {};
const done = (_, callback) => callback();
const filled = (options) => {
  const aggregator = new compat.RecordAggregator(ignoring, options);
  aggregator.addUserRecord(record());
  return aggregator;
};

/** What an aggregator that may hold an odd record says of itself, and gives. */
function afterwards(add) {
  const aggregator = filled();
  add(aggregator);
  const { partitionKeyTable, explicitHashKeyTable, totalBytes } = aggregator;
  return [partitionKeyTable, explicitHashKeyTable, totalBytes, aggregator.length(), aggregator.build()];
}

/**
 * EvalError is what the values here throw themselves; SyntaxError comes from nowhere. The drop-in throws plain errors, as the
 * older package does.
 */
const EXPECTED = new Set(['KplError', 'RangeError', 'TypeError', 'EvalError']);
const EXPECTED_OF_COMPAT = new Set([...EXPECTED, 'Error']);

async function main() {
  const [errors, surprises, panics] = [{}, [], []];
  let calls = 0;
  const all = [
    ...Object.entries(CALLS).map(([name, call]) => /** @type {const} */ ([name, call, EXPECTED])),
    ...Object.entries(COMPAT_CALLS).map(
      ([name, call]) => /** @type {const} */ ([`compat ${name}`, call, EXPECTED_OF_COMPAT]),
    ),
  ];
  for (const [callName, call, expected] of all) {
    for (const [valueName, make] of Object.entries(VALUES)) {
      calls++;
      try {
        await call(make());
      } catch (thrown) {
        const name = thrown?.name;
        errors[name] = (errors[name] ?? 0) + 1;
        if (!expected.has(name))
          surprises.push(`${callName} of ${valueName}: ${String(thrown?.stack ?? typeof thrown)}`);
        if (/panic|napi|rust|unwrap|\.rs\b/i.test(String(thrown?.message)))
          panics.push(`${callName} of ${valueName}: ${thrown.message}`);
      }
    }
  }
  const after = kpl.aggregate(['x', 'y'].map((data) => ({ partitionKey: 'a', data })));
  const texts = kpl.deaggregate(after.map(({ Data }) => ({ Data }))).map(({ data }) => data.toString());
  process.stdout.write(JSON.stringify({ calls, errors, surprises, panics, after: texts }));
}

main();
