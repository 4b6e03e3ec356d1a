'use strict';

// The same user records, sent otherwise. Nothing of it is sent.

const { RecordAggregator, decode, hashKey } = require('..');
const { endOf, startOf } = require('../__test__/support/stream');
const { payloadUnits } = require('./tally');

const MAX_BYTES = 51_200;
const LINGER_S = 0.1;

/** @typedef {import('@aws-sdk/client-kinesis').Shard} Shard */

/**
 * Under the older packages' routing, with the same linger: where each aggregate would have gone, and what a KCL consumer
 * would have kept of it there.
 *
 * @param {import('./workload').Workload} workload
 * @param {number} rate
 * @param {{ before: Shard[], after: Shard[], reshardedAt: number }} shards
 */
function replayFirst(workload, rate, { before, after, reshardedAt }) {
  /** @type {Map<string | undefined, { userRecords: number, kept: number }>} */
  const perShard = new Map();
  const aggregator = new RecordAggregator({ routing: 'first', maxAggregateBytes: MAX_BYTES });
  const step = Math.max(1, Math.round(rate * LINGER_S));
  for (let from = 0; from < workload.records; from += step) {
    const records = workload.slice(from, Math.min(from + step, workload.records));
    const shards = from < reshardedAt ? before : after;
    for (const entry of [...aggregator.addUserRecords(records), ...aggregator.flush()]) land(entry, shards, perShard);
  }
  return perShard;
}

/**
 * @param {import('../index').AggregatedRecord} entry
 * @param {Shard[]} shards
 * @param {Map<string | undefined, { userRecords: number, kept: number }>} perShard
 */
function land({ Data, PartitionKey, ExplicitHashKey, userRecordCount }, shards, perShard) {
  const key = BigInt(ExplicitHashKey ?? hashKey(PartitionKey));
  const shard = shards.find((candidate) => startOf(candidate) <= key && key <= endOf(candidate));
  const tally = perShard.get(shard?.ShardId) ?? { userRecords: 0, kept: 0 };
  perShard.set(shard?.ShardId, tally);
  tally.userRecords += userRecordCount;
  const record = { Data, PartitionKey, SequenceNumber: '0' };
  tally.kept += decode(record, { hashKeyRange: shard?.HashKeyRange }).length;
}

/**
 * One Kinesis record for each.
 *
 * @param {import('./workload').Workload} workload
 */
function oneByOne(workload) {
  const totals = { kinesisRecords: workload.records, bytes: 0, payloadUnits: 0 };
  for (let n = 0; n < workload.records; n++) {
    const { partitionKey, data } = workload.record(n);
    const bytes = data.length + partitionKey.length;
    totals.bytes += bytes;
    totals.payloadUnits += payloadUnits(bytes);
  }
  return totals;
}

module.exports = { oneByOne, replayFirst };
