'use strict';

// What the older package's own tests assert of its four exports, written anew.

const { randomBytes, randomUUID } = require('node:crypto');
const { aggregate, deaggregate } = require('kinesis-agg/compat');

const MAX_PAYLOAD = 1024 * 1024;

function randomRecord(messageSize = 1024) {
  const key = randomUUID();
  return { partitionKey: key, explicitHashKey: key, data: randomBytes(messageSize).toString('base64') };
}

/** Aggregates and waits for the end; gives what the two callbacks saw. */
function aggregated(records, handler = (encoded, callback) => callback(null, encoded)) {
  const encodedRecordHandler = jest.fn(handler);
  const errorCallback = jest.fn();
  return new Promise((resolve) => {
    const afterPut = () => resolve({ encodedRecordHandler, errorCallback });
    aggregate(records, (encoded, callback) => encodedRecordHandler(encoded, callback), afterPut, errorCallback);
  });
}

test('deaggregate is a function', () => {
  expect(deaggregate).toBeInstanceOf(Function);
});

test('aggregate is a function', () => {
  expect(aggregate).toBeInstanceOf(Function);
});

test('what was aggregated is deaggregated', async () => {
  const texts = { aaaaaaaaa: 'Testing KPL Aggregated Record 1 我愛你', bbbbbbbb: 'Testing KPL Aggregated Record 2' };
  const seen = [];
  const { errorCallback } = await aggregated(
    [
      { partitionKey: 'aaaaaaaaa', explicitHashKey: 'ccccccccc', data: texts.aaaaaaaaa },
      { partitionKey: 'bbbbbbbb', explicitHashKey: 'ccccccccc', data: Buffer.from(texts.bbbbbbbb) },
    ],
    (encoded, callback) => {
      deaggregate(
        encoded,
        true,
        (_, record) => seen.push(record),
        () => {},
      );
      callback(null, encoded);
    },
  );
  expect(errorCallback).not.toHaveBeenCalled();
  expect(seen.map(({ partitionKey }) => partitionKey)).toEqual(Object.keys(texts));
  for (const { partitionKey, explicitPartitionKey, data } of seen) {
    expect(explicitPartitionKey).toBe('ccccccccc');
    expect(Buffer.from(data, 'base64').toString()).toBe(texts[partitionKey]);
  }
});

test('no records: one error, and the end', async () => {
  const { encodedRecordHandler, errorCallback } = await aggregated([]);
  expect(encodedRecordHandler).not.toHaveBeenCalled();
  expect(errorCallback).toHaveBeenCalledTimes(1);
});

test('a record of more than 1 MiB is an error, the others are encoded', async () => {
  const { encodedRecordHandler, errorCallback } = await aggregated([randomRecord(MAX_PAYLOAD + 42), randomRecord()]);
  expect(encodedRecordHandler).toHaveBeenCalledTimes(1);
  expect(errorCallback).toHaveBeenCalledTimes(1);
});

test('the handler gets each encoded record', async () => {
  const records = Array.from({ length: 1600 }, () => randomRecord());
  const { encodedRecordHandler, errorCallback } = await aggregated(records);
  expect(encodedRecordHandler).toHaveBeenCalledTimes(Math.ceil((1600 * 1024) / MAX_PAYLOAD) + 1);
  expect(errorCallback).not.toHaveBeenCalled();
});

test('no encoded record is larger than 1 MiB', async () => {
  const records = Array.from({ length: 1600 }, () => randomRecord());
  const { encodedRecordHandler } = await aggregated(records);
  expect(encodedRecordHandler.mock.calls.length).toBeGreaterThan(1);
  for (const [{ data }] of encodedRecordHandler.mock.calls) expect(data.length).toBeLessThanOrEqual(MAX_PAYLOAD);
});

test('the end comes when every handler is done', async () => {
  const records = Array.from({ length: 1028 }, () => randomRecord());
  let done = 0;
  const { errorCallback } = await aggregated(records, (_, callback) => {
    setTimeout(() => {
      done++;
      callback(null, true);
    }, 50);
  });
  expect(errorCallback).not.toHaveBeenCalled();
  expect(done).toBe(2);
});

describe('the explicit hash key is optional', () => {
  const records = Array.from({ length: 100 }, () => ({
    partitionKey: randomUUID(),
    data: Buffer.from(randomBytes(100).toString('base64')),
  }));

  test('without any, the encoded record has none', async () => {
    const { encodedRecordHandler, errorCallback } = await aggregated(records);
    expect(encodedRecordHandler).toHaveBeenCalledTimes(1);
    expect(encodedRecordHandler.mock.calls[0][0]).not.toHaveProperty('ExplicitHashKey');
    expect(errorCallback).not.toHaveBeenCalled();
  });

  test('with some, numbers from 0, it has one', async () => {
    const withKeys = records.map((record, explicitHashKey) => ({ ...record, explicitHashKey }));
    const { encodedRecordHandler, errorCallback } = await aggregated(withKeys);
    expect(encodedRecordHandler).toHaveBeenCalledTimes(1);
    expect(encodedRecordHandler.mock.calls[0][0].ExplicitHashKey).toBe(0);
    expect(errorCallback).not.toHaveBeenCalled();
  });
});
