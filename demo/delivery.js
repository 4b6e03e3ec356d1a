'use strict';

// The producer, and what can be seen of it from outside: what it has under way, and what it says of each user record.

const { performance } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { ListShardsCommand, PutRecordsCommand } = require('@aws-sdk/client-kinesis');
const { hashKey } = require('..');
const { KinesisProducer } = require('kinesis-agg/producer');
const { endOf, open, startOf } = require('../__test__/support/stream');

/** How much is put before its answers are waited for: less than the producer holds, so that no `put` waits for room. */
const MOST_HELD_BYTES = 16 * 1024 * 1024;
const TICK_MS = 10;

/** @typedef {{ inFlight: number, stored: number, sentAgain: number, mayBeDuplicated: number }} Counts user records */

class Delivery {
  stored = 0;
  failed = 0;
  /** Settles when half of all has been put. */
  halfway;
  #reachHalf = () => {};
  #producer;
  #client;
  #clock;
  /** @type {import('@aws-sdk/client-kinesis').Shard[]} */
  #shards = [];
  /** @type {Map<string, Counts>} */
  #counts = new Map();
  #latencies;

  /**
   * @param {object} settings
   * @param {import('@aws-sdk/client-kinesis').KinesisClient} settings.client one that goes through the faults
   * @param {string} settings.streamName
   * @param {import('./options').DemoRouting} settings.routing
   * @param {import('./workload').Workload} settings.workload
   * @param {import('./clock').Clock} settings.clock
   * @param {(message: string) => void} settings.onWarning
   */
  constructor({ client, streamName, routing, workload, clock, onWarning }) {
    this.workload = workload;
    this.#client = client;
    this.#clock = clock;
    this.#latencies = new Float64Array(workload.records);
    this.halfway = new Promise((resolve) => {
      this.#reachHalf = () => resolve(undefined);
    });
    this.#producer = new KinesisProducer({
      client: this.#writeClient(),
      streamName,
      routing: routing.name === 'lanes' ? { lanes: routing.lanes } : routing.name,
      ordered: keepsOrder(routing),
      distribution: 'partition-key',
      logger: { warn: onWarning, error: onWarning },
      // However slow this machine is, no record is given up, and no answer is taken for lost that was only late.
      recordTtlMs: Number.POSITIVE_INFINITY,
      requestTimeoutMs: 120_000,
    });
  }

  /** @param {import('@aws-sdk/client-kinesis').Shard[]} shards the map by which requests are counted from now on */
  know(shards) {
    this.#shards = open(shards);
  }

  /** @param {string} shardId */
  countsOf(shardId) {
    let counts = this.#counts.get(shardId);
    if (counts === undefined) {
      counts = { inFlight: 0, stored: 0, sentAgain: 0, mayBeDuplicated: 0 };
      this.#counts.set(shardId, counts);
    }
    return counts;
  }

  get metrics() {
    return this.#producer.metrics();
  }

  /** How long user records took from `put` until they were stored: the median, and the slowest of a hundred. */
  get latency() {
    const sorted = this.#latencies.filter((milliseconds) => milliseconds > 0).sort();
    return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
  }

  /**
   * Puts all user records at a rate, the last quarter only after the reshard, so that they come before, during and after
   * it. Resolves when all are settled.
   *
   * @param {object} settings
   * @param {number} settings.rate
   * @param {Promise<unknown>} settings.resharding
   * @param {(n: number, result: import('../producer').PutResult) => void} settings.onStored
   * @returns {Promise<number>} how many had been put when the reshard was over
   */
  async putAll({ rate, resharding, onStored }) {
    const { records } = this.workload;
    const gate = Math.ceil(records * 0.75);
    let reshardedAt = 0;
    let n = 0;
    resharding.then(
      () => {
        reshardedAt = n;
      },
      () => {},
    );
    await this.#producer.ready();
    let allowed = 1;
    for (let before = performance.now(); n < records; ) {
      while (n < Math.min(allowed, records) && (n < gate || reshardedAt > 0) && this.#hasRoom(n)) {
        this.#put(n++, onStored);
        if (n >= records / 2) this.#reachHalf();
      }
      if (n === gate && reshardedAt === 0) await resharding;
      await sleep(TICK_MS);
      const now = performance.now();
      // What could not be put in its time is not made up for: that would be a burst.
      allowed = Math.min(allowed, n) + (rate * (now - before)) / 1000;
      before = now;
    }
    await this.#producer.close();
    return reshardedAt;
  }

  /** @param {number} put how many */
  #hasRoom(put) {
    return (put - this.stored - this.failed) * (this.workload.size + 64) < MOST_HELD_BYTES;
  }

  /**
   * @param {number} n
   * @param {(n: number, result: import('../producer').PutResult) => void} onStored
   */
  #put(n, onStored) {
    const record = this.workload.record(n);
    const from = performance.now();
    this.#clock
      .package('put', () => this.#producer.put(record))
      .then(
        (result) => {
          this.#latencies[n] = performance.now() - from;
          this.stored++;
          const counts = this.countsOf(result.shardId);
          counts.stored++;
          if (result.attempts.length > 1) counts.sentAgain++;
          if (result.mayBeDuplicated) counts.mayBeDuplicated++;
          onStored(n, result);
        },
        () => {
          this.failed++;
        },
      );
  }

  /** What the producer needs of the SDK; here, what is under way is counted on the way. */
  #writeClient() {
    const client = this.#client;
    return {
      /**
       * @param {any} input
       * @param {any} options
       */
      putRecords: async (input, options) => {
        const sent = input.Records.map((/** @type {import('../index').AggregatedRecord} */ entry) => {
          return { counts: this.countsOf(this.#shardOf(entry)), userRecords: entry.userRecordCount };
        });
        for (const { counts, userRecords } of sent) counts.inFlight += userRecords;
        try {
          return await this.#clock.endpoint(() => client.send(new PutRecordsCommand(input), options));
        } finally {
          for (const { counts, userRecords } of sent) counts.inFlight -= userRecords;
        }
      },
      /** @type {(input: any, options: any) => any} */
      listShards: (input, options) => client.send(new ListShardsCommand(input), options),
    };
  }

  /** @param {import('../index').AggregatedRecord} entry */
  #shardOf({ PartitionKey, ExplicitHashKey }) {
    const key = BigInt(ExplicitHashKey ?? hashKey(PartitionKey));
    return String(this.#shards.find((shard) => startOf(shard) <= key && key <= endOf(shard))?.ShardId);
  }
}

/** @param {import('./options').DemoRouting} routing */
function keepsOrder({ name }) {
  return name === 'lanes' || name === 'partitionKey';
}

module.exports = { Delivery, keepsOrder };
