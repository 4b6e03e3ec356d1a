'use strict';

// The demo itself: put, reshard half-way, read back, check, compare.

const { deaggregate } = require('..');
const { connect } = require('../__test__/support/endpoint');
const { Stream, nameOf, open } = require('../__test__/support/stream');
const { checksOf } = require('./checks');
const { Clock } = require('./clock');
const { oneByOne, replayFirst } = require('./comparison');
const { Delivery, keepsOrder } = require('./delivery');
const { Ledger } = require('./ledger');
const { Tally } = require('./tally');
const { Workload } = require('./workload');

/** @typedef {import('./options').DemoRouting} DemoRouting */
/** @typedef {import('@aws-sdk/client-kinesis').Shard} Shard */

/**
 * @param {import('./options').DemoOptions} options
 * @param {DemoRouting} routing
 * @param {{ url: string, failed: Promise<never> }} endpoint
 * @param {{ url: string }} faults what stands before it on the way of the producer
 * @param {import('./screen').Screen} screen
 */
async function runDemo(options, routing, endpoint, faults, screen) {
  const reading = connect(endpoint);
  const writing = connect(faults, { maxAttempts: 1 });
  try {
    const run = new Run(options, routing, { reading, writing }, screen);
    return await Promise.race([run.finish(), endpoint.failed]);
  } finally {
    reading.destroy();
    writing.destroy();
  }
}

class Run {
  #clock = new Clock();
  #isProduced = false;
  #readBack = 0;
  /** @type {Map<string, Tally>} */
  #tallies = new Map();

  /**
   * @param {import('./options').DemoOptions} options
   * @param {DemoRouting} routing
   * @param {Record<'reading' | 'writing', import('@aws-sdk/client-kinesis').KinesisClient>} clients
   * @param {import('./screen').Screen} screen
   */
  constructor(options, routing, { reading, writing }, screen) {
    this.options = options;
    this.routing = routing;
    this.screen = screen;
    this.workload = new Workload(options);
    this.ledger = new Ledger(this.workload);
    this.stream = new Stream(reading, `demo-${label(routing).replace(':', '-')}`);
    this.delivery = new Delivery({
      client: writing,
      streamName: this.stream.name,
      routing,
      workload: this.workload,
      clock: this.#clock,
      onWarning: (message) => screen.warning(message),
    });
  }

  async finish() {
    const { stream, options, screen, delivery } = this;
    screen.begin(label(this.routing), this.workload, options.shards);
    await stream.create(options.shards);
    const before = open(await this.#listShards());

    const consuming = stream.consume({
      onRecords: (shardId, records) => this.#receive(shardId, records),
      isComplete: () => this.#isProduced,
    });
    const resharding = delivery.halfway.then(() => this.#reshard());
    const drawing = setInterval(() => this.#progress(), 50);
    try {
      const producing = this.#produce(resharding);
      const [reshardedAt, after] = await Promise.all([producing, resharding, consuming]);
      this.#progress();
      screen.end();
      return this.#result(before, after, reshardedAt);
    } finally {
      clearInterval(drawing);
    }
  }

  /** @param {Promise<unknown>} resharding */
  async #produce(resharding) {
    const reshardedAt = await this.delivery.putAll({
      rate: this.options.rate,
      resharding,
      onStored: (n, result) => this.ledger.stored(n, result),
    });
    this.#isProduced = true;
    return reshardedAt;
  }

  async #reshard() {
    const { split, merged } = await this.stream.reshard();
    const shards = await this.#listShards();
    /** @param {number} parent */
    const childrenOf = (parent) =>
      shards
        .filter((shard) => [shard.ParentShardId, shard.AdjacentParentShardId].map(nameOf).includes(parent))
        .map((shard) => nameOf(shard.ShardId));
    this.screen.event(
      `resharded: shard ${split} split into ${childrenOf(split).join(' and ')}, ` +
        `shards ${merged.join(' and ')} merged into ${childrenOf(merged[1]).join('')}`,
    );
    return open(shards);
  }

  async #listShards() {
    const shards = await this.stream.listShards();
    for (const shard of shards) this.#tallyOf(String(shard.ShardId)).shard = shard;
    this.delivery.know(shards);
    return shards;
  }

  /**
   * A child can be read before the reshard has listed it: then its range follows.
   *
   * @param {string} shardId
   */
  #tallyOf(shardId) {
    let tally = this.#tallies.get(shardId);
    if (tally === undefined) {
      tally = new Tally({ ShardId: shardId, HashKeyRange: undefined, SequenceNumberRange: undefined });
      this.#tallies.set(shardId, tally);
    }
    return tally;
  }

  /**
   * @param {string} shardId
   * @param {import('@aws-sdk/client-kinesis')._Record[]} records
   */
  #receive(shardId, records) {
    const userRecords = this.#clock.package('deaggregate', () => deaggregate(records));
    for (const record of userRecords) this.ledger.read(shardId, record);
    this.#tallyOf(shardId).take(records, userRecords.length);
    this.#readBack += userRecords.length;
  }

  #progress() {
    const { metrics, stored } = this.delivery;
    const shards = [...this.#tallies.values()].map(({ shard, userRecords }) => ({
      shard: nameOf(shard.ShardId),
      isOpen: shard.SequenceNumberRange?.EndingSequenceNumber === undefined,
      ...this.delivery.countsOf(String(shard.ShardId)),
      readBack: userRecords,
    }));
    this.screen.progress({
      total: this.workload.records,
      taken: metrics.userRecords.taken,
      stored,
      readBack: this.#readBack,
      metrics,
      shards: shards.sort((a, b) => a.shard - b.shard),
    });
  }

  /**
   * @param {Shard[]} before
   * @param {Shard[]} after
   * @param {number} reshardedAt
   */
  #result(before, after, reshardedAt) {
    const { workload, ledger, delivery, options } = this;
    const { put, deaggregate, requests, total } = this.#clock;
    const tallies = [...this.#tallies.values()];
    const first = replayFirst(workload, options.rate, { before, after, reshardedAt });
    const shards = tallies
      .map((tally) => {
        const { stored, sentAgain, mayBeDuplicated } = delivery.countsOf(String(tally.shard.ShardId));
        return {
          ...tally.summary(tallies),
          stored,
          sentAgain,
          mayBeDuplicated,
          first: first.get(tally.shard.ShardId) ?? { userRecords: 0, kept: 0 },
        };
      })
      .sort((a, b) => a.shard - b.shard);
    const kept = sum(shards, (row) => row.kclKeeps);
    const keptOfFirst = sum(shards, (row) => row.first.kept);
    const { entries, userRecords, requests: asked, shardMapReads, bufferedRecords } = delivery.metrics;
    const result = {
      routing: label(this.routing),
      faults: { throttle: options.throttle, lose: options.lose },
      userRecords: { in: workload.records, out: ledger.out, bytes: workload.size, changed: ledger.changed },
      balance: ledger.balance(),
      order: { promised: keepsOrder(this.routing), kept: ledger.overtaken === 0, overtaken: ledger.overtaken },
      delivery: {
        taken: userRecords.taken,
        stored: userRecords.stored,
        failed: userRecords.failed,
        stillHeld: bufferedRecords,
        sentAgain: sum(shards, (row) => row.sentAgain),
        mayBeDuplicated: userRecords.mayBeDuplicated,
        requests: asked.sent,
        answersLost: asked.failed,
        entries: { sent: entries.sent, throttled: entries.throttled, retried: entries.retried },
        shardMapReads,
        latency: delivery.latency,
      },
      aggregated: {
        kinesisRecords: sum(tallies, (tally) => tally.kinesisRecords),
        bytes: sum(tallies, (tally) => tally.bytes),
        payloadUnits: sum(tallies, (tally) => tally.payloadUnits),
      },
      unaggregated: oneByOne(workload),
      shards,
      kcl: {
        kept,
        dropped: ledger.out - kept,
        first: { kept: keptOfFirst, dropped: workload.records - keptOfFirst },
      },
      milliseconds: { put, deaggregate, requests, total },
    };
    const checks = checksOf(result);
    return { ok: checks.every(({ ok }) => ok), ...result, checks };
  }
}

/**
 * @template T
 * @param {T[]} rows
 * @param {(row: T) => number} column
 */
function sum(rows, column) {
  return rows.reduce((total, row) => total + column(row), 0);
}

/** @param {DemoRouting} routing */
function label({ name, lanes }) {
  return lanes === undefined ? name : `${name}:${lanes}`;
}

module.exports = { runDemo };
