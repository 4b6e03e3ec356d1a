'use strict';

// Producers that are given records at a rate, and figures of how they bear what happens.

const { setTimeout: sleep } = require('node:timers/promises');
const { producerOf } = require('./contestants');

const STEP_MS = 10;
/** Of a record in the buffer: data, key, and 32. */
const COST = 200 + 20 + 32;

/** @typedef {import('./contestants').Job & { endpoint: string }} Job */

/**
 * Adds records at a rate. Where there is no room it waits, and then has less time for the rest, as a server would.
 *
 * @param {any} producer
 * @param {Job['records']} records
 * @param {{ perSecond: number, forMs: number }} pace
 */
async function addAtRate(producer, records, { perSecond, forMs }) {
  const began = performance.now();
  let added = 0;
  for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - began) {
    for (const due = (elapsed / 1000) * perSecond; added < due && performance.now() - began < forMs; added++) {
      const waits = producer.add(records[added % records.length]);
      if (waits !== undefined) await waits;
    }
    await sleep(STEP_MS);
  }
  return added;
}

async function figuresOf(endpoint) {
  const answer = await fetch(`${endpoint}/figures`);
  return /** @type {Promise<any>} */ (answer.json());
}

/** @type {Record<string, (job: Job) => Promise<Record<string, number>>>} */
const measures = {
  /** What the other shards store, of what was meant for them. */
  async throttledShard(job) {
    let failed = 0;
    const options = {
      ...job.options,
      onFailure: ({ userRecords }) => {
        failed += userRecords.length;
      },
    };
    const producer = producerOf({ ...job, options });
    await producer.ready();
    const forMs = 20_000;
    const perSecond = 8000;
    const added = await addAtRate(producer, job.records, { perSecond, forMs });
    await producer.close();
    const { userRecords, ofShard, requests } = await figuresOf(job.endpoint);
    if (userRecords + failed !== added) throw new Error(`${userRecords} stored, ${failed} failed of ${added}`);
    // Without the fault all that is due is stored, shard by shard as the keys say.
    const meant = (forMs / 1000) * perSecond * job.shareOfShard.slice(1).reduce((sum, share) => sum + share, 0);
    const others = ofShard.slice(1).reduce((sum, count) => sum + count, 0);
    return { othersShare: others / meant, failed, requests };
  },

  /** How long the backlog takes, against 1.2 x its bytes by the rate at which it has come. */
  async outage(job) {
    const producer = producerOf(job);
    await producer.ready();
    const perSecond = 5000;
    const began = performance.now();
    let backlogBytes = 0;
    let goneAt = 0;
    const watch = setInterval(() => {
      const { bufferedBytes } = producer.metrics();
      backlogBytes = Math.max(backlogBytes, bufferedBytes);
      // As much as lingers and is on its way at all times.
      const isGone = performance.now() - began > 12_000 && bufferedBytes < perSecond * COST;
      if (isGone && goneAt === 0) goneAt = performance.now() - began;
    }, STEP_MS);
    const added = await addAtRate(producer, job.records, { perSecond, forMs: 22_000 });
    clearInterval(watch);
    await producer.close();
    const { stored } = producer.metrics().userRecords;
    if (stored !== added) throw new Error(`${stored} stored of ${added}`);
    const { sent } = producer.metrics().requests;
    const limitMs = (1.2 * backlogBytes * 1000) / (perSecond * COST);
    const drainMs = goneAt === 0 ? Number.POSITIVE_INFINITY : goneAt - 12_000;
    return { drainMs, limitMs, drainToLimit: drainMs / limitMs, requests: sent, backlogBytes };
  },

  /** The part of PUT payload units that is saved, one by one costing one unit a record. */
  async units(job) {
    const producer = producerOf(job);
    await producer.ready();
    const added = await addAtRate(producer, job.records, { perSecond: 1000, forMs: 5000 });
    await producer.close();
    const { units, userRecords } = await figuresOf(job.endpoint);
    if (userRecords !== added) throw new Error(`${userRecords} stored of ${added}`);
    return { saved: 1 - units / added, units, added };
  },

  /** The median time of a `put` that comes alone. */
  async idle(job) {
    const LINGER_MS = 100;
    const ANSWER_MS = 20;
    const producer = producerOf(job);
    const timeOf = async (send) => {
      const times = [];
      for (const record of job.records.slice(0, 15)) {
        await sleep(30);
        const began = performance.now();
        await send(record);
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b)[7];
    };
    const alone = await timeOf((record) => producer.put(record));
    const flushed = await timeOf((record) => {
      const put = producer.put(record);
      producer.flush();
      return put;
    });
    // What the client takes for the same record.
    const client = await timeOf(({ partitionKey, data }) =>
      job.client.putRecords({ StreamName: job.streamName, Records: [{ PartitionKey: partitionKey, Data: data }] }),
    );
    await producer.close();
    return {
      beyondLinger: alone - LINGER_MS - ANSWER_MS,
      beyondAnswer: flushed - ANSWER_MS,
      clientBeyondAnswer: client - ANSWER_MS,
    };
  },
};

module.exports = { measures };
