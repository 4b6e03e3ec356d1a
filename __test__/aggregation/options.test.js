'use strict';

// Options: what is in range, what is not, and that nothing is guessed.

const { RecordAggregator, aggregate } = require('../..');
const { expectRefusal } = require('../support/thrown');
const { evenShards } = require('../support/shards');

const make = (options) => new RecordAggregator(options);
const refuse = (options) => {
  const error = expectRefusal(() => make(options), 'ERR_KPL_OPTION');
  expectRefusal(() => aggregate([], options), 'ERR_KPL_OPTION');
  return error;
};

test.each([
  [undefined],
  [{}],
  [{ routing: undefined, maxAggregateBytes: undefined, maxUserRecords: undefined, wrapSingle: undefined }],
  [{ maxRecordBytes: 10_485_760 }],
  [{ maxRecordBytes: 64 }],
  [{ maxRecordBytes: 10_485_760, maxAggregateBytes: 10_485_760 }],
  [{ maxAggregateBytes: 64 }],
  [{ maxAggregateBytes: 1_048_576 }],
  [{ maxUserRecords: 1 }],
  [{ maxUserRecords: 2 ** 32 }],
  [{ maxUserRecords: Number.MAX_SAFE_INTEGER }],
  [{ maxOpenAggregates: 1 }],
  [{ maxOpenAggregates: Number.MAX_SAFE_INTEGER }],
  [{ wrapSingle: true }],
  [{ wrapSingle: false }],
  [{ routing: 'pinned' }],
  [{ routing: 'partitionKey' }],
  [{ routing: 'first' }],
  [{ routing: { lanes: 1 } }],
  [{ routing: { lanes: 1024 } }],
  [{ routing: { lanes: 4, shards: undefined } }],
  [{ routing: { shards: evenShards(3) } }],
  [{ routing: { shards: evenShards(3), lanes: undefined } }],
  [Object.assign(Object.create(null), { maxAggregateBytes: 100 })],
  [Object.freeze({ maxAggregateBytes: 100 })],
  [{ unknown: undefined }],
  [{ nested: 'keep', explicitHashKeys: 'ignore' }],
])('taken: %p', (options) => {
  const aggregator = make(options);
  aggregator.addUserRecord({ partitionKey: 'a', data: 'x' });
  expect(aggregator.flush()).toHaveLength(1);
});

describe.each(['maxRecordBytes', 'maxAggregateBytes', 'maxUserRecords', 'maxOpenAggregates'])('%s', (name) => {
  test.each([
    [0],
    [-1],
    [1.5],
    [NaN],
    [Infinity],
    [-Infinity],
    ['100'],
    [100n],
    [null],
    [true],
    [{}],
    [[]],
    [Symbol('x')],
    [() => 1],
  ])('is refused: %p', (value) => {
    expect(refuse({ [name]: value }).message).toContain(name);
  });
});

test.each([
  ['maxRecordBytes', { maxRecordBytes: 10_485_761 }],
  ['maxAggregateBytes', { maxAggregateBytes: 63 }],
  ['maxAggregateBytes', { maxAggregateBytes: 1_048_577 }],
  ['maxAggregateBytes', { maxAggregateBytes: 2001, maxRecordBytes: 2000 }],
  ['maxAggregateBytes', { maxAggregateBytes: 10_485_761, maxRecordBytes: 10_485_760 }],
])('%s is refused beyond its range: %j', (name, options) => {
  const error = refuse(options);
  expect(error.message).toContain(name);
  expect(error.message).toContain(String(options[name]));
});

test.each([[0], [1025], [-1], [1.5], [NaN], ['4'], [4n], [null], [undefined], [{}]])(
  'lanes: %p is refused',
  (lanes) => {
    expect(refuse({ routing: { lanes } }).message).toContain('routing');
  },
);

test.each([
  ['pinned '],
  ['Pinned'],
  ['PINNED'],
  [''],
  ['lanes'],
  ['shards'],
  ['toString'],
  [5],
  [null],
  [true],
  [{}],
  [[]],
  [Symbol('pinned')],
  [() => 'pinned'],
  [Object('pinned')],
])('routing: %p is refused', (routing) => {
  expect(refuse({ routing }).message).toContain('routing');
});

test('lanes and shards together are refused: a routing is one or the other', () => {
  refuse({ routing: { lanes: 4, shards: evenShards(4) } });
});

test.each([[0], [1], [null], ['true'], [{}]])('wrapSingle: %p is refused', (wrapSingle) => {
  expect(refuse({ wrapSingle }).message).toContain('wrapSingle');
});

test.each([[null], [5], ['pinned'], [true], [Symbol('x')], [() => {}]])(
  'options that are none are refused: %p',
  (options) => {
    refuse(options);
  },
);

test('a getter of the options that throws is heard', () => {
  const failure = new Error('of the getter');
  const options = {
    get maxAggregateBytes() {
      throw failure;
    },
  };
  expect(() => make(options)).toThrow(failure);
});

test('the class cannot be called without new, and its methods need an aggregator', () => {
  expect(() => RecordAggregator()).toThrow(/class constructor/i);
  const { addUserRecord, flush, clear, fits, setShards, onRecordComplete, clearCallbacks } = RecordAggregator.prototype;
  for (const method of [addUserRecord, flush, clear, fits, setShards, onRecordComplete, clearCallbacks]) {
    expect(() => method.call({}, { partitionKey: 'a', data: '' })).toThrow();
  }
});

test('a subclass works', () => {
  class Counting extends RecordAggregator {
    added = 0;
    addUserRecord(record) {
      this.added++;
      return super.addUserRecord(record);
    }
  }
  const aggregator = new Counting({ maxUserRecords: 1 });
  aggregator.addUserRecord({ partitionKey: 'a', data: 'x' });
  expect(aggregator.addUserRecord({ partitionKey: 'a', data: 'y' })).toMatchObject({ userRecordCount: 1 });
  expect(aggregator.added).toBe(2);
});

test.each([
  ['maxUserRecord', 'maxUserRecords'],
  ['maxaggregatebytes', 'maxAggregateBytes'],
  ['wrap', 'wrapSingle'],
  ['Routing', 'routing'],
  ['explicitHashKey', 'explicitHashKeys'],
])('%s is no option: the nearest is named', (name, nearest) => {
  expect(refuse({ [name]: 1 }).message).toContain(`unknown option ${name}: did you mean ${nearest}?`);
});

test('an unknown field of routing is refused too', () => {
  expect(refuse({ routing: { lane: 4 } }).message).toContain('did you mean lanes?');
});

test.each([
  ['nested', 'Keep'],
  ['nested', true],
  ['nested', null],
  ['explicitHashKeys', 'drop'],
  ['explicitHashKeys', false],
])('%s: %p is refused', (name, value) => {
  expect(refuse({ [name]: value }).message).toContain(`${name} must be '`);
});
