'use strict';

// What may run beside what, and what starts next.

const { processEvent } = require('kinesis-agg/lambda');
const { lambdaEvent } = require('kinesis-agg/testing');

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Processes user records named by key and number, each of which runs until it is told to end. */
function given(names, options, event = lambdaEvent(names.map((data) => ({ partitionKey: data.charAt(0), data })))) {
  const started = [];
  const ends = new Map();
  const handler = ({ data }) => {
    started.push(data.toString());
    return new Promise((resolve, reject) => ends.set(data.toString(), { resolve, reject }));
  };
  const result = processEvent(event, handler, options);
  return {
    started,
    result,
    async end(name) {
      ends.get(name).resolve();
      await turn();
      return started;
    },
    async fail(name) {
      ends.get(name).reject(new Error('not now'));
      await turn();
      return started;
    },
  };
}

test('records of one key never overlap, and others go ahead', async () => {
  const { started, end, result } = given(['a0', 'a1', 'b0', 'a2', 'b1', 'c0'], { concurrency: 3 });
  await turn();
  expect(started).toEqual(['a0', 'b0', 'c0']);
  await end('b0');
  expect(started).toEqual(['a0', 'b0', 'c0', 'b1']);
  await end('a0');
  expect(started.slice(4)).toEqual(['a1']);
  for (const name of ['a1', 'a2', 'b1', 'c0']) await end(name);
  expect(await result).toMatchObject({ handled: 6, response: { batchItemFailures: [] } });
});

test("the slot that a key's record frees goes to that key's next one", async () => {
  const { started, end } = given(['a0', 'b0', 'a1', 'c0', 'd0'], { concurrency: 2 });
  await turn();
  expect(started).toEqual(['a0', 'b0']);
  expect(await end('b0')).toEqual(['a0', 'b0', 'c0']);
  expect(await end('a0')).toEqual(['a0', 'b0', 'c0', 'a1']);
  expect(await end('a1')).toEqual(['a0', 'b0', 'c0', 'a1', 'd0']);
});

test('never more than so many', async () => {
  const names = Array.from('abcdefghij');
  const { started, end } = given(names, { concurrency: 4 });
  await turn();
  expect(started).toEqual(['a', 'b', 'c', 'd']);
  expect(await end('c')).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a record without partition key waits for nobody', async () => {
  const event = lambdaEvent(
    ['0', '1', '2'].map((data) => ({ partitionKey: 'a', data })),
    { plain: true },
  );
  for (const { kinesis } of event.Records) delete kinesis.partitionKey;
  const { started } = given([], { concurrency: 3 }, event);
  await turn();
  expect(started).toEqual(['0', '1', '2']);
});

test('none starts more than 1000 behind the earliest unhandled one', async () => {
  const names = ['a0', ...Array.from({ length: 1500 }, (_, i) => `${String.fromCharCode(1000 + i)}`)];
  let endFirst;
  const started = [];
  const result = processEvent(
    lambdaEvent(names.map((data) => ({ partitionKey: data, data }))),
    ({ data }) => {
      started.push(data.toString());
      if (data.toString() === 'a0') return new Promise((resolve) => (endFirst = resolve));
    },
    { concurrency: 2 },
  );
  await turn();
  expect(started).toHaveLength(1001);
  endFirst();
  expect(await result).toMatchObject({ handled: 1501 });
});

test('also not where a busy key waits', async () => {
  const names = [...Array.from({ length: 1200 }, (_, i) => `a${i}`), 'b'];
  const { started, end } = given(names, { concurrency: 2 });
  await turn();
  expect(started).toEqual(['a0']);
  for (let i = 0; i < 199; i++) await end(`a${i}`);
  expect(started.at(-1)).toBe('a199');
  expect(await end('a199')).toEqual(expect.arrayContaining(['a200', 'b']));
});

test('after a failure nothing starts, what runs is awaited, and its failures are heard of', async () => {
  const heard = [];
  const onError = (_, { data }) => {
    heard.push(data.toString());
    return data.toString() === 'c0' ? 'drop' : 'retry';
  };
  const { started, end, fail, result } = given(['a0', 'b0', 'c0', 'a1', 'd0'], { concurrency: 3, onError });
  await turn();
  await fail('b0');
  await fail('c0');
  await end('a0');
  expect(started).toEqual(['a0', 'b0', 'c0']);
  expect(heard).toEqual(['b0', 'c0']);
  expect(await result).toMatchObject({ handled: 1, dropped: 1, unhandled: 3, repeated: 2, stopped: 'error' });
});

test("a key is busy while its record's verdict is awaited", async () => {
  let decide;
  const onError = () => new Promise((resolve) => (decide = resolve));
  const { started, fail, result, end } = given(['a0', 'b0', 'a1', 'c0'], { concurrency: 2, onError });
  await turn();
  await fail('a0');
  expect(started).toEqual(['a0', 'b0']);
  decide('drop');
  await turn();
  expect(started).toEqual(['a0', 'b0', 'a1']);
  for (const name of ['b0', 'a1', 'c0']) await end(name);
  expect(await result).toMatchObject({ handled: 3, dropped: 1 });
});

test('a handler that gives no promise is not awaited', async () => {
  const order = [];
  const handler = ({ data }) => {
    order.push(data.toString());
    queueMicrotask(() => order.push('microtask'));
  };
  await processEvent(lambdaEvent(['0', '1', '2'].map((data) => ({ partitionKey: 'a', data }))), handler);
  expect(order.slice(0, 3)).toEqual(['0', '1', '2']);
});
