'use strict';

// A Kinesis stream in memory: shards that own ranges of hash keys, records that stay where they were put, splits and
// merges.

const { SPACE, effectiveHashKey } = require('../../oracle/hash-key');

class KinesisStream {
  /** In the order of their creation, which is an order in which the KCL may read them: parents before children. */
  shards = [];
  #sequence = 1n;

  /** @param {bigint[]} starts where the first shards begin; the first is 0 */
  constructor(starts) {
    starts.forEach((start, i) => {
      this.#open(start, (starts[i + 1] ?? SPACE) - 1n, []);
    });
  }

  get openShards() {
    return this.shards.filter((shard) => shard.ended === undefined).sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  /** PutRecord: the shard that owns the record's hash key now takes it. */
  put(entry) {
    const hashKey = hashKeyOf(entry);
    const shard = this.openShards.find(({ start, end }) => start <= hashKey && hashKey <= end);
    shard.records.push({
      partitionKey: entry.PartitionKey,
      sequenceNumber: this.#nextSequenceNumber(),
      data: entry.Data,
      entry,
    });
  }

  split(shard, at) {
    this.#close(shard);
    this.#open(shard.start, at - 1n, [shard]);
    this.#open(at, shard.end, [shard]);
  }

  merge(lower, upper) {
    this.#close(lower);
    this.#close(upper);
    this.#open(lower.start, upper.end, [lower, upper]);
  }

  /** A split at a random hash key or a merge of two random neighbours. */
  reshard(random) {
    const open = this.openShards;
    const i = random.int(open.length);
    if (open[i + 1] && random.chance(0.5)) this.merge(open[i], open[i + 1]);
    else if (open[i].start < open[i].end) this.split(open[i], random.bigint(open[i].start + 1n, open[i].end));
  }

  /** What ListShards would say. */
  describe() {
    return this.shards.map(({ id, start, end, parents, began, ended }) => ({
      ShardId: id,
      ParentShardId: parents[0]?.id,
      AdjacentParentShardId: parents[1]?.id,
      HashKeyRange: { StartingHashKey: start.toString(), EndingHashKey: end.toString() },
      SequenceNumberRange: { StartingSequenceNumber: began, EndingSequenceNumber: ended },
    }));
  }

  #open(start, end, parents) {
    const id = `shardId-${this.shards.length.toString().padStart(12, '0')}`;
    this.shards.push({ id, start, end, parents, began: this.#nextSequenceNumber(), ended: undefined, records: [] });
  }

  #close(shard) {
    shard.ended = this.#nextSequenceNumber();
  }

  #nextSequenceNumber() {
    return `4965${(this.#sequence++).toString().padStart(52, '0')}`;
  }
}

/** Where Kinesis places a PutRecords entry, said without the package's help. */
function hashKeyOf({ PartitionKey, ExplicitHashKey }) {
  return effectiveHashKey(PartitionKey, ExplicitHashKey);
}

module.exports = { KinesisStream, hashKeyOf };
