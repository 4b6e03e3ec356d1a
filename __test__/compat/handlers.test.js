'use strict';

// Handlers of `aggregate` that return promises, which the older package ignored, beside those that call back.

const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { aggregate } = require('kinesis-agg/compat');

const ROOT = path.join(__dirname, '../..');
/** Records of which each fills an aggregate. */
const records = (count) =>
  Array.from({ length: count }, (_, i) => ({ partitionKey: `${i}`, data: Buffer.alloc(600_000) }));

/** Aggregates and waits for the end; the errors on the way. */
function aggregated(handler, count = 3, ...more) {
  const errors = [];
  return new Promise((resolve) =>
    aggregate(
      records(count),
      handler,
      () => resolve(errors),
      (err) => errors.push(err),
      ...more,
    ),
  );
}

test('a promise is awaited, one at a time', async () => {
  const events = [];
  const errors = await aggregated(async ({ partitionKey }) => {
    events.push(`start ${partitionKey}`);
    await delay(5);
    events.push(`end ${partitionKey}`);
  });
  expect(events).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2']);
  expect(errors).toEqual([]);
});

test('as many at a time as the queue takes', async () => {
  let running = 0;
  let most = 0;
  await aggregated(
    async () => {
      most = Math.max(most, ++running);
      await delay(5);
      running--;
    },
    7,
    3,
  );
  expect(most).toBe(3);
});

test('a rejection goes to errorCallback, and the next record is handled', async () => {
  const handled = [];
  const errors = await aggregated(async ({ partitionKey }) => {
    handled.push(partitionKey);
    if (partitionKey === '1') throw new Error('not now');
  });
  expect(handled).toEqual(['0', '1', '2']);
  expect(errors).toEqual([new Error('not now')]);
});

test('a promise that is no Promise will do', async () => {
  // biome-ignore lint/suspicious/noThenProperty: what an older promise library returns
  const errors = await aggregated(() => ({ then: (resolve) => setImmediate(resolve) }));
  expect(errors).toEqual([]);
});

test('an async handler that takes the callback is done when it calls back, as it always was', async () => {
  const events = [];
  await aggregated(async ({ partitionKey }, callback) => {
    events.push(`start ${partitionKey}`);
    setTimeout(() => {
      events.push(`end ${partitionKey}`);
      callback(null);
    }, 5);
  });
  expect(events).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'start 2', 'end 2']);
});

test('an async handler that calls back and then resolves counts once', async () => {
  const errors = await aggregated(async (_, callback) => {
    callback(null);
    await delay(1);
  });
  expect(errors).toEqual([]);
});

test('an async handler that takes the callback and rejects ends its record', async () => {
  const errors = await aggregated(async (_, _callback) => {
    throw new Error('not now');
  });
  expect(errors).toHaveLength(3);
});

test.each(['aws-kinesis-agg', 'kinesis-agg/compat'])(
  'what a handler throws is nobody’s but the process’s: %s',
  (name) => {
    const script = `
    process.on('uncaughtException', ({ message }) => console.log('uncaught', message));
    const records = [1, 2].map((key) => ({ partitionKey: 'k' + key, data: Buffer.alloc(600000) }));
    const handler = ({ partitionKey }) => { throw new Error(partitionKey); };
    require(${JSON.stringify(name)}).aggregate(records, handler, () => console.log('end'), console.log);`;
    const printed = execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
    expect(printed).toBe('uncaught k1\n');
  },
);
