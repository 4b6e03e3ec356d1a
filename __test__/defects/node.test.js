'use strict';

// What running the npm package aws-kinesis-agg 4.2.8 brought to light: each defect a test that it would fail. The
// numbers are those of the list in docs/migrating.md.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { RecordAggregator, aggregate, deaggregate } = require('../..');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');
const { numbered, textsOf, userRecordsOf } = require('../support/user-records');
const { explicitHashKeyEntry, frame, partitionKeyEntry, recordEntry } = require('../oracle/format');

const MIB = 1_048_576;
const ROUTINGS = ['pinned', 'partitionKey', 'first', { lanes: 4 }];

const bytesOf = ({ PartitionKey, Data }) => Data.length + Buffer.byteLength(PartitionKey);
const pairs = (records) => records.map(({ partitionKey, data }) => `${partitionKey}=${data}`).sort();

test.each(ROUTINGS.map((routing) => [JSON.stringify(routing), routing]))(
  '1: integer-like keys stay with their records, routing %s',
  (_, routing) => {
    const records = ['5', '3', 'abc', '1', '5', '1'].map((partitionKey, i) => ({ partitionKey, data: `${i}` }));
    expect(pairs(userRecordsOf(aggregate(records, { routing })))).toEqual(pairs(records));
  },
);

test('1: an aggregate in which integer-like keys are out of order is read in the order of its table', () => {
  const Data = frame(
    ...['5', '3', 'abc', '1'].map(partitionKeyEntry),
    ...[0, 1, 2, 3].map((index) => recordEntry(index, null, `${index}`)),
  );
  expect(deaggregate(sdkRecord({ Data })).map((record) => record.partitionKey)).toEqual(['5', '3', 'abc', '1']);
});

describe('2: a record without an explicit hash key', () => {
  test('inherits none when others have one', () => {
    const records = [
      { partitionKey: 'a', data: '0', explicitHashKey: '7' },
      { partitionKey: 'a', data: '1' },
      { partitionKey: 'b', data: '2', explicitHashKey: null },
    ];
    const [entry] = aggregate(records, { routing: 'first' });
    expect(userRecordsOf([entry]).map((record) => record.explicitHashKey)).toEqual(['7', null, null]);
  });

  test('is read as having none', () => {
    const Data = frame(
      partitionKeyEntry('a'),
      explicitHashKeyEntry('7'),
      recordEntry(0, null, ''),
      recordEntry(0, 0, ''),
    );
    expect(deaggregate(sdkRecord({ Data })).map((record) => record.explicitHashKey)).toEqual([null, '7']);
  });
});

test.each(['漢字', 'é', '🙂'])('3: sizes count UTF-8 bytes, not UTF-16 units: keys of %s', (characters) => {
  const records = Array.from({ length: 9000 }, (_, i) => ({ partitionKey: `${i}${characters.repeat(60)}`, data: 'x' }));
  const entries = aggregate(records, { maxAggregateBytes: MIB });
  expect(entries.length).toBeGreaterThan(1);
  for (const entry of entries) expect(bytesOf(entry)).toBeLessThanOrEqual(MIB);
  // Nearly full: an estimate on the safe side would be no better.
  for (const entry of entries.slice(0, -1)) expect(bytesOf(entry)).toBeGreaterThan(MIB - 600);
});

test('4: numeric keys are refused, and the limit holds for strings of digits', () => {
  const aggregator = new RecordAggregator();
  expect(() => aggregator.addUserRecord({ partitionKey: 5, data: 'x' })).toThrow('partitionKey must be a string');
  const data = Buffer.alloc(1000);
  const entries = aggregate(Array.from({ length: 2100 }, (_, i) => ({ partitionKey: String(i), data })));
  expect(entries.length).toBeGreaterThan(2);
  for (const entry of entries) expect(bytesOf(entry)).toBeLessThanOrEqual(MIB);
});

describe('5: explicit hash keys have one name', () => {
  test('an entry has ExplicitHashKey, as PutRecords reads it', () => {
    const [entry] = aggregate([{ partitionKey: 'a', data: 'x', explicitHashKey: '7' }]);
    expect(Object.keys(entry).sort()).toEqual(['Data', 'ExplicitHashKey', 'PartitionKey', 'userRecordCount']);
    expect(entry.ExplicitHashKey).toBe('7');
  });

  test('a user record has explicitHashKey', () => {
    const [entry] = aggregate([{ partitionKey: 'a', data: 'x', explicitHashKey: '7' }]);
    const [record] = deaggregate(lambdaRecord(entry));
    expect(Object.keys(record).sort()).toEqual([
      'aggregated',
      'data',
      'explicitHashKey',
      'partitionKey',
      'sequenceNumber',
      'subSequenceNumber',
    ]);
    expect(record.explicitHashKey).toBe('7');
  });

  test("the outer keys are those of the aggregate's own first record, not of the first ever added", () => {
    const aggregator = new RecordAggregator({ routing: 'first', maxUserRecords: 1 });
    aggregator.addUserRecord({ partitionKey: 'first', data: '', explicitHashKey: '1' });
    aggregator.addUserRecord({ partitionKey: 'second', data: '', explicitHashKey: '2' });
    expect(aggregator.flush()).toMatchObject([{ PartitionKey: 'second', ExplicitHashKey: '2' }]);
  });
});

test.each(ROUTINGS.map((routing) => [JSON.stringify(routing), routing]))(
  '6: keys named like members of Object are keys like any other, routing %s',
  (_, routing) => {
    const names = ['__proto__', 'hasOwnProperty', 'constructor', 'toString', 'a', '__proto__', 'valueOf'];
    const records = names.map((partitionKey, i) => ({ partitionKey, data: `${i}` }));
    expect(pairs(userRecordsOf(aggregate(records, { routing })))).toEqual(pairs(records));
    expect({}.polluted).toBeUndefined();
  },
);

test('7: the key of a record that was too large leaves nothing behind', () => {
  const aggregator = new RecordAggregator({ routing: 'first' });
  aggregator.addUserRecord({ partitionKey: 'a', data: 'x' });
  const { sizeBytes } = aggregator;
  expect(() => aggregator.addUserRecord({ partitionKey: 'k'.repeat(256), data: Buffer.alloc(MIB) })).toThrow();
  expect(aggregator.sizeBytes).toBe(sizeBytes);
  aggregator.addUserRecord({ partitionKey: 'k'.repeat(256), data: 'y' });
  const [entry] = aggregator.flush();
  expect(entry.Data).toEqual(
    aggregate(
      [
        { partitionKey: 'a', data: 'x' },
        { partitionKey: 'k'.repeat(256), data: 'y' },
      ],
      { routing: 'first' },
    )[0].Data,
  );
});

test('8: input records are neither changed nor refused when frozen', () => {
  const records = Object.freeze([
    Object.freeze({ partitionKey: 'a', data: 'x' }),
    Object.freeze({ PartitionKey: 'b', Data: Buffer.from('y'), ExplicitHashKey: '5' }),
  ]);
  const before = structuredClone(records);
  const entries = aggregate(records);
  expect(records).toEqual(before);
  const kinesis = Object.freeze(entries.map((entry) => Object.freeze(sdkRecord(entry))));
  const kinesisBefore = structuredClone(kinesis);
  expect(deaggregate(kinesis)).toHaveLength(2);
  expect(structuredClone(kinesis)).toEqual(kinesisBefore);
});

test('9: a callback that throws is not called a second time with the same records', () => {
  const seen = [];
  const aggregator = new RecordAggregator({ maxUserRecords: 1 }).onRecordComplete((entry) => {
    seen.push(textsOf([entry])[0][0]);
    throw new Error('of the callback');
  });
  aggregator.addUserRecord({ partitionKey: 'a', data: '0' });
  expect(() => aggregator.addUserRecord({ partitionKey: 'a', data: '1' })).toThrow('of the callback');
  expect(() => aggregator.flush()).toThrow('of the callback');
  expect(aggregator.flush()).toEqual([]);
  expect(seen).toEqual(['0', '1']);
});

test('10: without a callback nothing is discarded', () => {
  const aggregator = new RecordAggregator({ maxUserRecords: 3 });
  const closed = numbered(10).flatMap((record) => aggregator.addUserRecord(record) ?? []);
  expect(textsOf([...closed, ...aggregator.flush()])).toEqual([
    ['0', '1', '2'],
    ['3', '4', '5'],
    ['6', '7', '8'],
    ['9'],
  ]);
});

test.each([
  ['an ArrayBuffer', (bytes) => bytes.buffer],
  ['a DataView', (bytes) => new DataView(bytes.buffer)],
])('11: %s is not encoded as empty', (_, wrap) => {
  const [entry] = aggregate([{ partitionKey: 'a', data: wrap(new Uint8Array([1, 2, 3])) }]);
  expect(deaggregate(sdkRecord(entry))[0].data).toEqual(Buffer.from([1, 2, 3]));
});

test('12: the limit counts the outer partition key', () => {
  const key = 'k'.repeat(256);
  const entries = aggregate(
    Array.from({ length: 2000 }, () => ({ partitionKey: key, data: Buffer.alloc(1000) })),
    { routing: 'partitionKey' },
  );
  expect(entries.length).toBeGreaterThan(1);
  for (const entry of entries) expect(bytesOf(entry)).toBeLessThanOrEqual(MIB);
});

describe('13: a payload that merely begins with the magic number', () => {
  test.each([
    ['with text after it', 'this is user data that happens to start with the magic number'],
    ['with a short tail', 'tail'],
    ['alone', ''],
    ['with 16 bytes after it', '0123456789abcdef'],
    ['with 17 bytes after it', '0123456789abcdefg'],
  ])('passes through: %s', (_, text) => {
    const Data = Buffer.concat([Buffer.from('f3899ac2', 'hex'), Buffer.from(text)]);
    const records = deaggregate(sdkRecord({ Data, PartitionKey: 'a' }));
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ data: Data, partitionKey: 'a', aggregated: false });
  });

  test('round-trips inside an aggregate', () => {
    const data = Buffer.from('f3899ac2616263', 'hex');
    const [entry] = aggregate([{ partitionKey: 'a', data }]);
    expect(deaggregate(sdkRecord(entry)).map((record) => record.data)).toEqual([data]);
  });
});

test('14: an index out of range is told, and gives no undefined keys', () => {
  const Data = frame(partitionKeyEntry('a'), recordEntry(0, null, 'x'), recordEntry(1, null, 'y'));
  const heard = [];
  const records = deaggregate(sdkRecord({ Data, PartitionKey: 'outer' }), {
    onBroken: (error) => heard.push(error.code),
  });
  expect(records).toMatchObject([{ partitionKey: 'outer', data: Data, decodeError: 'ERR_KPL_INDEX' }]);
  expect(heard).toEqual(['ERR_KPL_INDEX']);
});

describe('15: no OpenSSL and no code generation', () => {
  const child = path.join(__dirname, '..', 'package', 'children', 'round-trip.js');

  test('node:crypto is never loaded', () => {
    const printed = JSON.parse(execFileSync(process.execPath, [child], { encoding: 'utf8' }));
    expect(printed.texts).toEqual(['x', 'y']);
    expect(printed.modules).not.toContain('NativeModule crypto');
    expect(printed.modules).not.toContain('NativeModule internal/crypto/hash');
  });

  test('it works with --disallow-code-generation-from-strings', () => {
    const printed = execFileSync(process.execPath, ['--disallow-code-generation-from-strings', child], {
      encoding: 'utf8',
    });
    expect(JSON.parse(printed).texts).toEqual(['x', 'y']);
  });
});

describe('16: the types', () => {
  const types = fs.readFileSync(path.join(__dirname, '..', '..', 'index.d.ts'), 'utf8');
  const declared = types.replace(/\/\*\*[\s\S]*?\*\//g, '');

  test('import nothing; they refer to @types/node, which declares Buffer', () => {
    expect(declared).not.toMatch(/\bimport\b|\brequire\b/);
    expect(declared.match(/<reference.*/g)).toEqual(['<reference types="node" />']);
  });

  test('have the aggregator', () => {
    expect(declared).toMatch(/export class RecordAggregator/);
  });
});

test('17: there is nothing to install beside the package, and no install script', () => {
  const manifest = require('../../package.json');
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.optionalDependencies ?? {}).toEqual({});
  for (const script of ['preinstall', 'install', 'postinstall']) {
    expect(manifest.scripts).not.toHaveProperty(script);
  }
});
