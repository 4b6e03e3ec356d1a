'use strict';

const {
  GetRecordsCommand,
  GetShardIteratorCommand,
  RegisterStreamConsumerCommand,
  SubscribeToShardCommand,
  DescribeStreamConsumerCommand,
} = require('@aws-sdk/client-kinesis');
const { setTimeout: sleep } = require('node:timers/promises');
const { aggregate, deaggregate } = require('../..');
const { arnOf, givenKinesis, putAll } = require('../given/kinesis');

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

async function active(ConsumerARN) {
  for (;;) {
    const { ConsumerDescription } = await kinesis.client.send(new DescribeStreamConsumerCommand({ ConsumerARN }));
    if (ConsumerDescription.ConsumerStatus === 'ACTIVE') return;
    await sleep(20);
  }
}
