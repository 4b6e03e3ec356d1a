'use strict';

// Run as a process of its own by hostile.test.js: the package while prototypes of the language are not what they were.

const kpl = require('../../..');
const compat = require('kinesis-agg/compat');

const shards = [{ HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) } }];
const records = ['x', 'y'].map((data) => ({ partitionKey: 'a', data }));
const broken = { Data: Buffer.from('f3899ac2', 'hex'), PartitionKey: 'a' };

/** There and back by every function; what comes out is texts. */
async function exercise() {
  kpl.aggregate(records, { routing: 'partitionKey' });
  const aggregator = new kpl.RecordAggregator({ routing: { shards }, maxUserRecords: 1 });
  const entries = [aggregator.addUserRecord(records[0]), aggregator.addUserRecord(records[1])];
  entries.push(...aggregator.setShards(shards), ...aggregator.flush(), ...kpl.aggregate(records));
  const kinesis = entries.filter(Boolean).map(({ Data }) => ({ kinesis: { data: Data.toString('base64') } }));
  const batch = kpl.decode(kinesis);
  const read = [
    ...kpl.deaggregate(kinesis),
    ...kpl.iterDeaggregate(kinesis),
    ...batch.toArray(),
    ...(await kpl.deaggregateAsync(kinesis)),
  ].map(({ data }) => data.toString());
  read.push(batch.text(0), kpl.hashKey('a'), String(kpl.isAggregated(kinesis[0].kinesis.data)));
  read.push(...kpl.deaggregateRecords(kinesis).map((record) => Buffer.from(record.kinesis.data, 'base64').toString()));
  kpl.deaggregate(broken, { onBroken: ({ code }) => read.push(code) });
  const dropIn = new compat.RecordAggregator((_, encoded) => {
    compat.deaggregateSync(encoded, true, (__, userRecords) => read.push(...userRecords.map(({ data }) => data)));
  });
  dropIn.aggregateRecords(records, true);
  return read.join();
}

const FIELDS = [
  ...[
    'routing',
    'lanes',
    'shards',
    'maxAggregateBytes',
    'maxRecordBytes',
    'maxUserRecords',
    'maxOpenAggregates',
    'wrapSingle',
  ],
  ...[
    'verifyChecksum',
    'strict',
    'copy',
    'onBroken',
    'hashKeyRange',
    'startingHashKey',
    'endingHashKey',
    'nested',
    'explicitHashKeys',
    'ignoresExplicitHashKeys',
    'keepsNested',
    'dropIn',
    'handsOverTogether',
    'userRecordCount',
  ],
  ...[
    'kinesis',
    'Data',
    'data',
    'partitionKey',
    'PartitionKey',
    'explicitHashKey',
    'ExplicitHashKey',
    'SequenceNumber',
  ],
  ...['kinesisRecordMetadata', 'recordIndex', 'offset', 'code', 'message', 'then', 'get', 'value', 'length', '0'],
];
const VALUES = [undefined, null, 5, -1, 'x', true, {}, [], () => {}];
/** What the package's JavaScript stands on. */
const METHODS = [
  [Array.prototype, ['push', 'map', 'slice', 'concat', 'filter', 'flatMap', 'shift', Symbol.iterator]],
  [String.prototype, ['slice', 'isWellFormed', 'toWellFormed']],
  [Uint8Array.prototype, ['set', 'subarray', 'at', Symbol.iterator]],
  [Object.getPrototypeOf(Uint8Array.prototype), ['set', 'subarray', 'at']],
  [Buffer.prototype, ['write', 'latin1Slice', 'utf8Slice', 'base64Slice', 'subarray']],
  [Function.prototype, ['call', 'apply', 'bind']],
  [Promise.prototype, ['then']],
  [Map.prototype, ['get', 'set']],
  [Set.prototype, ['add', Symbol.iterator]],
  [Number, ['isInteger', 'isSafeInteger']],
  [Buffer, ['allocUnsafeSlow', 'byteLength']],
];
const throwing = () => {
  throw new EvalError('of the prototype');
};
const odd = () => 5;

/** @returns {Generator<[string, object, PropertyKey, PropertyDescriptor]>} */
function* pollutions() {
  for (const name of FIELDS) {
    for (const value of VALUES) yield [`${name} = ${typeof value}`, Object.prototype, name, { value, writable: true }];
    yield [`${name} throws`, Object.prototype, name, { get: throwing, set: throwing }];
  }
  yield ['an index of arrays', Array.prototype, '0', { get: odd, set() {} }];
  for (const [prototype, names] of METHODS) {
    for (const name of names) {
      yield [`${String(name)} throws`, prototype, name, { value: throwing, writable: true }];
      yield [`${String(name)} gives a number`, prototype, name, { value: odd, writable: true }];
    }
  }
}

/** How the exercise went while `object` had that property. */
async function whilePolluted(object, name, descriptor) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { ...descriptor, configurable: true });
  // Only what is called before the first `await`: the harness itself must not wait in such a world.
  let outcome;
  try {
    outcome = exercise();
  } finally {
    if (before) Object.defineProperty(object, name, before);
    else Reflect.deleteProperty(object, name);
  }
  return outcome;
}

async function main() {
  const expected = await exercise();
  const [panics, spoilt] = [[], []];
  let count = 0;
  for (const [title, object, name, descriptor] of pollutions()) {
    count++;
    try {
      await whilePolluted(object, name, descriptor);
    } catch (thrown) {
      if (/panic|napi|rust|unwrap|\.rs\b/i.test(String(thrown?.message))) panics.push(`${title}: ${thrown.message}`);
    }
    const after = await exercise().catch(String);
    if (after !== expected) spoilt.push(`${title}: ${after}`);
  }
  process.stdout.write(JSON.stringify({ count, expected, panics, spoilt }));
}

main();
