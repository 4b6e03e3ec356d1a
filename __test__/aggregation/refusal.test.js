'use strict';

// A refused record changes nothing; addUserRecords is all or nothing.

const { RecordAggregator, aggregate } = require('../..');
const { lambdaEvent } = require('kinesis-agg/testing');
const { expectRefusal, thrownBy } = require('../support/thrown');
const { evenShards } = require('../support/shards');
const { numbered, textsOf } = require('../support/user-records');

const REFUSED = [
  ['ERR_KPL_PARTITION_KEY', { partitionKey: '', data: '' }],
  ['ERR_KPL_PARTITION_KEY', { partitionKey: 5, data: '' }],
  ['ERR_KPL_PARTITION_KEY', { partitionKey: '\ud800', data: '' }],
  ['ERR_KPL_PARTITION_KEY', { partitionKey: 'k'.repeat(257), data: '' }],
  ['ERR_KPL_EXPLICIT_HASH_KEY', { partitionKey: 'a', data: '', explicitHashKey: '01' }],
  ['ERR_KPL_EXPLICIT_HASH_KEY', { partitionKey: 'a', data: '', explicitHashKey: 5 }],
  ['ERR_KPL_DATA', { partitionKey: 'a', data: 5 }],
  ['ERR_KPL_DATA', { partitionKey: 'a' }],
  ['ERR_KPL_DATA', { kinesisSchemaVersion: '1.0', partitionKey: 'a', data: 'YQ==', sequenceNumber: '1' }],
  ['ERR_KPL_DATA', { eventID: 'shard:1', kinesis: { partitionKey: 'a', data: 'YQ==', sequenceNumber: '1' } }],
  ['ERR_KPL_RECORD_TOO_LARGE', { partitionKey: 'b', data: Buffer.alloc(1000) }],
  ['ERR_KPL_RECORD_TOO_LARGE', { partitionKey: 'a', data: Buffer.alloc(1000), explicitHashKey: '99' }],
];

const ROUTINGS = [
  ['pinned', 'pinned'],
  ['partitionKey', 'partitionKey'],
  ['first', 'first'],
  ['lanes', { lanes: 3 }],
  ['shards', { shards: evenShards(3) }],
];

describe.each(ROUTINGS)('under %s', (_, routing) => {
  /** An aggregator at its limits: whatever is taken next closes something. */
  const atItsLimits = () => {
    const aggregator = new RecordAggregator({ routing, maxRecordBytes: 1000, maxUserRecords: 2, maxOpenAggregates: 1 });
    aggregator.addUserRecords(numbered(2));
    return aggregator;
  };
  const expectUntouched = (aggregator) => {
    const untouched = atItsLimits();
    expect(aggregator.userRecordCount).toBe(untouched.userRecordCount);
    expect(aggregator.sizeBytes).toBe(untouched.sizeBytes);
    expect(aggregator.flush()).toEqual(untouched.flush());
  };

  test.each(REFUSED)('addUserRecord throws %s and changes nothing (%#)', (code, record) => {
    const aggregator = atItsLimits();
    expectRefusal(() => aggregator.addUserRecord(record), code);
    expectUntouched(aggregator);
  });

  test.each(REFUSED)('addUserRecords throws %s and takes none of its records (%#)', (code, record) => {
    const aggregator = atItsLimits();
    const callback = jest.fn();
    aggregator.onRecordComplete(callback);
    const records = [...numbered(5, 'other'), record, ...numbered(5)];
    expectRefusal(() => aggregator.addUserRecords(records), code, { recordIndex: 5 });
    expect(callback).not.toHaveBeenCalled();
    aggregator.clearCallbacks();
    expectUntouched(aggregator);
  });
});

test.each(REFUSED)('aggregate throws %s with the position of the record (%#)', (code, record) => {
  expectRefusal(() => aggregate([...numbered(3), record], { maxRecordBytes: 1000 }), code, { recordIndex: 3 });
});

test('a record of a Lambda event is told to be one; bytes that stand in such a record are a user record', () => {
  const [record] = lambdaEvent([{ partitionKey: 'a', data: 'x' }]).Records;
  const message = /a Kinesis record of a Lambda event, with data in base64: deaggregate gives its user records/;
  for (const given of [record, record.kinesis]) {
    expect(expectRefusal(() => aggregate([given]), 'ERR_KPL_DATA').message).toMatch(message);
  }
  const bytes = { ...record.kinesis, data: Buffer.from('x') };
  expect(aggregate([bytes])).toEqual(aggregate([{ partitionKey: 'a', data: 'x' }]));
});

test('an iterable that throws takes none of its records', () => {
  const aggregator = new RecordAggregator({ maxUserRecords: 1 });
  const failing = function* () {
    yield* numbered(3);
    throw new Error('of the iterable');
  };
  expect(() => aggregator.addUserRecords(failing())).toThrow('of the iterable');
  expect(aggregator.userRecordCount).toBe(0);
});

test('an iterable is closed when one of its records is refused', () => {
  let isClosed = false;
  const records = (function* () {
    try {
      yield { partitionKey: 'a', data: 5 };
    } finally {
      isClosed = true;
    }
  })();
  expectRefusal(() => new RecordAggregator().addUserRecords(records), 'ERR_KPL_DATA');
  expect(isClosed).toBe(true);
});

test('a getter that throws takes nothing', () => {
  const aggregator = new RecordAggregator();
  const failure = new Error('of the getter');
  for (const field of ['partitionKey', 'data', 'explicitHashKey']) {
    const record = { partitionKey: 'a', data: 'x' };
    Object.defineProperty(record, field, {
      get() {
        throw failure;
      },
    });
    expect(thrownBy(() => aggregator.addUserRecord(record))).toBe(failure);
    expect(thrownBy(() => aggregator.addUserRecords([...numbered(2), record]))).toBe(failure);
    expect(thrownBy(() => aggregator.fits(record))).toBe(failure);
  }
  expect(aggregator.userRecordCount).toBe(0);
  expect(aggregator.sizeBytes).toBe(0);
});

test('a getter that calls the aggregator takes effect at once, and the outer record follows', () => {
  const aggregator = new RecordAggregator();
  const record = {
    partitionKey: 'a',
    get data() {
      aggregator.addUserRecord({ partitionKey: 'a', data: 'inner' });
      return 'outer';
    },
  };
  aggregator.addUserRecord(record);
  expect(textsOf(aggregator.flush())).toEqual([['inner', 'outer']]);
});

test('an iterator that calls the aggregator, and makes others, disturbs nothing', () => {
  const aggregator = new RecordAggregator();
  const records = function* () {
    for (const record of numbered(5)) {
      yield record;
      aggregator.addUserRecords(numbered(2, 'inner'));
      aggregate(numbered(3, 'elsewhere'));
      aggregator.fits({ partitionKey: 'a', data: 'asked' });
    }
  };
  aggregator.addUserRecords(records());
  const [texts] = textsOf(aggregator.flush());
  expect(texts).toEqual([...Array.from({ length: 10 }, (_, i) => String(i % 2)), '0', '1', '2', '3', '4']);
});

test('a caught refusal in the middle of a nested call leaves the outer one whole', () => {
  const aggregator = new RecordAggregator();
  const records = function* () {
    yield { partitionKey: 'a', data: '0' };
    expectRefusal(() => aggregator.addUserRecord({ partitionKey: '', data: '' }), 'ERR_KPL_PARTITION_KEY');
    yield { partitionKey: 'a', data: '1' };
  };
  aggregator.addUserRecords(records());
  expect(textsOf(aggregator.flush())).toEqual([['0', '1']]);
});

describe('addUserRecords takes any iterable', () => {
  test.each([
    ['an array', (records) => records],
    ['a Set', (records) => new Set(records)],
    ["a Map's values", (records) => new Map(records.entries()).values()],
    [
      'a generator',
      (records) =>
        (function* () {
          yield* records;
        })(),
    ],
    ['an object with an iterator', (records) => ({ [Symbol.iterator]: () => records.values() })],
    ['a frozen array', (records) => Object.freeze(records)],
    ['a Proxy of an array', (records) => new Proxy(records, {})],
  ])('%s', (_, made) => {
    const aggregator = new RecordAggregator();
    expect(aggregator.addUserRecords(made(numbered(3)))).toEqual([]);
    expect(textsOf(aggregator.flush())).toEqual([['0', '1', '2']]);
    expect(textsOf(aggregate(made(numbered(3))))).toEqual([['0', '1', '2']]);
  });

  test('none is taken of nothing', () => {
    const aggregator = new RecordAggregator();
    expect(aggregator.addUserRecords([])).toEqual([]);
    expect(aggregator.userRecordCount).toBe(0);
  });

  test.each([[undefined], [null], [5], ['text'], [{}], [{ partitionKey: 'a', data: 'x' }], [() => []], [Symbol('x')]])(
    'but not %p',
    (records) => {
      const aggregator = new RecordAggregator();
      expect(() => aggregator.addUserRecords(records)).toThrow(expect.objectContaining({ name: 'KplError' }));
      expect(() => aggregate(records)).toThrow(expect.objectContaining({ name: 'KplError' }));
      expect(aggregator.userRecordCount).toBe(0);
    },
  );
});
