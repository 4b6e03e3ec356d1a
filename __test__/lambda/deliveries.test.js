'use strict';

// What a handler is given, by an event source mapping, by EventBridge Pipes, and behind a middleware that has expanded the
// event.

const { deaggregateRecords, KplError } = require('../..');
const { createHandler, processEvent } = require('kinesis-agg/lambda');
const { lambdaEvent } = require('kinesis-agg/testing');

const USER_RECORDS = ['a0', 'a1', 'a2', 'p', 'c0', 'c1'].map((data) => ({ partitionKey: data.charAt(0), data }));
const givenEvent = () => lambdaEvent(USER_RECORDS, { plain: ({ data }) => data === 'p' });
const [K1, K2, K3] = givenEvent().Records.map(({ eventID }) => eventID);
const IDS = [`${K1}:0`, `${K1}:1`, `${K1}:2`, `${K2}:0`, `${K3}:0`, `${K3}:1`];

const asPipes = ({ Records }) =>
  Records.map(({ kinesis, eventID, eventSource, eventSourceARN, awsRegion }) => ({
    ...kinesis,
    eventID,
    eventSource,
    eventSourceARN,
    awsRegion,
  }));
const EXPANSIONS = {
  'as it came': (records) => records,
  'expanded before': (records) => deaggregateRecords(records),
};

async function deliveriesOf(event) {
  const deliveries = [];
  await processEvent(event, (_record, delivery) => deliveries.push(delivery));
  return deliveries;
}

describe.each(Object.entries(EXPANSIONS))('%s', (_, expand) => {
  const forms = {
    'an event source mapping': () => ({ Records: expand(givenEvent().Records) }),
    'EventBridge Pipes': () => expand(asPipes(givenEvent())),
  };

  test.each(Object.entries(forms))('%s: the id is the same at every delivery', async (_form, make) => {
    const [first, second] = [await deliveriesOf(make()), await deliveriesOf(make())];
    expect(first.map(({ id }) => id)).toEqual(IDS);
    expect(second.map(({ id }) => id)).toEqual(IDS);
  });

  test.each(Object.entries(forms))('%s: source is the very object, arrivedAt its time', async (_form, make) => {
    const event = make();
    const records = event.Records ?? event;
    const deliveries = await deliveriesOf(event);
    for (const { source, arrivedAt } of deliveries) {
      expect(records.some((record) => record === source)).toBe(true);
      expect(arrivedAt).toEqual(new Date(1545084650987));
    }
    expect(new Set(deliveries.map(({ source }) => source)).size).toBe(records.length);
  });

  const process = (event, name, options) => {
    const handler = ({ data }) => {
      if (data.toString() === name) throw new Error('not now');
    };
    return processEvent(event, handler, options);
  };
  const FIRST_OF = { a1: [K1, 1, 1], p: [K2, 3, 0], c1: [K3, 5, 1] };

  test.each(Object.entries(FIRST_OF))(
    'a mapping is told the sequence number: %s',
    async (name, [eventID, handled, repeated]) => {
      const result = await process(forms['an event source mapping'](), name);
      const itemIdentifier = eventID.split(':')[1];
      expect(result).toMatchObject({ response: { batchItemFailures: [{ itemIdentifier }] }, handled, repeated });
      expect(result.userRecords).toBe(6);
      expect(result.position).toEqual({ sequenceNumber: itemIdentifier, subSequenceNumber: repeated });
    },
  );

  test.each(Object.entries(FIRST_OF))(
    'Pipes are told all ids from there on: %s',
    async (name, [eventID, handled, repeated]) => {
      const result = await process(forms['EventBridge Pipes'](), name);
      const ids = [K1, K2, K3].slice([K1, K2, K3].indexOf(eventID));
      const batchItemFailures = ids.map((itemIdentifier) => ({ itemIdentifier }));
      expect(result).toMatchObject({ response: { batchItemFailures }, handled, repeated });
    },
  );

  test('progress counts the user records of the Kinesis record', async () => {
    const saved = new Map();
    const progress = { load: jest.fn((id) => saved.get(id)), save: (id, handled) => saved.set(id, handled) };
    await process(forms['an event source mapping'](), 'a2', { progress });
    expect([...saved]).toEqual([[K1, 2]]);
    const again = await process(forms['an event source mapping'](), undefined, { progress });
    expect(again).toMatchObject({ skipped: 2, handled: 4 });
    expect(progress.load.mock.calls).toEqual([[K1], [K1]]);
  });
});

test('a store is not asked where the first Kinesis record holds one user record', async () => {
  const progress = { load: jest.fn(), save: jest.fn() };
  const event = givenEvent();
  event.Records.shift();
  const handler = ({ data }) => {
    if (data.toString() === 'c1') throw new Error('not now');
  };
  const result = await processEvent(event, handler, { progress });
  expect(progress.load).not.toHaveBeenCalled();
  expect(progress.save.mock.calls).toEqual([[K3, 1]]);
  expect(result.repeated).toBe(0);
});

test('a number that has not grown is not saved again', async () => {
  const progress = { load: () => 1, save: jest.fn() };
  const handler = ({ data }) => {
    if (data.toString() === 'a1') throw new Error('not now');
  };
  const result = await processEvent(givenEvent(), handler, { progress });
  expect(result).toMatchObject({ skipped: 1, handled: 0, repeated: 0 });
  expect(progress.save).not.toHaveBeenCalled();
});

test('the sequence number stands for an eventID that is missing', async () => {
  const event = givenEvent();
  for (const record of event.Records) delete record.eventID;
  const [{ id }] = await deliveriesOf(event);
  expect(id).toBe(`${event.Records[0].kinesis.sequenceNumber}:0`);
});

test('where the event says nothing of the time, there is none', async () => {
  const event = givenEvent();
  delete event.Records[0].kinesis.approximateArrivalTimestamp;
  expect((await deliveriesOf(event))[0].arrivedAt).toBeUndefined();
});

test('nothing of ours is the `this` of a handler', async () => {
  const seen = [];
  const handler = function () {
    seen.push(this);
    throw new Error('not now');
  };
  const onError = function () {
    seen.push(this);
  };
  await processEvent(givenEvent(), handler, { onError });
  expect(seen).toEqual([undefined, undefined]);
});

test('the event is left as it is', async () => {
  const event = givenEvent();
  await processEvent(event, () => {});
  expect(event).toEqual(givenEvent());
  await processEvent(Object.freeze(event.Records.map(Object.freeze)), () => {});
});

test('a KplError is the one of kinesis-agg, in every face', async () => {
  await expect(processEvent(undefined, () => {})).rejects.toBeInstanceOf(KplError);
  expect(() => lambdaEvent([], { broken: 0 })).toThrow(KplError);
  expect(() => createHandler()).toThrow(KplError);
});
