'use strict';

// What one shard holds, and what a KCL consumer that reads this shard keeps of it.

const { decode } = require('..');
const { endOf, nameOf, startOf } = require('../__test__/support/stream');

const PAYLOAD_UNIT = 25 * 1024;
const HASH_KEYS = 1n << 128n;

/** @typedef {import('@aws-sdk/client-kinesis').Shard} Shard */

class Tally {
  kinesisRecords = 0;
  userRecords = 0;
  bytes = 0;
  payloadUnits = 0;
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
    for (const { Data, PartitionKey } of records) {
      const bytes = (Data?.length ?? 0) + Buffer.byteLength(PartitionKey ?? '');
      this.bytes += bytes;
      this.payloadUnits += payloadUnits(bytes);
    }
    this.#unjudged.push(...records);
    this.#judge();
  }

  /** The KCL drops an aggregate if one of its user records is outside the shard's range of hash keys. */
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
    return {
      shard: nameOf(shard.ShardId),
      ...relatives(shard, all),
      hashKeyShare: Number(((endOf(shard) - startOf(shard) + 1n) * 1_000_000n) / HASH_KEYS) / 1_000_000,
      kinesisRecords: this.kinesisRecords,
      userRecords: this.userRecords,
      bytes: this.bytes,
      kclKeeps: this.#kept,
    };
  }
}

/**
 * @param {Shard} shard
 * @param {Tally[]} all
 */
function relatives(shard, all) {
  const children = all
    .filter((other) => [other.shard.ParentShardId, other.shard.AdjacentParentShardId].includes(shard.ShardId))
    .map((other) => nameOf(other.shard.ShardId))
    .sort((a, b) => a - b);
  const parents = [shard.ParentShardId, shard.AdjacentParentShardId].filter((id) => id !== undefined).map(nameOf);
  return { parents, children };
}

/**
 * What Kinesis bills for a record of so many bytes.
 *
 * @param {number} bytes
 */
function payloadUnits(bytes) {
  return Math.ceil(bytes / PAYLOAD_UNIT);
}

module.exports = { Tally, payloadUnits };
