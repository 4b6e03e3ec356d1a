'use strict';

const { SPACE } = require('../oracle/hash-key');

/** A shard as ListShards gives it. */
function shard(start, end, extra = {}) {
  return { HashKeyRange: { StartingHashKey: String(start), EndingHashKey: String(end) }, ...extra };
}

/** A shard that a reshard has closed. */
function closedShard(start, end) {
  return shard(start, end, { SequenceNumberRange: { StartingSequenceNumber: '1', EndingSequenceNumber: '9' } });
}

/** As many shards of the same width, in ascending order. */
function evenShards(count) {
  const start = (position) => (SPACE * BigInt(position)) / BigInt(count);
  return Array.from({ length: count }, (_, position) => shard(start(position), start(position + 1) - 1n));
}

module.exports = { closedShard, evenShards, shard };
