'use strict';

// Which partition keys and explicit hash keys are taken, and what becomes of them.

const { RecordAggregator, aggregate, deaggregate, hashKey } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { expectRefusal } = require('../support/thrown');
const { MAX_HASH_KEY } = require('../oracle/hash-key');

const put = (record) => aggregate([{ data: 'x', ...record }]);
const roundTrip = (record) => deaggregate(sdkRecord(put(record)[0]))[0];

describe.each([
  ['1 byte', 'k'],
  ['2 bytes', 'é'],
  ['3 bytes', '漢'],
  ['4 bytes, two UTF-16 units', '🙂'],
])('partition keys of code points of %s', (_, codePoint) => {
  test('256 of them are taken', () => {
    expect(roundTrip({ partitionKey: codePoint.repeat(256) }).partitionKey).toBe(codePoint.repeat(256));
  });

  test('257 of them are refused', () => {
    const error = expectRefusal(() => put({ partitionKey: codePoint.repeat(257) }), 'ERR_KPL_PARTITION_KEY');
    expect(error.message).toMatch(/256.*257/);
  });
});

test('a partition key of one code point is taken, an empty one refused', () => {
  expect(roundTrip({ partitionKey: '\0' }).partitionKey).toBe('\0');
  expectRefusal(() => put({ partitionKey: '' }), 'ERR_KPL_PARTITION_KEY');
});

test.each([['\ud800'], ['a\udc00'], ['\udc00\ud800'], ['a\ud83d b']])(
  'a partition key with a lone surrogate is refused (%#)',
  (partitionKey) => {
    const error = expectRefusal(() => put({ partitionKey }), 'ERR_KPL_PARTITION_KEY');
    expect(error.message).toContain('lone surrogate');
    expectRefusal(() => hashKey(partitionKey), 'ERR_KPL_PARTITION_KEY');
  },
);

test.each([[5], [5n], [null], [undefined], [true], [{}], [['a']], [Symbol('a')], [() => 'a'], [Buffer.from('a')]])(
  'a partition key that is no string is refused: %p',
  (partitionKey) => {
    expectRefusal(() => put({ partitionKey }), 'ERR_KPL_PARTITION_KEY');
  },
);

test.each([
  { partitionKey: 'a', data: 'x', ExplicitHashKey: '5' },
  { PartitionKey: 'a', Data: 'x', explicitHashKey: '5' },
])('an explicit hash key in the other spelling is refused rather than lost: %p', (record) => {
  const error = expectRefusal(() => aggregate([record]), 'ERR_KPL_EXPLICIT_HASH_KEY', { recordIndex: 0 });
  expect(error.message).toContain('not spelled like partitionKey');
});

test('a String object is no string', () => {
  expectRefusal(() => put({ partitionKey: Object('a') }), 'ERR_KPL_PARTITION_KEY');
});

test('keys that differ only in Unicode normalisation are different keys', () => {
  const records = ['\u00e9', 'e\u0301'].map((partitionKey) => ({ partitionKey, data: '' }));
  expect(aggregate(records, { routing: 'partitionKey' })).toHaveLength(2);
  const [entry] = aggregate(records);
  expect(deaggregate(sdkRecord(entry)).map((record) => record.partitionKey)).toEqual(['\u00e9', 'e\u0301']);
});

describe('explicit hash keys', () => {
  test.each([
    ['0', '0'],
    [0n, '0'],
    ['1', '1'],
    ['9007199254740993', '9007199254740993'],
    [String(MAX_HASH_KEY), String(MAX_HASH_KEY)],
    [MAX_HASH_KEY, String(MAX_HASH_KEY)],
  ])('%p is taken', (explicitHashKey, expected) => {
    const [entry] = put({ partitionKey: 'a', explicitHashKey });
    expect(entry.ExplicitHashKey).toBe(expected);
    expect(deaggregate(sdkRecord(entry))[0].explicitHashKey).toBe(expected);
  });

  test.each([null, undefined])('%p is absent', (explicitHashKey) => {
    const entries = aggregate([{ partitionKey: 'a', data: 'x', explicitHashKey }], { routing: 'partitionKey' });
    expect(entries[0]).not.toHaveProperty('ExplicitHashKey');
    expect(deaggregate(sdkRecord(entries[0]))[0].explicitHashKey).toBeNull();
  });

  test.each([
    '',
    ' ',
    '00',
    '01',
    '007',
    '+1',
    '-1',
    '-0',
    ' 1',
    '1 ',
    '1\n',
    '1.0',
    '1e3',
    '0x10',
    '1_000',
    'abc',
    '１',
    '\ud800',
    String(MAX_HASH_KEY + 1n),
    `${'9'.repeat(39)}`,
    '1'.repeat(40),
    '1'.repeat(10_000),
  ])('%j is refused', (explicitHashKey) => {
    expectRefusal(() => put({ partitionKey: 'a', explicitHashKey }), 'ERR_KPL_EXPLICIT_HASH_KEY');
  });

  test.each([[MAX_HASH_KEY + 1n], [-1n], [5], [NaN], [false], [true], [{}], [[]], [Symbol('5')], [Object('5')]])(
    '%p is refused',
    (explicitHashKey) => {
      expectRefusal(() => put({ partitionKey: 'a', explicitHashKey }), 'ERR_KPL_EXPLICIT_HASH_KEY');
    },
  );

  test('a bigint and its decimal are the same explicit hash key', () => {
    const entries = aggregate([
      { partitionKey: 'a', data: '0', explicitHashKey: 7n },
      { partitionKey: 'b', data: '1', explicitHashKey: '7' },
    ]);
    expect(entries).toMatchObject([{ userRecordCount: 2, ExplicitHashKey: '7' }]);
  });
});

describe('the two spellings', () => {
  test("the SDK's PartitionKey, Data, ExplicitHashKey are taken", () => {
    const entries = aggregate([{ PartitionKey: 'a', Data: Buffer.from('x'), ExplicitHashKey: '7' }]);
    expect(entries).toEqual(aggregate([{ partitionKey: 'a', data: 'x', explicitHashKey: '7' }]));
  });

  test('records of both may stand side by side', () => {
    const [entry] = aggregate([
      { partitionKey: 'a', data: 'x' },
      { PartitionKey: 'b', Data: 'y', ExplicitHashKey: null },
    ]);
    expect(deaggregate(sdkRecord(entry)).map(({ partitionKey, data }) => `${partitionKey}${data}`)).toEqual([
      'ax',
      'by',
    ]);
  });
});

test.each([
  ['a plain object without a prototype', Object.assign(Object.create(null), { partitionKey: 'a', data: 'x' })],
  [
    'an instance',
    new (class {
      partitionKey = 'a';
      data = 'x';
    })(),
  ],
  ['inherited fields', Object.create({ partitionKey: 'a', data: 'x' })],
  [
    'getters',
    {
      get partitionKey() {
        return 'a';
      },
      get data() {
        return 'x';
      },
    },
  ],
  ['a Proxy', new Proxy({ partitionKey: 'a', data: 'x' }, {})],
  ['an array with the fields', Object.assign([], { partitionKey: 'a', data: 'x' })],
])('a record may be %s', (_, record) => {
  expect(aggregate([record])).toEqual(aggregate([{ partitionKey: 'a', data: 'x' }]));
});

test.each([
  [null],
  [undefined],
  ['text'],
  [5],
  [5n],
  [true],
  [Symbol('x')],
  [() => {}],
  [Buffer.from('x')],
  [[]],
  [{}],
])('a record that is none is refused: %p', (record) => {
  const aggregator = new RecordAggregator();
  for (const call of [() => aggregator.addUserRecord(record), () => aggregator.fits(record)]) {
    expect(call).toThrow(expect.objectContaining({ name: 'KplError' }));
  }
  expect(aggregator.userRecordCount).toBe(0);
});
