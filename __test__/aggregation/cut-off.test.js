'use strict';

// V8 ends a call in the middle: the stack is full, or a time limit of node:vm is over, and then no `finally` is run. Each
// record is taken or not, no other changes, and an aggregator is never mute for ever.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const vm = require('node:vm');
const { RecordAggregator, deaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');

const LARGEST = 10_485_760;
const CHILD = path.join(__dirname, 'children', 'stack-overflow.js');

describe('a full stack', () => {
  test.each([
    'the 65th record, for which the rows must grow',
    'a record that enters the core',
    'a record that closes an aggregate',
    'a key that is not ASCII',
    'text that needs more room',
    'addUserRecords',
    'flush',
    'a callback',
  ])('%s', (situation) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CHILD, situation], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ wrong: [], twice: [], lost: [], depthsAreEnough: true });
    expect(status).toBe(0);
  });
});

/** Calls `add` for ever in a context of its own, until the time is over. */
function runOut(add, timeout) {
  const run = () => vm.runInContext('for (;;) add()', vm.createContext({ add }), { timeout });
  expect(run).toThrow(expect.objectContaining({ code: 'ERR_SCRIPT_EXECUTION_TIMEOUT' }));
}

test.each([
  ['one by one', {}, (aggregator, records) => records.flatMap((record) => aggregator.addUserRecord(record) ?? [])],
  ['with keys that are not ASCII', { key: 'ké-' }, (aggregator, [record]) => aggregator.addUserRecord(record)],
  ['into small aggregates', { maxUserRecords: 7 }, (aggregator, [record]) => aggregator.addUserRecord(record)],
  ['into lanes', { routing: { lanes: 3 } }, (aggregator, [record]) => aggregator.addUserRecord(record)],
])(
  'a time limit: %s',
  (_, { key = 'key-', ...options }, addTo) => {
    const text = (i) => `data-of-${i};`.padEnd(10 + (i % 40), '.');
    for (let trial = 0; trial < 60; trial++) {
      // So large that only a number of records closes an aggregate.
      const aggregator = new RecordAggregator({ maxRecordBytes: LARGEST, maxAggregateBytes: LARGEST, ...options });
      const entries = [];
      let n = 0;
      const add = () => {
        const i = n++;
        const closed = addTo(aggregator, [{ partitionKey: `${key}${i}`, data: Buffer.from(text(i)) }]);
        if (closed) entries.push(...[closed].flat());
      };
      runOut(add, 1 + (trial % 4));
      const cut = n - 1;
      for (let i = 0; i < 5; i++) add();
      entries.push(...aggregator.flush());
      const records = deaggregate(
        entries.map((entry) => sdkRecord(entry)),
        { strict: true },
      );
      const numbers = records.map(({ partitionKey }) => Number(partitionKey.slice(key.length)));
      expect(records.filter(({ data }, i) => data.toString() !== text(numbers[i]))).toEqual([]);
      // The call that was cut off has taken its record or not; an aggregate that it could no longer return is not lost here,
      // unless it was on its way to the caller's variable.
      const expected = Array.from({ length: n }, (__, i) => i);
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(expected.filter((i) => i !== cut && !numbers.includes(i)).length).toBeLessThanOrEqual(
        options.maxUserRecords ?? 0,
      );
    }
  },
  60_000,
);

describe('a callback that is cut off', () => {
  const record = { partitionKey: 'a', data: 'x' };

  test('does not make its aggregator mute', () => {
    const heard = [];
    let isSlow = true;
    const aggregator = new RecordAggregator({ maxUserRecords: 1 }).onRecordComplete((entry) => {
      heard.push(entry);
      while (isSlow);
    });
    const add = () => aggregator.addUserRecord(record);
    runOut(add, 20);
    isSlow = false;
    for (let i = 0; i < 10; i++) expect(add()).toBeUndefined();
    expect(aggregator.flush()).toEqual([]);
    expect(heard).toHaveLength(12);
    expect(new Set(heard).size).toBe(12);
  });

  test('leaves the aggregate to the other callbacks', () => {
    let isSlow = true;
    const seen = { first: [], second: [] };
    const aggregator = new RecordAggregator({ maxUserRecords: 1 });
    aggregator.onRecordComplete((entry) => {
      seen.first.push(entry);
      while (isSlow);
    });
    aggregator.onRecordComplete((entry) => seen.second.push(entry));
    runOut(() => aggregator.addUserRecord(record), 20);
    expect([seen.first.length, seen.second.length]).toEqual([1, 0]);
    isSlow = false;
    aggregator.flush();
    expect(seen.second).toEqual(seen.first);
    expect(seen.first).toHaveLength(2);
  });

  test('a call from inside a callback is still not delivered in the middle of it', () => {
    const order = [];
    const aggregator = new RecordAggregator({ maxUserRecords: 1 }).onRecordComplete(() => {
      order.push('begin');
      if (order.length < 6) aggregator.addUserRecord(record);
      order.push('end');
    });
    aggregator.addUserRecord(record);
    aggregator.flush();
    expect(order.join()).toMatch(/^(begin,end,?)+$/);
  });
});
