'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { RecordAggregator, deaggregate } = require('../..');
const { givenKinesis, readAll } = require('../support/kinesis');

const kinesis = givenKinesis();

const KEYS = 40;
const PER_KEY = 30;
const LANES = 8;
const CONCURRENCY = 10;
const BATCH = 4;

/** Sends numbered records of many keys through a reshard; a lane's aggregates go one after the other. */
async function sentThroughAReshard(routing) {
  const stream = await kinesis.stream(2);
  const aggregator = new RecordAggregator({ routing, maxUserRecords: 20 });
  for (let n = 0; n < PER_KEY; n++) {
    if (n === PER_KEY / 2) await stream.reshard();
    const closed = [];
    for (let key = 0; key < KEYS; key++) {
      const aggregate = aggregator.addUserRecord({ partitionKey: `key-${key}`, data: String(n) });
      if (aggregate !== undefined) closed.push(aggregate);
    }
    await stream.put(closed, { inOrder: true });
  }
  await stream.put(aggregator.flush(), { inOrder: true });
  return stream;
}

/** The numbers of each partition key in the order in which they were handed over. */
class Received {
  perKey = new Map();

  take(userRecords) {
    for (const { partitionKey, data } of userRecords) {
      this.perKey.set(partitionKey, [...(this.perKey.get(partitionKey) ?? []), Number(data.toString())]);
    }
  }
}

const inOrder = Array.from({ length: PER_KEY }, (_, n) => n);

test('lanes keep the order per partition key across a split and a merge', async () => {
  const stream = await sentThroughAReshard({ lanes: LANES });
  const received = new Received();
  for (const records of (await readAll(stream)).values()) received.take(deaggregate(records));
  expect(received.perKey.size).toBe(KEYS);
  for (const numbers of received.perKey.values()) expect(numbers).toEqual(inOrder);
});

test('lanes keep it under consumers that work side by side by outer partition key', async () => {
  const stream = await sentThroughAReshard({ lanes: LANES });
  const received = new Received();
  const usedTogether = new Set();
  for (const records of (await readAll(stream)).values()) {
    // As ParallelizationFactor does: within a shard, each outer partition key has one consumer at a time.
    const consumers = Array.from({ length: CONCURRENCY }, () => []);
    for (const record of records) consumers[numberOf(record.PartitionKey) % CONCURRENCY].push(record);
    usedTogether.add(consumers.filter((queue) => queue.length > 0).length);
    await Promise.all(
      consumers.map(async (queue, i) => {
        for (let from = 0; from < queue.length; from += BATCH) {
          await sleep((i * 7 + from) % 5);
          received.take(deaggregate(queue.slice(from, from + BATCH)));
        }
      }),
    );
  }
  expect(Math.max(...usedTogether)).toBeGreaterThan(1);
  for (const numbers of received.perKey.values()) expect(numbers).toEqual(inOrder);
});

test('partitionKey keeps it as well', async () => {
  const stream = await sentThroughAReshard('partitionKey');
  const received = new Received();
  for (const records of (await readAll(stream)).values()) received.take(deaggregate(records));
  for (const numbers of received.perKey.values()) expect(numbers).toEqual(inOrder);
});

test('after setShards, records go where the new shards are', async () => {
  const stream = await kinesis.stream(2);
  const before = await stream.listShards();
  const aggregator = new RecordAggregator({ routing: { shards: before } });
  const keys = Array.from({ length: KEYS }, (_, i) => `key-${i}`);
  aggregator.addUserRecords(keys.map((partitionKey) => ({ partitionKey, data: 'open while the stream is resharded' })));
  await stream.reshard();
  const after = await stream.listShards();
  const closed = aggregator.setShards(after);
  await stream.put([...closed, ...aggregator.flush()], { inOrder: false });
  const received = await readAll(stream);
  const ranges = new Map(after.map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange]));
  let count = 0;
  for (const [shardId, records] of received) {
    count += deaggregate(records, { hashKeyRange: ranges.get(shardId) }).length;
  }
  expect(count).toBe(KEYS);
});

function numberOf(lane) {
  return Number(/^lane-(\d+)-of-\d+$/.exec(lane)[1]);
}
