'use strict';

// What Lambda gets, and what the log gets.

const { createHandler } = require('kinesis-agg/lambda');
const { lambdaEvent } = require('kinesis-agg/testing');

const event = lambdaEvent(
  ['a0', 'a1', 'b0'].map((data) => ({ partitionKey: data.charAt(0), data })),
  { maxUserRecords: 2 },
);
const [first, second] = event.Records.map(({ kinesis }) => kinesis.sequenceNumber);
const from = (itemIdentifier) => ({ batchItemFailures: [{ itemIdentifier }] });
const failingAt =
  (name) =>
  async ({ data }) => {
    if (data.toString() === name) throw new Error('not now');
  };
const ended = { getRemainingTimeInMillis: () => 0 };
const endedAfter = (starts) => ({ getRemainingTimeInMillis: () => (starts-- > 0 ? 60_000 : 0) });

beforeEach(() => jest.spyOn(console, 'error').mockImplementation(() => {}));
afterEach(() => jest.restoreAllMocks());
const lines = () => /** @type {jest.Mock} */ (console.error).mock.calls;

test('answers with the response alone', async () => {
  expect(await createHandler(async () => {})(event)).toEqual({ batchItemFailures: [] });
  expect(await createHandler(failingAt('b0'))(event)).toEqual(from(second));
});

test('Lambda must not take it for a function with a callback', () => {
  expect(createHandler(() => {}).length).toBeLessThan(3);
});

test('passes the context on', async () => {
  expect(await createHandler(async () => {})(event, ended)).toEqual(from(first));
});

test('a failure is one line with id and error', async () => {
  await createHandler(failingAt('a1'))(event);
  expect(lines()).toEqual([[expect.stringContaining(`shardId-000000000000:${first}:1`), new Error('not now')]]);
});

test('nothing else is printed', async () => {
  await createHandler(async () => {})(event);
  await createHandler(failingAt('a1'), { onError: () => 'drop' })(event);
  expect(lines()).toEqual([]);
});

test('an onError that fails does not fail silently', async () => {
  const onError = async () => {
    throw new Error('queue is down');
  };
  expect(await createHandler(failingAt('a1'), { onError })(event)).toEqual(from(first));
  expect(lines()).toEqual([[expect.stringContaining('onError'), new Error('queue is down')]]);
});

test('nor does one whose verdict is none', async () => {
  await createHandler(failingAt('a1'), { onError: () => 'skip' })(event);
  expect(lines()).toEqual([[expect.stringContaining('onError'), expect.objectContaining({ code: 'ERR_KPL_OPTION' })]]);
});

test('an error of progress is printed', async () => {
  const progress = { load: () => Promise.reject(new Error('table is gone')), save: () => {} };
  await createHandler(async () => {}, { progress, onError: () => {} })(event);
  expect(lines()).toEqual([[expect.stringContaining('progress'), new Error('table is gone')]]);
});

test('a deadline inside the first Kinesis record is printed', async () => {
  await createHandler(async () => {})(event, endedAfter(2));
  expect(lines()).toEqual([[expect.stringContaining(first)]]);
});

test('but not with progress, nor behind the first Kinesis record', async () => {
  const progress = { load: () => undefined, save: () => {} };
  expect(await createHandler(async () => {}, { progress })(event, endedAfter(4))).toEqual(from(first));
  const later = createHandler(async () => {});
  let left = 60_000;
  const handler = createHandler(({ data }) => {
    if (data.toString() === 'a1') left = 0;
  });
  expect(await handler(event, { getRemainingTimeInMillis: () => left })).toEqual(from(second));
  expect(await later(event)).toEqual({ batchItemFailures: [] });
  expect(lines()).toEqual([]);
});
