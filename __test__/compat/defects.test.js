'use strict';

// Each defect of aws-kinesis-agg 4.2.8, by its number in docs/migrating.md: the older package has it, the drop-in has not.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const older = require('aws-kinesis-agg');
const compat = require('kinesis-agg/compat');
const { bytes, frame, explicitHashKeyEntry, partitionKeyEntry, recordEntry } = require('../oracle/format');

const MIB = 1024 * 1024;
const ROOT = path.join(__dirname, '../..');

/** Encoded records of `records`, with errors in their places. */
function encode({ RecordAggregator }, records) {
  const seen = [];
  new RecordAggregator((err, encoded) => seen.push(err ?? encoded)).aggregateRecords(records, true);
  return seen;
}

function decode({ deaggregateSync }, data, computeChecksums = true) {
  const seen = {};
  const record = { partitionKey: 'outer', sequenceNumber: '1', data: data.toString('base64') };
  deaggregateSync(record, computeChecksums, (err, userRecords) => Object.assign(seen, { err, userRecords }));
  return seen;
}

const keysAndTexts = ({ userRecords }) =>
  userRecords.map(({ partitionKey, data }) => `${partitionKey}=${Buffer.from(data, 'base64')}`);
/** What counts against the limit. */
const recordBytes = ({ partitionKey, data }) => data.length + Buffer.byteLength(`${partitionKey}`);
const bufferOf = (length) => Buffer.alloc(length, 1);

test('1: integer-like keys are swapped between records', () => {
  const records = () => ['5', '3', 'abc', '1'].map((key) => ({ partitionKey: key, data: `of ${key}` }));
  const read = (pack) => keysAndTexts(decode(compat, encode(pack, records())[0].data));
  expect(read(older)).toEqual(['1=of 5', '3=of 3', '5=of abc', 'abc=of 1']);
  expect(read(compat)).toEqual(['5=of 5', '3=of 3', 'abc=of abc', '1=of 1']);
});

test('2: a record without an explicit hash key inherits the first of the others', () => {
  const data = frame(
    partitionKeyEntry('a'),
    explicitHashKeyEntry('7'),
    recordEntry(0, 0, ''),
    recordEntry(0, null, ''),
  );
  const read = (pack) => decode(pack, data).userRecords.map((record) => record.explicitPartitionKey);
  expect(read(older)).toEqual(['7', '7']);
  expect(read(compat)).toEqual(['7', undefined]);
});

test('3: sizes count UTF-16 units', () => {
  const records = () =>
    Array.from({ length: 9000 }, (_, i) => ({ partitionKey: `${i}${'漢'.repeat(60)}`, data: 'x'.repeat(20) }));
  expect(Math.max(...encode(older, records()).map(recordBytes))).toBeGreaterThan(1.5 * MIB);
  const ours = encode(compat, records());
  expect(ours.length).toBeGreaterThan(1);
  for (const encoded of ours) expect(recordBytes(encoded)).toBeLessThanOrEqual(MIB);

  const size = ({ RecordAggregator }) =>
    new RecordAggregator().calculateUserRecordSize({ partitionKey: '漢', data: 'x' });
  expect(size(older)).toBe(10);
  expect(size(compat)).toBe(12);
});

test('3: the first of more than 128 keys is counted a byte too much each time it comes back', () => {
  const totalBytes = ({ RecordAggregator }) => {
    const aggregator = new RecordAggregator();
    for (let i = 0; i < 128; i++) aggregator.addUserRecord({ partitionKey: `k${i}`, data: 'x' });
    for (let i = 0; i < 10; i++) aggregator.addUserRecord({ partitionKey: 'k0', data: 'x' });
    const { totalBytes } = aggregator;
    return totalBytes - (aggregator.build().data.length - 20);
  };
  expect(totalBytes(older)).toBe(10);
  expect(totalBytes(compat)).toBe(0);
});

test('4: keys that are numbers switch the limit off', () => {
  const records = () => Array.from({ length: 2100 }, (_, i) => ({ partitionKey: i + 1, data: bufferOf(1000) }));
  const [only, ...others] = encode(older, records());
  expect(others).toHaveLength(0);
  expect(only.data.length).toBeGreaterThan(2 * MIB);
  for (const encoded of encode(compat, records())) expect(recordBytes(encoded)).toBeLessThanOrEqual(MIB);
});

describe('5: the outer explicit hash key', () => {
  test('is not where the documentation reads it', () => {
    const records = () => [{ partitionKey: 'a', data: 'x', explicitHashKey: '9' }];
    expect(encode(older, records())[0]).toMatchObject({ ExplicitHashKey: '9' });
    expect(encode(older, records())[0]).not.toHaveProperty('explicitHashKey');
    expect(encode(compat, records())[0]).toMatchObject({ ExplicitHashKey: '9', explicitHashKey: '9' });
  });

  test.each([null, '', false])("is the first record's even if that is %p", (explicitHashKey) => {
    const records = () => [
      { partitionKey: 'a', data: 'x', explicitHashKey },
      { partitionKey: 'b', data: 'y', explicitHashKey: '9' },
    ];
    expect(encode(older, records())[0].ExplicitHashKey).toBe(explicitHashKey);
    expect(encode(compat, records())[0]).not.toHaveProperty('ExplicitHashKey');
    expect(encode(compat, records())[0]).not.toHaveProperty('explicitHashKey');
  });
});

describe('6: keys that objects inherit', () => {
  const records = (key) => [
    { partitionKey: key, data: 'x' },
    { partitionKey: 'b', data: 'y' },
  ];

  test('hasOwnProperty crashes', () => {
    expect(() => encode(older, records('hasOwnProperty'))).toThrow(TypeError);
    expect(keysAndTexts(decode(compat, encode(compat, records('hasOwnProperty'))[0].data))).toEqual([
      'hasOwnProperty=x',
      'b=y',
    ]);
  });

  test('__proto__ is lost', () => {
    const read = (pack) => decode(compat, encode(pack, records('__proto__'))[0].data);
    expect(read(older).err).toMatchObject({ code: 'ERR_KPL_INDEX' });
    expect(keysAndTexts(read(compat))).toEqual(['__proto__=x', 'b=y']);
  });
});

test('7: the key of a record that is too large makes later sizes wrong', () => {
  const key = 'k'.repeat(200);
  const records = () => [
    { partitionKey: key, data: bufferOf(MIB + 1) },
    { partitionKey: key, data: bufferOf(MIB - 20 - 12 - 100) },
  ];
  const [, theirs] = encode(older, records());
  expect(theirs.data.length).toBeGreaterThan(MIB);
  expect(encode(compat, records()).map(({ message }) => message)).toEqual([
    expect.stringMatching(/is too large to fit inside a single Kinesis record\.$/),
    expect.stringMatching(/is too large to fit inside a single Kinesis record\.$/),
  ]);
});

test('8: input records are changed, frozen ones throw', () => {
  const changed = ({ RecordAggregator }) => {
    const record = { partitionKey: 'a', data: 'x' };
    new RecordAggregator().addUserRecord(record);
    return record.data;
  };
  expect(changed(older)).toEqual(Buffer.from('x'));
  expect(changed(compat)).toBe('x');
  const frozen = Object.freeze({ partitionKey: 'a', data: 'x' });
  expect(() => encode(older, [frozen])).toThrow(TypeError);
  expect(encode(compat, [frozen])).toHaveLength(1);
});

describe('9: a callback that throws is called again with the same records', () => {
  const record = { data: frame(partitionKeyEntry('a'), recordEntry(0, null, 'x')).toString('base64') };
  const throwing = () =>
    jest.fn(() => {
      throw new Error("the user's");
    });

  test('deaggregateSync', () => {
    const [theirs, ours] = [throwing(), throwing()];
    expect(() => older.deaggregateSync(record, true, theirs)).toThrow("the user's");
    expect(theirs).toHaveBeenCalledTimes(2);
    expect(theirs.mock.calls[1][1]).toBe(theirs.mock.calls[0][1]);
    expect(() => compat.deaggregateSync(record, true, ours)).toThrow("the user's");
    expect(ours).toHaveBeenCalledTimes(1);
  });

  test('deaggregate', () => {
    const [theirs, ours] = [throwing(), throwing()];
    expect(() => older.deaggregate(record, true, () => {}, theirs)).toThrow("the user's");
    expect(theirs).toHaveBeenCalledTimes(2);
    expect(() => compat.deaggregate(record, true, () => {}, ours)).toThrow("the user's");
    expect(ours).toHaveBeenCalledTimes(1);
  });
});

test('10: without a callback, full aggregates are discarded', () => {
  const texts = ({ RecordAggregator }) => {
    const aggregator = new RecordAggregator();
    const records = ['a', 'b', 'c'].map((partitionKey) => ({ partitionKey, data: bufferOf(600_000) }));
    aggregator.aggregateRecords(records, true);
    aggregator.flushBufferedRecords();
    const built = [];
    for (let encoded = aggregator.build(); encoded; encoded = aggregator.build()) built.push(encoded.partitionKey);
    return built;
  };
  expect(texts(older)).toEqual([]);
  expect(texts(compat)).toEqual(['a', 'b', 'c']);
});

test('10: what closed without a callback goes to the next one, in order', () => {
  const aggregator = new compat.RecordAggregator();
  const records = ['a', 'b'].map((partitionKey) => ({ partitionKey, data: bufferOf(600_000) }));
  aggregator.aggregateRecords(records);
  expect(aggregator.length()).toBe(2);
  const seen = [];
  aggregator.flushBufferedRecords((_, { partitionKey }) => seen.push(partitionKey));
  expect(seen).toEqual(['a', 'b']);
  expect(aggregator.length()).toBe(0);
});

test.each([
  ['ArrayBuffer', new Uint8Array([1, 2, 3, 4]).buffer, '', '01020304'],
  ['DataView', new DataView(new Uint8Array([1, 2, 3, 4]).buffer), '', '01020304'],
  ['Uint16Array', new Uint16Array(new Uint8Array([1, 2, 3, 4]).buffer), '0103', '01020304'],
])('11: the bytes of an %s are lost', (_, data, theirs, ours) => {
  const hex = (pack) =>
    Buffer.from(
      decode(compat, encode(pack, [{ partitionKey: 'a', data }])[0].data).userRecords[0].data,
      'base64',
    ).toString('hex');
  expect(hex(older)).toBe(theirs);
  expect(hex(compat)).toBe(ours);
});

test('12: the limit ignores the outer partition key', () => {
  const records = () => [{ partitionKey: 'k'.repeat(256), data: bufferOf(MIB - 20 - 259 - 14) }];
  expect(recordBytes(encode(older, records())[0])).toBeGreaterThan(MIB);
  expect(encode(compat, records())[0].message).toMatch(/is too large to fit inside a single Kinesis record/);
});

describe('13: a payload that begins with the magic number and is no aggregate', () => {
  const magic = Buffer.from('f3899ac2', 'hex');
  const asItIs = (data) => [{ partitionKey: 'outer', sequenceNumber: '1', data: data.toString('base64') }];

  test.each([true, false])('gives an error instead of the record, checksums %p', (computeChecksums) => {
    const data = Buffer.concat([magic, Buffer.from('{"some":"text that is long enough for a checksum"}')]);
    expect(decode(older, data, computeChecksums)).toMatchObject({ err: expect.any(Error), userRecords: [] });
    expect(decode(compat, data, computeChecksums)).toEqual({ err: undefined, userRecords: asItIs(data) });
  });

  test('vanishes if it is short', () => {
    const data = Buffer.concat([magic, Buffer.from('short')]);
    expect(decode(older, data, false)).toEqual({ err: undefined, userRecords: [] });
    expect(decode(compat, data, false)).toEqual({ err: undefined, userRecords: asItIs(data) });
  });

  test('vanishes if it can be read as a message of nothing', () => {
    const data = Buffer.concat([magic, bytes(7, 'unknown'), Buffer.alloc(16)]);
    expect(decode(older, data, false)).toEqual({ err: undefined, userRecords: [] });
    expect(decode(compat, data, false)).toEqual({ err: undefined, userRecords: asItIs(data) });
  });

  test('is read as the KCL reads it where a known field has another wire type', () => {
    const data = frame(
      partitionKeyEntry('a'),
      Buffer.from('2001', 'hex'),
      recordEntry(0, null, 'x'),
      Buffer.from('1801', 'hex'),
    );
    expect(decode(older, data).err).toBeInstanceOf(Error);
    expect(keysAndTexts(decode(compat, data))).toEqual(['a=x']);
  });

  test('a damaged aggregate is an error in both', () => {
    const data = frame(partitionKeyEntry('a'), recordEntry(0, null, 'x'));
    data[data.length - 1] ^= 1;
    for (const pack of [older, compat]) {
      expect(decode(pack, data)).toEqual({ err: new Error('Invalid record checksum'), userRecords: [] });
      expect(keysAndTexts(decode(pack, data, false))).toEqual(['a=x']);
    }
  });
});

test('14: an index that points nowhere gives undefined keys, without a word', () => {
  const data = frame(partitionKeyEntry('a'), recordEntry(0, null, 'x'), recordEntry(3, null, 'y'));
  expect(decode(older, data)).toMatchObject({
    err: undefined,
    userRecords: [{ partitionKey: 'a' }, { partitionKey: undefined }],
  });
  const { err, userRecords } = decode(compat, data);
  expect(err).toMatchObject({ code: 'ERR_KPL_INDEX' });
  expect(userRecords).toEqual([{ partitionKey: 'outer', sequenceNumber: '1', data: data.toString('base64') }]);
});

describe('15: the older package needs what may be forbidden', () => {
  const run = (name, ...flags) => {
    const script = `require(${JSON.stringify(name)}).deaggregateSync({ data: process.argv[1] }, true, (err, records) => {
      console.log(err ? err.message : records.length);
    })`;
    const data = frame(partitionKeyEntry('a'), recordEntry(0, null, 'x')).toString('base64');
    const options = { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' };
    return execFileSync(process.execPath, [...flags, '-e', script, data], options).trim();
  };

  test('code generation from strings', () => {
    expect(run('aws-kinesis-agg', '--disallow-code-generation-from-strings')).toMatch('Code generation from strings');
    expect(run('kinesis-agg/compat', '--disallow-code-generation-from-strings')).toBe('1');
  });

  test('MD5 of OpenSSL', () => {
    const noMd5 =
      'data:text/javascript,import c from "node:crypto"; c.createHash = () => { throw new Error("no md5") }';
    expect(run('aws-kinesis-agg', '--import', noMd5)).toBe('no md5');
    expect(run('kinesis-agg/compat', '--import', noMd5)).toBe('1');
  });
});

test('16: the types import other packages', () => {
  const imports = (file) => fs.readFileSync(path.join(ROOT, file), 'utf8').match(/^import .* from .*/gm) ?? [];
  expect(imports('node_modules/aws-kinesis-agg/index.d.ts')).toHaveLength(2);
  expect(imports('compat.d.ts')).toEqual([]);
});

test('17: dependencies', () => {
  const { dependencies = {} } = require('../../package.json');
  expect(Object.keys(require('aws-kinesis-agg/package.json').dependencies)).not.toEqual([]);
  expect(dependencies).toEqual({});
});
