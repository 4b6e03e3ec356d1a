'use strict';

const {
  GetRecordsCommand,
  GetShardIteratorCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
  DescribeStreamConsumerCommand,
} = require('@aws-sdk/client-kinesis');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');
const { aggregate, deaggregate, decode, iterDeaggregate } = require('../..');
const { kinesisEvent } = require('../support/examples');
const { arnOf, givenKinesis, putAll } = require('../support/kinesis');

const kinesis = givenKinesis();

const TEXTS = Array.from({ length: 30 }, (_, i) => `text ${i}`);
const PER_AGGREGATE = 5;

async function filledStream() {
  const stream = await kinesis.stream(1);
  const [{ ShardId }] = await stream.listShards();
  const records = TEXTS.map((data) => ({ partitionKey: 'key', data }));
  const places = await putAll(stream, aggregate(records, { maxUserRecords: PER_AGGREGATE }));
  return { stream, ShardId, places };
}

async function read(stream, position) {
  const { ShardIterator } = await kinesis.client.send(
    new GetShardIteratorCommand({ StreamName: stream.name, ...position }),
  );
  return (await kinesis.client.send(new GetRecordsCommand({ ShardIterator }))).Records;
}

test.each([
  ['AT_SEQUENCE_NUMBER', 3],
  ['AFTER_SEQUENCE_NUMBER', 4],
])('an iterator %s in the middle begins with a whole aggregate', async (ShardIteratorType, first) => {
  const { stream, ShardId, places } = await filledStream();
  const StartingSequenceNumber = places[3].SequenceNumber;
  const userRecords = deaggregate(await read(stream, { ShardId, ShardIteratorType, StartingSequenceNumber }));
  expect(userRecords.map(({ data }) => data.toString())).toEqual(TEXTS.slice(first * PER_AGGREGATE));
  expect(userRecords.map((record) => [record.sequenceNumber, record.subSequenceNumber])).toEqual(
    TEXTS.slice(first * PER_AGGREGATE).map((_, i) => [
      places[first + Math.floor(i / PER_AGGREGATE)].SequenceNumber,
      i % PER_AGGREGATE,
    ]),
  );
});

test('a checkpoint of sequence number and sub-sequence number resumes inside an aggregate', async () => {
  const { stream, ShardId, places } = await filledStream();
  const checkpoint = { sequenceNumber: places[2].SequenceNumber, subSequenceNumber: 1 };
  const records = await read(stream, {
    ShardId,
    ShardIteratorType: 'AT_SEQUENCE_NUMBER',
    StartingSequenceNumber: checkpoint.sequenceNumber,
  });
  const rest = deaggregate(records).filter(
    ({ sequenceNumber, subSequenceNumber }) =>
      sequenceNumber !== checkpoint.sequenceNumber || subSequenceNumber > checkpoint.subSequenceNumber,
  );
  expect(rest.map(({ data }) => data.toString())).toEqual(TEXTS.slice(2 * PER_AGGREGATE + 2));
});

test('records of GetRecords are read as they come, and left as they were', async () => {
  const { stream, ShardId } = await filledStream();
  const records = await read(stream, { ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  const before = records.map((record) => ({ ...record, Data: Buffer.from(record.Data) }));
  expect(deaggregate(records)).toHaveLength(TEXTS.length);
  expect(records.map((record) => ({ ...record, Data: Buffer.from(record.Data) }))).toEqual(before);
});

const placesOf = (places) =>
  TEXTS.map((_, i) => `${places[Math.floor(i / PER_AGGREGATE)].SequenceNumber}:${i % PER_AGGREGATE}`);
const placeOf = ({ sequenceNumber, subSequenceNumber }) => `${sequenceNumber}:${subSequenceNumber}`;

async function eventStreamOf(stream, ShardId) {
  const { Consumer } = await kinesis.client.send(
    new RegisterStreamConsumerCommand({ StreamARN: await arnOf(stream), ConsumerName: 'streaming' }),
  );
  const { ConsumerARN } = Consumer;
  await active(ConsumerARN);
  const StartingPosition = { Type: 'TRIM_HORIZON' };
  return kinesis.client.send(new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition }));
}

test('a generator of three lines makes a stream of user records out of SubscribeToShard, which a break ends', async () => {
  const { stream, ShardId, places } = await filledStream();
  const { EventStream } = await eventStreamOf(stream, ShardId);
  async function* records() {
    for await (const { SubscribeToShardEvent: event } of EventStream) if (event) yield event.Records;
  }
  const seen = [];
  for await (const record of iterDeaggregate(records())) if (seen.push(placeOf(record)) === TEXTS.length) break;
  expect(seen).toEqual(placesOf(places));
});

test('a GetRecords loop makes one too, which goes on after a position and through Node streams', async () => {
  const { stream, ShardId, places } = await filledStream();
  async function* shard() {
    const start = { StreamName: stream.name, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let { ShardIterator } = await kinesis.client.send(new GetShardIteratorCommand(start));
    for (let read = 0; read < places.length; ) {
      const { Records, NextShardIterator } = await kinesis.client.send(
        new GetRecordsCommand({ ShardIterator, Limit: 2 }),
      );
      read += Records.length;
      ShardIterator = NextShardIterator;
      yield Records;
    }
  }
  const after = { sequenceNumber: places[2].SequenceNumber, subSequenceNumber: 1 };
  const seen = [];
  for await (const record of iterDeaggregate(shard(), { after })) seen.push(placeOf(record));
  expect(seen).toEqual(placesOf(places).slice(2 * PER_AGGREGATE + 2));

  const piped = [];
  await pipeline(shard(), iterDeaggregate, async (userRecords) => {
    for await (const record of userRecords) piped.push(placeOf(record));
  });
  expect(piped).toEqual(placesOf(places));
});

test('records of SubscribeToShard (enhanced fan-out) are read as they come', async () => {
  const { stream, ShardId, places } = await filledStream();
  const consumer = await kinesis.client.send(
    new RegisterStreamConsumerCommand({ StreamARN: await arnOf(stream), ConsumerName: 'fan-out' }),
  );
  const ConsumerARN = consumer.Consumer.ConsumerARN;
  await active(ConsumerARN);
  const { EventStream } = await kinesis.client.send(
    new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: { Type: 'TRIM_HORIZON' } }),
  );
  const userRecords = [];
  for await (const { SubscribeToShardEvent } of EventStream) {
    userRecords.push(...deaggregate(SubscribeToShardEvent?.Records ?? []));
    if (userRecords.length >= TEXTS.length) break;
  }
  expect(userRecords.map(({ data }) => data.toString())).toEqual(TEXTS);
  expect(new Set(userRecords.map(({ sequenceNumber }) => sequenceNumber))).toEqual(
    new Set(places.map(({ SequenceNumber }) => SequenceNumber)),
  );
});

test('the same records, as a Lambda event brings them, give the same user records', async () => {
  const { stream, ShardId } = await filledStream();
  const records = await read(stream, { ShardId, ShardIteratorType: 'TRIM_HORIZON' });
  const [{ kinesis: _, ...envelope }] = kinesisEvent().Records;
  const event = records.map((record) => ({
    ...envelope,
    eventID: `${ShardId}:${record.SequenceNumber}`,
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.PartitionKey,
      sequenceNumber: record.SequenceNumber,
      data: Buffer.from(record.Data).toString('base64'),
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp.getTime() / 1000,
    },
  }));
  expect(deaggregate(event)).toEqual(deaggregate(records));
  expect(deaggregate(event.map(({ kinesis }) => kinesis))).toEqual(deaggregate(records));
});

test('a Lambda event with every field is read and left as it was', () => {
  const { Records } = kinesisEvent();
  const userRecords = deaggregate(deepFrozen(Records));
  expect(userRecords.map(({ data, ...rest }) => ({ ...rest, text: data.toString() }))).toEqual([
    lambdaUserRecord(Records[0], 0, 'device-1', '{"celsius":20.5}'),
    lambdaUserRecord(Records[0], 1, 'device-2', '{"celsius":21}'),
    lambdaUserRecord(Records[0], 2, 'device-1', '{"celsius":20.75}'),
    { ...lambdaUserRecord(Records[1], 0, 'device-4', '{"celsius":18}'), aggregated: false },
    lambdaUserRecord(Records[2], 0, 'device-3', '{"celsius":19.25}'),
    lambdaUserRecord(Records[2], 1, 'device-2', '{"celsius":21.5}'),
  ]);
  expect(Records).toEqual(kinesisEvent().Records);
  const batch = decode(Records);
  expect(batch.source(1)).toBe(Records[0]);
  expect(batch.approximateArrivalTimestamp(3)).toBe(Records[1].kinesis.approximateArrivalTimestamp);
});

function lambdaUserRecord({ kinesis }, subSequenceNumber, partitionKey, text) {
  return {
    partitionKey,
    // The first aggregate's records carry the hash key of its partition key: a routing wrote it.
    explicitHashKey: null,
    sequenceNumber: kinesis.sequenceNumber,
    subSequenceNumber,
    aggregated: true,
    text,
  };
}

function deepFrozen(value) {
  if (value !== null && typeof value === 'object') {
    for (const inner of Object.values(value)) deepFrozen(inner);
    Object.freeze(value);
  }
  return value;
}

async function active(ConsumerARN) {
  for (;;) {
    const { ConsumerDescription } = await kinesis.client.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
    if (ConsumerDescription.ConsumerStatus === 'ACTIVE') return;
    await sleep(20);
  }
}
