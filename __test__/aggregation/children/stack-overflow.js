'use strict';

// Run as a process of its own by cut-off.test.js: a call at every depth at which the stack is just full, or just not.

const { RecordAggregator, deaggregate } = require('../../..');

const text = (i) => `data-of-${i};`.padEnd(12 + (i % 40), '.');
const record = (i, key = 'key-') => ({ partitionKey: `${key}${i}`, data: Buffer.from(text(i)) });
const numbers = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);

/** How many records are in first, and the call; it gives what it has taken out. */
const SITUATIONS = {
  'the 65th record, for which the rows must grow': { before: 64, call: (a) => a.addUserRecord(record(64)) },
  'a record that enters the core': {
    before: 10,
    call: (a) => a.addUserRecord({ ...record(10), explicitHashKey: '7' }),
  },
  'a record that closes an aggregate': {
    before: 7,
    options: { maxUserRecords: 7 },
    call: (a) => a.addUserRecord(record(7)),
  },
  'a key that is not ASCII': { before: 511, call: (a) => a.addUserRecord({ ...record(511), partitionKey: 'kéy-511' }) },
  'text that needs more room': {
    before: 1,
    call: (a) => a.addUserRecord({ partitionKey: 'key-1', data: text(1) + ' '.repeat(8000) }),
  },
  addUserRecords: { before: 70, call: (a) => a.addUserRecords(numbers(70, 200).map((i) => record(i))) },
  flush: { before: 70, options: { maxUserRecords: 10, routing: 'partitionKey' }, call: (a) => a.flush() },
  'a callback': { before: 7, hears: true, options: { maxUserRecords: 7 }, call: (a) => a.addUserRecord(record(7)) },
};

function trial({ before, call, options, hears = false }, depth) {
  const aggregator = new RecordAggregator(options);
  const entries = [];
  if (hears) aggregator.onRecordComplete((entry) => (entries[entries.length] = entry));
  for (const i of numbers(0, before)) entries.push(...[aggregator.addUserRecord(record(i)) ?? []].flat());
  let isFull = false;
  const walk = (n) => (n === 0 ? call(aggregator) : walk(n - 1));
  try {
    entries.push(...[walk(depth) ?? []].flat());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    isFull = true;
  }
  for (const i of numbers(1000, 1003)) entries.push(...[aggregator.addUserRecord(record(i)) ?? []].flat());
  entries.push(...aggregator.flush());
  const sdk = entries.map(({ Data, PartitionKey }) => ({ Data, PartitionKey, SequenceNumber: '1' }));
  const seen = deaggregate(sdk, { strict: true }).map(({ partitionKey, data }) => ({
    number: Number(partitionKey.slice(4)),
    key: partitionKey,
    data: data.toString().trimEnd(),
  }));
  const found = new Set(seen.map(({ number }) => number));
  return {
    isFull,
    wrong: seen.filter(({ number, data }) => data !== text(number)),
    twice: found.size === seen.length ? [] : ['some'],
    lost: [...numbers(0, before), ...numbers(1000, 1003)].filter((number) => !found.has(number)),
  };
}

const situation = SITUATIONS[process.argv[2]];

/** The least depth at which the stack is full. */
function fullDepth() {
  let [low, high] = [100, 60_000];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (trial(situation, middle).isFull) high = middle;
    else low = middle;
  }
  return high;
}

const outcomes = [];
let depthsAreEnough = false;
// V8 makes the frames smaller while the depth is looked for, whenever its compiler comes to it: then it is looked for again.
for (let search = 0; search < 30 && !depthsAreEnough; search++) {
  const depth = fullDepth();
  const around = numbers(Math.max(0, depth - 20), depth + 40).map((each) => trial(situation, each));
  depthsAreEnough = around.some(({ isFull }) => isFull) && around.some(({ isFull }) => !isFull);
  outcomes.push(...around);
}
const all = (name) => outcomes.flatMap((outcome) => outcome[name]);
process.stdout.write(JSON.stringify({ wrong: all('wrong'), twice: all('twice'), lost: all('lost'), depthsAreEnough }));
