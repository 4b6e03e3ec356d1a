'use strict';

// Producers with the real SDK on streams of kinesis-local behind a fault endpoint, and the invariants on what is stored.

const { setTimeout: sleep } = require('node:timers/promises');
const { Kinesis } = require('@aws-sdk/client-kinesis');
const { NodeHttpHandler } = require('@smithy/node-http-handler');
const { KinesisProducer } = require('kinesis-agg/producer');
const { deaggregate } = require('../../..');
const { givenKinesis, readAll } = require('../kinesis');
const { FaultEndpoint } = require('./fault-endpoint');

/**
 * A fault endpoint for each test of a file, before one kinesis-local for all of them.
 *
 * @param {object} [settings]
 * @param {boolean} [settings.http2] instead of HTTP/1.1
 * @param {() => any} [settings.requestHandler] of the SDK
 */
function givenProducers({ http2 = false, requestHandler = () => new NodeHttpHandler() } = {}) {
  const kinesis = givenKinesis();
  const clients = [];
  const given = {
    kinesis,
    faults: /** @type {FaultEndpoint} */ (/** @type {unknown} */ (undefined)),

    /** A client of the SDK for an endpoint. */
    client(url, config = {}) {
      const client = new Kinesis({
        endpoint: url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        requestHandler: requestHandler(),
        maxAttempts: 1,
        ...config,
      });
      clients.push(client);
      return client;
    },

    /** A producer on a new stream behind the fault endpoint. */
    async producer({ shards = 4, client: config = {}, url = given.faults.url, ...options } = {}) {
      const stream = await kinesis.stream(shards);
      const client = given.client(url, config);
      await client.listStreams({}); // what the SDK does once is no part of the test
      const log = [];
      const logger = { warn: (message) => log.push(message), error: (message) => log.push(message) };
      const producer = new KinesisProducer({ client, streamName: stream.name, logger, ...options });
      return { stream, producer, log, options };
    },
  };
  beforeEach(async () => {
    given.faults = new FaultEndpoint(kinesis.endpoint, { http2 });
    await given.faults.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await given.faults.stop();
  });
  return given;
}

let lastId = 0;

/** Puts a record whose data nothing else has; gives what became of it and how long that took. */
async function putOne(producer, partitionKey, bytes = 100) {
  const began = performance.now();
  const book = { data: `${lastId++}:${'x'.repeat(bytes)}`, partitionKey };
  try {
    return { ...book, result: await producer.put(book), ms: performance.now() - began };
  } catch (error) {
    return { ...book, error, ms: performance.now() - began };
  }
}

/** Puts so many records, over so many keys; gives what became of each. */
async function putMany(producer, count, { keys = 50, paceMs = 0, bytes = 100 } = {}) {
  const books = [];
  for (let i = 0; i < count; i++) {
    books.push(putOne(producer, `key-${i % keys}`, bytes));
    if (paceMs > 0 && i % 10 === 9) await sleep(paceMs);
  }
  return Promise.all(books);
}

/** I1 to I8 on what the shards hold. Gives how often each record is stored. */
async function expectInvariants({ stream, producer, options }, books) {
  await producer.close();
  const copies = await copiesOf(stream, books);
  for (const { data, partitionKey, result, error } of books) {
    const its = copies.get(data);
    if (result) {
      const copy = its.find(({ sequenceNumber }) => sequenceNumber === result.sequenceNumber);
      const isThere = copy?.shardId === result.shardId && copy.subSequenceNumber === result.subSequenceNumber;
      holds('I2: where it says', isThere && copy.partitionKey === partitionKey, result);
      holds('I3: stored once', result.mayBeDuplicated || its.length === 1, result);
    } else {
      holds('I4: not stored', error.mayBeStored || its.length === 0, error);
    }
  }
  if (options.ordered) expectOrder(books, copies);
  const { userRecords, ...gauges } = producer.metrics();
  expect(userRecords.taken).toBe(userRecords.stored + userRecords.failed); // I1
  expect(gauges).toMatchObject({ bufferedRecords: 0, bufferedBytes: 0, waitingPuts: 0 }); // I6
  return [...copies.values()].map(({ length }) => length);
}

/** Cheaper than `expect`, for what is held of each of many records. */
function holds(what, isTrue, of) {
  if (!isTrue) throw new Error(`${what}: ${JSON.stringify(of)}`);
}

/** Where each record is stored, with I8. */
async function copiesOf(stream, books) {
  const shards = await readAll(stream);
  const ranges = new Map((await stream.listShards()).map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange]));
  const copies = new Map(books.map(({ data }) => [data, []]));
  let arrival = 0;
  for (const [shardId, records] of shards) {
    for (const record of records) {
      const userRecords = deaggregate(record);
      const kept = deaggregate(record, { hashKeyRange: ranges.get(shardId) });
      holds('I8: a consumer that knows its shard drops nothing', kept.length === userRecords.length, { shardId });
      arrival++;
      for (const [subSequenceNumber, { data, partitionKey }] of userRecords.entries()) {
        const copy = { shardId, sequenceNumber: record.SequenceNumber, subSequenceNumber, partitionKey, arrival };
        copies.get(String(data))?.push(copy);
      }
    }
  }
  return copies;
}

/** I5, where the shards are read parents before children. */
function expectOrder(books, copies) {
  const last = new Map();
  for (const { data, partitionKey, result } of books) {
    if (!result) continue;
    const [first] = copies.get(data);
    const before = last.get(partitionKey);
    if (before) {
      const isLater =
        first.arrival > before.arrival ||
        (first.arrival === before.arrival && first.subSequenceNumber > before.subSequenceNumber);
      holds('I5: in order', isLater, first);
    }
    last.set(partitionKey, first);
  }
}

module.exports = { expectInvariants, givenProducers, putMany, putOne };
