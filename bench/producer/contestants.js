'use strict';

// Who sends user records: each takes the same ones and resolves once all of them are stored.

const PRODUCER = 'KinesisProducer putAll';
const PUT = 'KinesisProducer put';
const ADD = 'KinesisProducer add';
const ORDERED = 'KinesisProducer putAll, ordered';
const RECORD = 'PutRecord';
const RECORDS = 'PutRecords of 500';
const SEND = "README's send()";
const BY_HAND = 'by hand';
const AIOKPL = 'aiokpl';
const ADD_USER_RECORD = 'addUserRecord';

/** Promises of `put` that a caller holds at a time. */
const HELD_PUTS = 10_000;
const SIDE_BY_SIDE = 8;
const MOST_BYTES = 1_048_576;

/**
 * @typedef {object} Job
 * @property {import('@aws-sdk/client-kinesis').Kinesis} client
 * @property {string} streamName
 * @property {{ partitionKey: string, data: Buffer }[]} records
 * @property {object} [options] of the producer
 */

/** @type {Record<string, (job: Job) => Promise<object | void>>} */
const contestants = {
  async [PRODUCER](job) {
    const producer = producerOf(job);
    const { userRecords } = await producer.putAll(job.records);
    expectAll(job, userRecords);
    await producer.close();
  },

  async [ORDERED](job) {
    await contestants[PRODUCER]({ ...job, options: { ...job.options, ordered: true } });
  },

  async [PUT](job) {
    const producer = producerOf(job);
    let placed = 0;
    const note = (result) => {
      if (result.sequenceNumber !== '') placed++;
    };
    for (let from = 0; from < job.records.length; from += HELD_PUTS) {
      const held = job.records.slice(from, from + HELD_PUTS).map((record) => producer.put(record).then(note));
      await Promise.all([...held, producer.flush()]);
    }
    expectAll(job, placed);
    await producer.close();
  },

  async [ADD](job) {
    const producer = producerOf(job);
    for (const record of job.records) {
      const waits = producer.add(record);
      if (waits !== undefined) await waits;
    }
    await producer.flush();
    expectAll(job, producer.metrics().userRecords.stored);
    await producer.close();
  },

  async [RECORD]({ client, streamName, records }) {
    await inTurns(records, 50, ({ partitionKey, data }) =>
      client.putRecord({ StreamName: streamName, PartitionKey: partitionKey, Data: data }),
    );
  },

  async [RECORDS]({ client, streamName, records }) {
    const requests = [];
    for (let from = 0; from < records.length; from += 500) requests.push([from, Math.min(from + 500, records.length)]);
    await inTurns(requests, SIDE_BY_SIDE, ([from, to]) => {
      const entries = records.slice(from, to);
      return putUntilStored(
        client,
        streamName,
        entries.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data })),
      );
    });
  },

  async [SEND]({ client, streamName, records }) {
    const { send } = await import('../../examples/producer.mjs');
    await send(client, streamName, records);
  },

  /** The best that can be written by hand: aggregates as they fill, eight requests at a time. */
  async [BY_HAND]({ client, streamName, records }) {
    const { RecordAggregator } = require('../..');
    const aggregator = new RecordAggregator();
    const CHUNK = 5000;
    function* requests() {
      let request = [];
      let bytes = 0;
      for (let from = 0; from < records.length; from += CHUNK) {
        const closed = aggregator.addUserRecords(records.slice(from, from + CHUNK));
        if (from + CHUNK >= records.length) closed.push(...aggregator.flush());
        for (const entry of closed) {
          if (bytes + entry.Data.length > MOST_BYTES) {
            yield request;
            request = [];
            bytes = 0;
          }
          request.push(entry);
          bytes += entry.Data.length;
        }
      }
      if (request.length > 0) yield request;
    }
    await inTurns(requests(), SIDE_BY_SIDE, (entries) => putUntilStored(client, streamName, entries));
  },

  /** What the producer's `add` stands on, without anything sent. */
  async [ADD_USER_RECORD]({ records, options }) {
    const { RecordAggregator } = require('../..');
    const aggregator = new RecordAggregator({ routing: /** @type {any} */ (options).routing });
    let count = 0;
    for (const record of records) count += aggregator.addUserRecord(record)?.userRecordCount ?? 0;
    for (const { userRecordCount } of aggregator.flush()) count += userRecordCount;
    expectAll({ records }, count);
  },
};

/** @param {Job} job */
function producerOf({ client, streamName, options }) {
  const { KinesisProducer } = require('kinesis-agg/producer');
  return new KinesisProducer({ client, streamName, recordTtlMs: 60_000, shardRateLimit: false, ...options });
}

/** @param {Pick<Job, 'records'>} job */
function expectAll({ records }, count) {
  if (count !== records.length) throw new Error(`${count} of ${records.length} user records are accounted for`);
}

/**
 * Does something with each of many, so many at a time.
 *
 * @template T
 * @param {Iterable<T>} items
 * @param {number} most
 * @param {(item: T) => Promise<unknown>} work
 */
async function inTurns(items, most, work) {
  const iterator = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

async function putUntilStored(client, StreamName, entries) {
  const { setTimeout: sleep } = require('node:timers/promises');
  let Records = entries;
  for (let tries = 1; Records.length > 0; tries++) {
    const answer = await client.putRecords({ StreamName, Records });
    Records = answer.FailedRecordCount ? Records.filter((_, i) => answer.Records[i].ErrorCode) : [];
    if (Records.length > 0) await sleep(Math.random() * Math.min(5000, 50 * 2 ** tries));
  }
}

module.exports = {
  ADD,
  ADD_USER_RECORD,
  AIOKPL,
  BY_HAND,
  ORDERED,
  PRODUCER,
  PUT,
  RECORD,
  RECORDS,
  SEND,
  contestants,
  producerOf,
};
