'use strict';

// Records wait outside the core as long as its credit covers them. An aggregator that lets every record cross at once
// must give the same, at every call.

const fc = require('fast-check');
// From the sources, since the switch is not part of what is shipped.
const { RecordAggregator } = require('../../lib/aggregate/record-aggregator');
const { BufferedAggregator } = require('../../lib/aggregate/buffered-aggregator');
const { NativeAggregator } = require('../../lib/native').native;
const { optionsWith, routing, shards, userRecord } = require('../support/arbitraries');

const call = fc.oneof(
  { weight: 30, arbitrary: fc.record({ name: fc.constant('addUserRecord'), argument: userRecord }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('addUserRecords'), argument: fc.array(userRecord) }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('fits'), argument: userRecord }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('flush') }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('clear') }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('setShards'), argument: shards }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constantFrom('userRecordCount', 'sizeBytes') }) },
);

/** What a call gives: a value, or the error that it throws. */
function outcome(aggregator, { name, argument }) {
  try {
    return name in aggregator && typeof aggregator[name] !== 'function'
      ? { value: aggregator[name] }
      : { value: aggregator[name](argument) };
  } catch (error) {
    return { code: error.code, message: error.message, recordIndex: error.recordIndex };
  }
}

/** Runs calls against an aggregator; what its callback hears stands beside what each call gives. */
function life(options, calls, hasCallback) {
  const aggregator = new RecordAggregator(options);
  const heard = [];
  if (hasCallback) aggregator.onRecordComplete((aggregate) => heard.push(aggregate));
  return calls.map((each) => ({ ...outcome(aggregator, each), heard: heard.splice(0) }));
}

function atOnce(run) {
  const staged = BufferedAggregator.maxWaitingRecords;
  BufferedAggregator.maxWaitingRecords = 0;
  try {
    return run();
  } finally {
    BufferedAggregator.maxWaitingRecords = staged;
  }
}

test('without staging every record crosses at once, with it many together', () => {
  const add = jest.spyOn(NativeAggregator.prototype, 'add');
  const calls = Array.from({ length: 50 }, () => ({
    name: 'addUserRecord',
    argument: { partitionKey: 'a', data: 'x' },
  }));
  atOnce(() => life({}, calls, false));
  expect(add.mock.calls.length).toBe(50);
  add.mockClear();
  life({}, [...calls, { name: 'sizeBytes' }], false);
  expect(add.mock.calls.length).toBeLessThan(5);
  add.mockRestore();
});

test('staging shows in nothing that a caller sees', () => {
  const lives = fc.record({
    options: routing.chain((someRouting) => optionsWith(fc.constant(someRouting))),
    calls: fc.array(call, { maxLength: 120, size: 'max' }),
    hasCallback: fc.boolean(),
  });
  fc.assert(
    fc.property(lives, ({ options, calls, hasCallback }) => {
      const unstaged = atOnce(() => life(options, calls, hasCallback));
      expect(life(options, calls, hasCallback)).toEqual(unstaged);
    }),
    { numRuns: 300 },
  );
});
