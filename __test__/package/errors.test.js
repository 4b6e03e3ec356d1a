'use strict';

// KplError: an Error of this realm, with a code of a closed set, that tells lengths and never payloads.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const {
  KplError,
  RecordAggregator,
  aggregate,
  decode,
  deaggregate,
  hashKey,
  isAggregated,
  iterDeaggregate,
} = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { shard } = require('../support/shards');
const { thrownBy } = require('../support/thrown');
const { MAGIC, frame, partitionKeyEntry, recordEntry } = require('../oracle/format');

const SECRET = 'MARKERPAYLOAD';
const DIGITS = '98765432123456789';
const long = `${SECRET}${'x'.repeat(300)}`;
const big = Buffer.alloc(5000, SECRET);

/** Every way to be refused, with the code and what the message has to tell; the values are full of the marker. */
const REFUSALS = [
  ['ERR_KPL_PARTITION_KEY', [/partitionKey/, /256/, /313/], () => aggregate([{ partitionKey: long, data: big }])],
  ['ERR_KPL_PARTITION_KEY', [/partitionKey/, /256/, /313/], () => hashKey(long)],
  ['ERR_KPL_PARTITION_KEY', [/partitionKey/, /256/, /\b0\b/], () => aggregate([{ partitionKey: '', data: big }])],
  ['ERR_KPL_PARTITION_KEY', [/partitionKey/, /surrogate/], () => hashKey(`${SECRET}\ud800`)],
  [
    'ERR_KPL_PARTITION_KEY',
    [/partitionKey/, /surrogate/],
    () => aggregate([{ partitionKey: `${SECRET}\ud800`, data: '' }]),
  ],
  ['ERR_KPL_PARTITION_KEY', [/partitionKey/, /object/], () => aggregate([{ partitionKey: { SECRET }, data: '' }])],
  [
    'ERR_KPL_EXPLICIT_HASH_KEY',
    [/explicitHashKey/, /2\^128/, /\b13\b/],
    () => aggregate([{ partitionKey: 'a', data: '', explicitHashKey: SECRET }]),
  ],
  [
    'ERR_KPL_EXPLICIT_HASH_KEY',
    [/explicitHashKey/, /2\^128/, /\b51\b/],
    () => aggregate([{ partitionKey: 'a', data: '', explicitHashKey: DIGITS.repeat(3) }]),
  ],
  [
    'ERR_KPL_EXPLICIT_HASH_KEY',
    [/explicitHashKey/, /number/],
    () => aggregate([{ partitionKey: 'a', data: '', explicitHashKey: Number(DIGITS) }]),
  ],
  ['ERR_KPL_DATA', [/data/, /object/], () => aggregate([{ partitionKey: 'a', data: { SECRET } }])],
  ['ERR_KPL_DATA', [/record/, /string/], () => aggregate([SECRET])],
  ['ERR_KPL_DATA', [/iterable/], () => aggregate(SECRET)],
  ['ERR_KPL_DATA', [/data/, /object/], () => isAggregated({ SECRET })],
  [
    'ERR_KPL_RECORD_TOO_LARGE',
    [/maxRecordBytes/, /1000/, /\b5013\b/],
    () => aggregate([{ partitionKey: SECRET, data: big }], { maxRecordBytes: 1000 }),
  ],
  ['ERR_KPL_OPTION', [/routing/], () => new RecordAggregator({ routing: SECRET })],
  ['ERR_KPL_OPTION', [/maxAggregateBytes/, /64/, /\b5\b/], () => new RecordAggregator({ maxAggregateBytes: 5 })],
  ['ERR_KPL_OPTION', [/maxAggregateBytes/, /string/], () => new RecordAggregator({ maxAggregateBytes: SECRET })],
  ['ERR_KPL_OPTION', [/1024/, /2000/], () => new RecordAggregator({ routing: { lanes: 2000 } })],
  ['ERR_KPL_OPTION', [/wrapSingle/], () => new RecordAggregator({ wrapSingle: SECRET })],
  ['ERR_KPL_OPTION', [/strict/], () => deaggregate([], { strict: SECRET })],
  ['ERR_KPL_OPTION', [/onBroken/], () => deaggregate([], { onBroken: SECRET })],
  [
    'ERR_KPL_OPTION',
    [/hashKeyRange/],
    () => deaggregate([], { hashKeyRange: { StartingHashKey: SECRET, EndingHashKey: '5' } }),
  ],
  ['ERR_KPL_OPTION', [/shards/], () => new RecordAggregator().setShards([shard(0, 2n ** 128n - 1n)])],
  ['ERR_KPL_SHARD_MAP', [/shard/], () => new RecordAggregator({ routing: { shards: [shard(SECRET, 5)] } })],
  ['ERR_KPL_SHARD_MAP', [/shard/, /\b6\b/], () => new RecordAggregator({ routing: { shards: [shard(0, 5)] } })],
  ['ERR_KPL_KINESIS_RECORD', [/Kinesis record/], () => deaggregate([{ SECRET }])],
  ['ERR_KPL_KINESIS_RECORD', [/Kinesis record/], () => deaggregate(SECRET)],
  ['ERR_KPL_KINESIS_RECORD', [/data/i], () => [...iterDeaggregate({ Data: { SECRET }, PartitionKey: SECRET })]],
  [
    'ERR_KPL_CHECKSUM',
    [/MD5/],
    () => deaggregate(sdkRecord({ Data: Buffer.concat([MAGIC, big]), PartitionKey: SECRET }), { strict: true }),
  ],
  [
    'ERR_KPL_MALFORMED',
    [/byte \d+/],
    () =>
      deaggregate(sdkRecord({ Data: frame(Buffer.from(`\n\xff${SECRET}`)), PartitionKey: SECRET }), { strict: true }),
  ],
  [
    'ERR_KPL_INDEX',
    [/user record 0/],
    () => decode(sdkRecord({ Data: frame(partitionKeyEntry(SECRET), recordEntry(5, null, SECRET)) }), { strict: true }),
  ],
];

const CODES = [
  'ERR_KPL_PARTITION_KEY',
  'ERR_KPL_EXPLICIT_HASH_KEY',
  'ERR_KPL_DATA',
  'ERR_KPL_RECORD_TOO_LARGE',
  'ERR_KPL_OPTION',
  'ERR_KPL_SHARD_MAP',
  'ERR_KPL_KINESIS_RECORD',
  'ERR_KPL_CHECKSUM',
  'ERR_KPL_MALFORMED',
  'ERR_KPL_INDEX',
];

test('every code of the closed set is here, but for the missing binary', () => {
  expect([...new Set(REFUSALS.map(([code]) => code))].sort()).toEqual([...CODES].sort());
});

describe.each(REFUSALS)('%s (%#)', (code, told, call) => {
  test('is a KplError and an Error of this realm', () => {
    expect(call).toThrow(Error);
    expect(call).toThrow(KplError);
    const error = thrownBy(call);
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(KplError);
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
    expect(error.name).toBe('KplError');
    expect(error.code).toBe(code);
    expect(error.stack).toContain(__filename);
    expect(String(error)).toBe(`KplError: ${error.message}`);
  });

  test('names field, limit and length, never the value', () => {
    const error = thrownBy(call);
    for (const pattern of told) expect(error.message).toMatch(pattern);
    const everything = JSON.stringify({ ...error, message: error.message, stack: error.stack.split('\n')[0] });
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain(DIGITS.slice(0, 8));
    expect(error.message.length).toBeLessThan(300);
  });

  test('has positions that are whole numbers, or none', () => {
    const error = thrownBy(call);
    for (const field of ['recordIndex', 'offset']) {
      if (field in error) expect(Number.isInteger(error[field]) && error[field] >= 0).toBe(true);
    }
    const known = ['code', 'message', 'name', 'offset', 'recordIndex', 'stack'];
    expect(Object.getOwnPropertyNames(error).filter((field) => !known.includes(field))).toEqual([]);
  });
});

test('recordIndex is the position in the input', () => {
  const records = ['a', 'b', ''].map((partitionKey) => ({ partitionKey, data: '' }));
  expect(thrownBy(() => aggregate(records)).recordIndex).toBe(2);
  expect(thrownBy(() => deaggregate([{ Data: Buffer.alloc(0) }, 5])).recordIndex).toBe(1);
});

test('rejections are of this realm, too', async () => {
  const { deaggregateAsync } = require('../..');
  await expect(deaggregateAsync(5)).rejects.toThrow(Error);
  await expect(deaggregateAsync(5)).rejects.toBeInstanceOf(KplError);
});

describe('the class', () => {
  test('can be made by anyone', () => {
    const cause = new Error('first');
    const error = new KplError('ERR_KPL_DATA', 'so it is', { recordIndex: 3, offset: 4, cause });
    expect({ ...error }).toEqual({ code: 'ERR_KPL_DATA', recordIndex: 3, offset: 4 });
    expect(error).toMatchObject({ message: 'so it is', name: 'KplError', cause });
    expect(Object.keys(new KplError('ERR_KPL_DATA', ''))).toEqual(['code']);
    expect('cause' in new KplError('ERR_KPL_DATA', '')).toBe(false);
  });

  test('stands at the head of the stack, and has its own name', () => {
    expect(new KplError('ERR_KPL_DATA', 'here').stack).toMatch(/^KplError: here\n/);
    expect(KplError.name).toBe('KplError');
  });

  test('works where the prototypes of the language are frozen', () => {
    const program = `Object.freeze(Error.prototype); Object.freeze(Object.prototype);
      try { require('kinesis-agg').aggregate([5]) } catch (error) { console.log(error.name, error.code, error.recordIndex) }`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], {
      cwd: path.join(__dirname, '../..'),
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'KplError ERR_KPL_DATA 0\n', stderr: '' });
  });

  test('is one for all faces', () => {
    // The drop-in's errors are of the class that the public face exports.
    const { deaggregateSync } = require('kinesis-agg/compat');
    const heard = [];
    const Data = frame(partitionKeyEntry('a'), recordEntry(5, null, 'x'));
    deaggregateSync({ Data, PartitionKey: 'a' }, true, (error) => heard.push(error));
    expect(heard[0]).toBeInstanceOf(KplError);
  });
});
