'use strict';

// One Kinesis stream: created, resharded, written with everything resent, read to its end.

const { setTimeout: sleep } = require('node:timers/promises');

const {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
  SplitShardCommand,
} = require('@aws-sdk/client-kinesis');

const MAX_ENTRIES = 500;
const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
const POLL_MS = 80;
const MAX_RESENDS = 20;

/** @typedef {import('../../index').AggregatedRecord} AggregatedRecord */
/** @typedef {import('@aws-sdk/client-kinesis').Shard} Shard */

class Stream {
  /**
   * @param {{ send: (command: any) => Promise<any> }} client a client of the SDK, or what stands before one
   * @param {string} name
   */
  constructor(client, name) {
    this.client = client;
    this.name = name;
  }

  /** @param {number} shards */
  async create(shards) {
    await this.client.send(new CreateStreamCommand({ StreamName: this.name, ShardCount: shards }));
    await this.#active();
  }

  /** All shards, the closed ones too, in the order of their hash keys. */
  async listShards() {
    /** @type {Shard[]} */
    const shards = [];
    let next;
    do {
      const input = next === undefined ? { StreamName: this.name } : { NextToken: next };
      const page = await this.client.send(new ListShardsCommand(input));
      shards.push(...(page.Shards ?? []));
      next = page.NextToken;
    } while (next !== undefined);
    return shards.sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1));
  }

  /** Splits the first open shard in its middle and merges the last two; gives what became what. */
  async reshard() {
    const [first] = open(await this.listShards());
    const middle = (startOf(first) + endOf(first) + 1n) / 2n;
    await this.client.send(
      new SplitShardCommand({
        StreamName: this.name,
        ShardToSplit: first.ShardId,
        NewStartingHashKey: String(middle),
      }),
    );
    await this.#active();

    const [left, right] = open(await this.listShards()).slice(-2);
    await this.client.send(
      new MergeShardsCommand({
        StreamName: this.name,
        ShardToMerge: left.ShardId,
        AdjacentShardToMerge: right.ShardId,
      }),
    );
    await this.#active();
    return { split: nameOf(first.ShardId), merged: [nameOf(left.ShardId), nameOf(right.ShardId)] };
  }

  /**
   * Puts entries and resends those that the answer names as failed, until none is left.
   *
   * @param {AggregatedRecord[]} entries
   * @param {{ inOrder: boolean }} options `inOrder`: no two entries of one partition key in the same request
   */
  async put(entries, { inOrder }) {
    for (const batch of batches(entries, inOrder)) {
      let left = batch;
      for (let resend = 0; left.length > 0; resend++) {
        if (resend > MAX_RESENDS) throw new Error(`The endpoint refused ${left.length} records ${resend} times.`);
        if (resend > 0) await sleep(20 * resend);
        const Records = left.map(({ userRecordCount, ...entry }) => entry);
        const answer = await this.client.send(new PutRecordsCommand({ StreamName: this.name, Records }));
        left = answer.FailedRecordCount ? left.filter((_, i) => answer.Records?.[i].ErrorCode) : [];
      }
    }
  }

  /**
   * Reads all shards side by side, but a child only after its parents, until `isComplete` and nothing is left.
   *
   * @param {object} reader
   * @param {(shardId: string, records: import('@aws-sdk/client-kinesis')._Record[]) => void} reader.onRecords
   * @param {() => boolean} reader.isComplete true as soon as nothing more will be put
   */
  async consume({ onRecords, isComplete }) {
    const finished = new Set();
    const started = new Set();
    /** @param {string} shardId */
    const follow = async (shardId) => {
      started.add(shardId);
      const children = await this.#readShard(shardId, { onRecords, isComplete });
      finished.add(shardId);
      const ready = children.filter(
        ({ ShardId, ParentShards }) => !started.has(ShardId) && ParentShards?.every((parent) => finished.has(parent)),
      );
      await Promise.all(ready.map(({ ShardId }) => follow(/** @type {string} */ (ShardId))));
    };
    const roots = (await this.listShards()).filter((shard) => shard.ParentShardId === undefined);
    await Promise.all(roots.map((shard) => follow(/** @type {string} */ (shard.ShardId))));
  }

  /**
   * @param {string} shardId
   * @param {Parameters<Stream['consume']>[0]} reader
   */
  async #readShard(shardId, { onRecords, isComplete }) {
    const start = await this.client.send(
      new GetShardIteratorCommand({ StreamName: this.name, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    let iterator = start.ShardIterator;
    while (iterator !== undefined) {
      const wasComplete = isComplete();
      const {
        Records = [],
        NextShardIterator,
        ChildShards = [],
      } = await this.client.send(new GetRecordsCommand({ ShardIterator: iterator }));
      if (Records.length > 0) onRecords(shardId, Records);
      if (NextShardIterator === undefined) return ChildShards;
      iterator = NextShardIterator;
      if (Records.length > 0) continue;
      if (wasComplete) break;
      await sleep(POLL_MS);
    }
    return [];
  }

  async #active() {
    for (;;) {
      const answer = await this.client.send(new DescribeStreamSummaryCommand({ StreamName: this.name }));
      if (answer.StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
      await sleep(20);
    }
  }
}

/**
 * Entries in requests that PutRecords takes.
 *
 * @param {AggregatedRecord[]} entries
 * @param {boolean} inOrder
 */
function batches(entries, inOrder) {
  const all = [];
  /** @type {AggregatedRecord[]} */
  let batch = [];
  let bytes = 0;
  let keys = new Set();
  for (const entry of entries) {
    const size = sizeOf(entry);
    const isFull = batch.length === MAX_ENTRIES || bytes + size > MAX_REQUEST_BYTES;
    // Of two entries in one request the first may fail and the second may not: then their order is lost.
    if (isFull || (inOrder && keys.has(entry.PartitionKey))) {
      all.push(batch);
      batch = [];
      bytes = 0;
      keys = new Set();
    }
    batch.push(entry);
    bytes += size;
    keys.add(entry.PartitionKey);
  }
  if (batch.length > 0) all.push(batch);
  return all;
}

/**
 * Bytes that Kinesis counts.
 *
 * @param {{ PartitionKey: string, Data: Uint8Array }} entry
 */
function sizeOf({ PartitionKey, Data }) {
  return Data.length + Buffer.byteLength(PartitionKey);
}

/** @param {Shard[]} shards */
function open(shards) {
  return shards.filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined);
}

/** @param {Shard} shard */
function startOf(shard) {
  return BigInt(/** @type {string} */ (shard.HashKeyRange?.StartingHashKey));
}

/** @param {Shard} shard */
function endOf(shard) {
  return BigInt(/** @type {string} */ (shard.HashKeyRange?.EndingHashKey));
}

/**
 * `shardId-000000000004` is shard 4 for people.
 *
 * @param {string | undefined} shardId
 */
function nameOf(shardId) {
  return Number(shardId?.split('-')[1]);
}

module.exports = { Stream, endOf, nameOf, open, sizeOf, startOf };
