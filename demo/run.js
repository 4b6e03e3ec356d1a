'use strict';

// The demo itself: produce, reshard half-way, consume, check, compare.

const { RecordAggregator, deaggregate, decode, hashKey } = require('..');
const { connect } = require('../__test__/support/endpoint');
const { Clock } = require('./clock');
const { Stream, endOf, nameOf, open, sizeOf, startOf } = require('../__test__/support/stream');
const { Ledger, Workload } = require('./workload');

const MAX_BYTES = 51_200; // the KPL's own default: two PUT payload units
const PAYLOAD_UNIT = 25 * 1024;
const CHUNK = 100;
const SEND_AT_BYTES = 128 * 1024;
const HASH_KEYS = 1n << 128n;

/** @typedef {import('./options').DemoRouting} DemoRouting */
/** @typedef {import('../index').AggregatedRecord} AggregatedRecord */
/** @typedef {import('@aws-sdk/client-kinesis').Shard} Shard */

/**
 * @param {import('./options').DemoOptions} options
 * @param {DemoRouting} routing
 * @param {{ url: string, failed: Promise<never> }} endpoint
 * @param {import('./screen').Screen} screen
 */
async function runDemo(options, routing, endpoint, screen) {
  const client = connect(endpoint);
  const run = new Run(options, routing, client, screen);
  try {
    return await Promise.race([run.finish(), endpoint.failed]);
  } finally {
    client.destroy();
  }
}

class Run {
  #clock = new Clock();
  #isProduced = false;
  #produced = 0;
  #consumed = 0;

  /**
   * @param {import('./options').DemoOptions} options
   * @param {DemoRouting} routing
   * @param {import('@aws-sdk/client-kinesis').KinesisClient} client
   * @param {import('./screen').Screen} screen
   */
  constructor(options, routing, client, screen) {
    this.options = options;
    this.routing = routing;
    this.screen = screen;
    this.workload = new Workload(options);
    this.ledger = new Ledger(this.workload);
    const timed = { send: (/** @type {any} */ command) => this.#clock.endpoint(() => client.send(command)) };
    this.stream = new Stream(timed, `demo-${label(routing).replace(':', '-')}`);
    this.sent = { kinesisRecords: 0, bytes: 0, payloadUnits: 0 };
    /** @type {Map<string, Tally>} */
    this.tallies = new Map();
  }

  async finish() {
    const { stream, options, screen } = this;
    screen.begin(label(this.routing), this.workload, options.shards);
    await stream.create(options.shards);
    const before = await stream.listShards();
    for (const shard of before) this.tallies.set(String(shard.ShardId), new Tally(shard));

    const consuming = stream.consume({
      onRecords: (shardId, records) => this.#receive(shardId, records),
      isComplete: () => this.#isProduced,
    });
    const halfway = signal();
    const resharding = halfway.promise.then(() => this.#reshard());
    const producing = this.#produce(open(before), halfway.resolve, resharding);
    const [switchedAt] = await Promise.all([producing, resharding, consuming]);
    this.#progress();
    const milliseconds = {
      total: this.#clock.total,
      add: this.#clock.add,
      deaggregate: this.#clock.deaggregate,
      requests: this.#clock.requests,
    };
    screen.end();
    return this.#result(open(before), switchedAt, milliseconds);
  }

  /**
   * @param {Shard[]} shards
   * @param {() => void} halfway
   * @param {Promise<Shard[]>} resharding
   */
  async #produce(shards, halfway, resharding) {
    const producers = Array.from({ length: this.workload.producers }, async (_, producer) => {
      const aggregator = new RecordAggregator(this.#settings(shards));
      const count = this.workload.countOf(producer);
      // The last quarter waits for the reshard, so that records come before, during and after it.
      const gate = quarterEnd(count, 3);
      let switchedAt = count;
      /** @type {AggregatedRecord[]} */
      let pending = [];
      for (const { from, to, isQuarter } of chunks(count)) {
        if (from >= gate && switchedAt === count) {
          const after = await resharding;
          switchedAt = from;
          if (this.routing.name === 'shards') {
            pending.push(...this.#clock.package('add', () => aggregator.setShards(after)));
          }
        }
        const records = this.workload.slice(producer, from, to);
        pending.push(...this.#clock.package('add', () => aggregator.addUserRecords(records)));
        if (isQuarter) pending.push(...this.#clock.package('add', () => aggregator.flush()));
        this.#produced += records.length;
        if (this.#produced >= this.workload.records / 2) halfway();
        if (isQuarter || pending.reduce((sum, entry) => sum + sizeOf(entry), 0) >= SEND_AT_BYTES) {
          await this.#send(pending);
          pending = [];
        }
        this.#progress();
      }
      return switchedAt;
    });
    const switchedAt = await Promise.all(producers);
    this.#isProduced = true;
    return switchedAt;
  }

  /** @param {Shard[]} shards */
  #settings(shards) {
    const { name, lanes } = this.routing;
    const routing = { lanes: { lanes: lanes ?? 1 }, shards: { shards } }[name] ?? name;
    return /** @type {import('../index').AggregatorOptions} */ ({ routing, maxAggregateBytes: MAX_BYTES });
  }

  /** @param {AggregatedRecord[]} entries */
  async #send(entries) {
    for (const entry of entries) {
      this.sent.kinesisRecords++;
      this.sent.bytes += sizeOf(entry);
      this.sent.payloadUnits += Math.ceil(sizeOf(entry) / PAYLOAD_UNIT);
    }
    await this.stream.put(entries, { inOrder: keepsOrder(this.routing) });
  }

  async #reshard() {
    const { split, merged } = await this.stream.reshard();
    const shards = await this.stream.listShards();
    for (const shard of shards) {
      const tally = this.tallies.get(String(shard.ShardId)) ?? new Tally(shard);
      tally.shard = shard;
      this.tallies.set(String(shard.ShardId), tally);
    }
    /** @param {number} parent */
    const childrenOf = (parent) =>
      shards
        .filter((shard) => [shard.ParentShardId, shard.AdjacentParentShardId].map(nameOf).includes(parent))
        .map((shard) => nameOf(shard.ShardId));
    this.screen.event(
      `resharded: shard ${split} split into ${childrenOf(split).join(' and ')}, ` +
        `shards ${merged.join(' and ')} merged into ${childrenOf(merged[1]).join('')}`,
    );
    return shards;
  }

  /**
   * @param {string} shardId
   * @param {import('@aws-sdk/client-kinesis')._Record[]} records
   */
  #receive(shardId, records) {
    const userRecords = this.#clock.package('deaggregate', () => deaggregate(records));
    for (const record of userRecords) this.ledger.enter(record);
    // A child can be read before the reshard has listed it.
    const tally = this.tallies.get(shardId) ?? new Tally({ ShardId: shardId, HashKeyRange: undefined });
    this.tallies.set(shardId, tally);
    tally.take(records, userRecords.length);
    this.#consumed += userRecords.length;
    this.#progress();
  }

  #progress() {
    this.screen.progress(this.#produced, this.#consumed, this.workload.records);
  }

  /**
   * @param {Shard[]} before
   * @param {number[]} switchedAt
   * @param {Record<string, number>} milliseconds
   */
  #result(before, switchedAt, milliseconds) {
    const { workload, ledger, stream } = this;
    const tallies = [...this.tallies.values()];
    const after = open(tallies.map(({ shard }) => shard));
    const first = replayFirst(workload, before, after, switchedAt);
    const shards = tallies
      .map((tally) => ({
        ...tally.summary(tallies),
        first: first.get(tally.shard.ShardId) ?? { userRecords: 0, kept: 0 },
      }))
      .sort((a, b) => a.shard - b.shard);
    /** @param {(row: typeof shards[number]) => number} column */
    const sum = (column) => shards.reduce((total, row) => total + column(row), 0);
    const alone = unaggregated(workload);
    const { missing, doubled, changed, overtaken, out } = ledger;
    const kcl = {
      kept: sum((row) => row.kclKeeps),
      dropped: out - sum((row) => row.kclKeeps),
      first: { kept: sum((row) => row.first.kept), dropped: workload.records - sum((row) => row.first.kept) },
    };
    const isOrderKept = overtaken === 0;
    const isWhole = missing + doubled + changed === 0 && out === workload.records;
    const keepsPromises =
      (this.routing.name === 'first' || kcl.dropped === 0) && (isOrderKept || !keepsOrder(this.routing));
    return {
      ok: isWhole && keepsPromises,
      routing: label(this.routing),
      userRecords: { in: workload.records, out, missing, doubled, changed, bytes: workload.size },
      order: { promised: keepsOrder(this.routing), kept: isOrderKept, overtaken },
      aggregated: { ...this.sent, requests: stream.requests, resent: stream.resent },
      unaggregated: alone,
      shards,
      kcl,
      milliseconds,
    };
  }
}

/** What one shard brought, and what a KCL consumer that reads this shard would have kept of it. */
class Tally {
  kinesisRecords = 0;
  userRecords = 0;
  bytes = 0;
  /** @type {import('@aws-sdk/client-kinesis')._Record[]} */
  #unjudged = [];
  #kept = 0;

  /** @param {Shard} shard */
  constructor(shard) {
    this.shard = shard;
  }

  /**
   * @param {import('@aws-sdk/client-kinesis')._Record[]} records
   * @param {number} userRecords
   */
  take(records, userRecords) {
    this.kinesisRecords += records.length;
    this.userRecords += userRecords;
    for (const { Data, PartitionKey } of records)
      this.bytes += (Data?.length ?? 0) + Buffer.byteLength(PartitionKey ?? '');
    this.#unjudged.push(...records);
    this.#judge();
  }

  #judge() {
    const hashKeyRange = this.shard.HashKeyRange;
    if (hashKeyRange === undefined) return;
    this.#kept += decode(this.#unjudged, { hashKeyRange }).length;
    this.#unjudged = [];
  }

  /** @param {Tally[]} all */
  summary(all) {
    this.#judge();
    const { shard } = this;
    const children = all
      .filter((other) => [other.shard.ParentShardId, other.shard.AdjacentParentShardId].includes(shard.ShardId))
      .map((other) => nameOf(other.shard.ShardId))
      .sort((a, b) => a - b);
    return {
      shard: nameOf(shard.ShardId),
      parents: [shard.ParentShardId, shard.AdjacentParentShardId].filter((id) => id !== undefined).map(nameOf),
      children,
      hashKeyShare: Number(((endOf(shard) - startOf(shard) + 1n) * 1_000_000n) / HASH_KEYS) / 1_000_000,
      kinesisRecords: this.kinesisRecords,
      userRecords: this.userRecords,
      bytes: this.bytes,
      kclKeeps: this.#kept,
    };
  }
}

/**
 * The same records from the same producers under the older packages' routing: where each aggregate would have gone, and
 * what a KCL consumer would have kept of it there. Nothing is sent.
 *
 * @param {Workload} workload
 * @param {Shard[]} before
 * @param {Shard[]} after
 * @param {number[]} switchedAt
 */
function replayFirst(workload, before, after, switchedAt) {
  /** @type {Map<string | undefined, { userRecords: number, kept: number }>} */
  const perShard = new Map();
  /**
   * @param {AggregatedRecord[]} aggregates
   * @param {Shard[]} shards
   */
  const land = (aggregates, shards) => {
    for (const { Data, PartitionKey, ExplicitHashKey, userRecordCount } of aggregates) {
      const key = BigInt(ExplicitHashKey ?? hashKey(PartitionKey));
      const shard = shards.find((candidate) => startOf(candidate) <= key && key <= endOf(candidate));
      const tally = perShard.get(shard?.ShardId) ?? { userRecords: 0, kept: 0 };
      perShard.set(shard?.ShardId, tally);
      tally.userRecords += userRecordCount;
      const record = { Data, PartitionKey, SequenceNumber: '0' };
      tally.kept += decode(record, { hashKeyRange: shard?.HashKeyRange }).length;
    }
  };
  for (let producer = 0; producer < workload.producers; producer++) {
    const aggregator = new RecordAggregator({ routing: 'first', maxAggregateBytes: MAX_BYTES });
    const count = workload.countOf(producer);
    for (const { from, to, isQuarter } of chunks(count)) {
      const shards = from >= switchedAt[producer] ? after : before;
      land(aggregator.addUserRecords(workload.slice(producer, from, to)), shards);
      if (isQuarter) land(aggregator.flush(), shards);
    }
  }
  return perShard;
}

/**
 * The records of a producer in portions, as they would come to it. At the end of each quarter it flushes, as a producer
 * does that does not let records wait for long.
 *
 * @param {number} count
 */
function* chunks(count) {
  let from = 0;
  for (let quarter = 1; quarter <= 4; quarter++) {
    const end = quarterEnd(count, quarter);
    while (from < end) {
      const to = Math.min(from + CHUNK, end);
      yield { from, to, isQuarter: to === end };
      from = to;
    }
  }
}

/**
 * @param {number} count
 * @param {number} quarter
 */
function quarterEnd(count, quarter) {
  return Math.ceil((count * quarter) / 4);
}

/**
 * What the same user records cost one by one.
 *
 * @param {Workload} workload
 */
function unaggregated(workload) {
  const totals = { kinesisRecords: 0, bytes: 0, payloadUnits: 0, requests: 0 };
  for (let producer = 0; producer < workload.producers; producer++) {
    for (let n = 0; n < workload.countOf(producer); n++) {
      const { partitionKey, data } = workload.record(producer, n);
      const size = data.length + partitionKey.length;
      totals.kinesisRecords++;
      totals.bytes += size;
      totals.payloadUnits += Math.ceil(size / PAYLOAD_UNIT);
    }
    totals.requests += Math.ceil(workload.countOf(producer) / 500);
  }
  return totals;
}

/** @param {DemoRouting} routing */
function keepsOrder({ name }) {
  return name === 'lanes' || name === 'partitionKey';
}

/** @param {DemoRouting} routing */
function label({ name, lanes }) {
  return lanes === undefined ? name : `${name}:${lanes}`;
}

function signal() {
  /** @type {() => void} */
  let resolve = () => {};
  const promise = /** @type {Promise<void>} */ (
    new Promise((settle) => {
      resolve = settle;
    })
  );
  return { promise, resolve };
}

module.exports = { runDemo };
