'use strict';

// A `RecordAggregator` and what is done to it, at random; run on any class that has the methods, it gives a trace.

const { describeUserRecord, makeUserRecord } = require('./user-records');
const { Trace } = require('./trace');

const PROFILES = [
  { oddity: 0, explicitHashKeys: 0, largest: 60_000 },
  { oddity: 0, explicitHashKeys: 0.5, largest: 300_000 },
  { oddity: 0, explicitHashKeys: 0.1, largest: 1_060_000 },
  { oddity: 0, explicitHashKeys: 0.2, largest: 200, words: 0.1, records: 150 },
  { oddity: 0.01, explicitHashKeys: 0.2, largest: 2000 },
  { oddity: 0.05, explicitHashKeys: 0.3, largest: 2000 },
  { oddity: 0.15, explicitHashKeys: 0.3, largest: 400_000 },
];

/** A case's description. */
function describeAggregatorCase(random) {
  const profile = random.pick(PROFILES);
  const userRecord = () => describeUserRecord(random, profile);
  const steps = {
    addUserRecord: () => ({ record: userRecord() }),
    aggregateRecords: () => ({
      records: random.list(0, profile.records ?? 12, userRecord),
      forceFlush: random.pick([true, false, undefined, 'true']),
      hasCallback: random.chance(0.2),
    }),
    flushBufferedRecords: () => ({ hasCallback: random.chance(0.3) }),
    build: () => ({}),
    checkIfUserRecordFits: () => ({ record: userRecord() }),
    calculateUserRecordSize: () => ({ record: userRecord() }),
    clearRecords: () => ({}),
    setOnReadyCallback: () => ({ hasCallback: random.chance(0.5) }),
  };
  const often = ['addUserRecord', 'addUserRecord', 'aggregateRecords', 'aggregateRecords', 'aggregateRecords'];
  const names = [...often, ...often, ...Object.keys(steps)];
  return {
    hasCallback: random.chance(0.9),
    throwsAt: random.chance(0.15) ? random.list(1, 3, () => random.between(0, 8)) : [],
    steps: random.list(1, 14, () => {
      const name = random.pick(names);
      return { name, ...steps[name]() };
    }),
  };
}

/** What is seen of each step: calls, what is returned or thrown, and the public fields after it. */
function runAggregatorCase(RecordAggregator, { hasCallback, throwsAt, steps }) {
  const trace = new Trace(throwsAt);
  const aggregator = new RecordAggregator(hasCallback ? trace.callback('constructor') : undefined);
  return steps.map((step) => {
    trace.attempt(step.name, () => perform(aggregator, step, trace));
    return { calls: trace.take(), ...fieldsOf(aggregator), deltas: [...(aggregator.deltas ?? [])] };
  });
}

function perform(aggregator, { name, record, records, forceFlush, hasCallback }, trace) {
  const callback = hasCallback ? trace.callback(name) : undefined;
  switch (name) {
    case 'aggregateRecords':
      return aggregator.aggregateRecords(records.map(makeUserRecord), forceFlush, callback);
    case 'setOnReadyCallback':
      return typeof aggregator.setOnReadyCallback(callback);
    case 'flushBufferedRecords':
      return aggregator.flushBufferedRecords(callback);
    default:
      return record ? aggregator[name](makeUserRecord(record)) : aggregator[name]();
  }
}

function fieldsOf(aggregator) {
  const { totalBytes, putRecords, partitionKeyTable, partitionKeyCount, explicitHashKeyTable } = aggregator;
  return {
    length: aggregator.length(),
    totalBytes,
    putRecords: putRecords.length,
    partitionKeyTable: Object.entries(partitionKeyTable).sort().join(),
    partitionKeyCount,
    explicitHashKeyTable: Object.entries(explicitHashKeyTable).sort().join(),
    explicitHashKeyCount: aggregator.explicitHashKeyCount,
  };
}

module.exports = { describeAggregatorCase, runAggregatorCase };
