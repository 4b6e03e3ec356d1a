'use strict';

// The model of the event source mapping against what is known of the real one.

const { deliver, TIMED_OUT } = require('../oracle/event-source-mapping');
const { lambdaEvent } = require('kinesis-agg/testing');

const records = (count) =>
  lambdaEvent(
    Array.from({ length: count }, (_, i) => ({ partitionKey: 'a', data: String(i) })),
    { plain: true },
  ).Records;
const numberOf = (record) => Number(Buffer.from(record.kinesis.data, 'base64'));
const naming = (record) => ({ batchItemFailures: [{ itemIdentifier: record.kinesis.sequenceNumber }] });

/** Delivers so many records to a function, and gives what each call was handed. */
async function calls(count, answer, mapping) {
  const batches = [];
  const discarded = await deliver(
    records(count),
    async ({ Records }) => {
      batches.push(Records.map(numberOf));
      return answer(Records, batches.length);
    },
    mapping,
  );
  return { batches, discarded: discarded.map(numberOf) };
}

test.each([[undefined], [null], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }]])(
  '%j is success',
  async (answer) => {
    expect((await calls(3, () => answer, { batchSize: 2 })).batches).toEqual([[0, 1], [2]]);
  },
);

test.each([
  ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
  ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
  ['a wrong name of the field', { batchItemFailures: [{ id: '1' }] }],
  ['an identifier of no record', { batchItemFailures: [{ itemIdentifier: '1' }] }],
  ['a time-out', TIMED_OUT],
])('%s is the whole batch', async (_, failure) => {
  const { batches } = await calls(2, (_records, call) => (call === 1 ? failure : undefined), { batchSize: 2 });
  expect(batches).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test('of several identifiers the lowest counts', async () => {
  const answer = (Records, call) =>
    call === 1
      ? { batchItemFailures: [...naming(Records[2]).batchItemFailures, ...naming(Records[1]).batchItemFailures] }
      : {};
  expect((await calls(4, answer, { batchSize: 4 })).batches).toEqual([
    [0, 1, 2, 3],
    [1, 2, 3],
  ]);
});

test('without ReportBatchItemFailures answers are not read', async () => {
  const mapping = { batchSize: 2, reportBatchItemFailures: false };
  expect((await calls(2, ([first]) => naming(first), mapping)).batches).toEqual([[0, 1]]);
});

test('3 retries are 5 deliveries of a failing last record: an advance starts a fresh count', async () => {
  const answer = (Records) => naming(Records.at(-1));
  const { batches, discarded } = await calls(3, answer, { batchSize: 3, maximumRetryAttempts: 3 });
  expect(batches).toEqual([[0, 1, 2], [2], [2], [2], [2]]);
  expect(discarded).toEqual([2]);
});

test('when retries run out, all from the reported record to the end of the batch goes', async () => {
  const answer = (Records) => (Records.length > 1 ? naming(Records[Records.length === 4 ? 1 : 0]) : {});
  const { discarded } = await calls(5, answer, { batchSize: 4, maximumRetryAttempts: 1 });
  expect(discarded).toEqual([1, 2, 3]);
});

test('a function error bisects, down to one record', async () => {
  const answer = (Records) => {
    if (Records.some((record) => numberOf(record) === 2)) throw new Error('not now');
  };
  const { batches, discarded } = await calls(4, answer, {
    batchSize: 4,
    maximumRetryAttempts: 1,
    bisectBatchOnFunctionError: true,
  });
  expect(batches).toEqual([[0, 1, 2, 3], [0, 1], [2, 3], [2], [2], [3]]);
  expect(discarded).toEqual([2]);
});

test('records that are too old are left out', async () => {
  const [{ kinesis }] = records(1);
  const now = () => kinesis.approximateArrivalTimestamp * 1000 + 1001;
  const { discarded } = await calls(2, () => undefined, { batchSize: 2, maximumRecordAgeMs: 1000, now });
  expect(discarded).toEqual([0, 1]);
});
