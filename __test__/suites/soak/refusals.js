'use strict';

// What has to be refused, and what comes through damaged: errors are made and thrown on every round, too.

const assert = require('node:assert/strict');
const { RecordAggregator, aggregate, deaggregate, deaggregateAsync, decode, hashKey } = require('../../..');

const lone = '\ud800';
const large = Buffer.alloc(1_048_577);

/** @type {[string, () => unknown][]} */
const REFUSALS = [
  ['ERR_KPL_PARTITION_KEY', () => aggregate([{ partitionKey: '', data: 'x' }])],
  ['ERR_KPL_PARTITION_KEY', () => hashKey(lone)],
  ['ERR_KPL_EXPLICIT_HASH_KEY', () => aggregate([{ partitionKey: 'a', data: 'x', explicitHashKey: '-1' }])],
  ['ERR_KPL_DATA', () => new RecordAggregator().addUserRecord({ partitionKey: 'a', data: /** @type {any} */ (5) })],
  ['ERR_KPL_RECORD_TOO_LARGE', () => new RecordAggregator().addUserRecord({ partitionKey: 'a', data: large })],
  ['ERR_KPL_OPTION', () => new RecordAggregator({ maxAggregateBytes: 1 })],
  ['ERR_KPL_SHARD_MAP', () => new RecordAggregator({ routing: { shards: [] } })],
  ['ERR_KPL_KINESIS_RECORD', () => deaggregate(/** @type {any} */ ([5]))],
];

/**
 * Each refusal, and one of the entries with a bit turned: it comes out whole and named, is reported, and throws for the
 * strict.
 *
 * @param {import('../../support/random').Random} random
 * @returns {Promise<number>} how many errors there were
 */
async function refuseAll(random, entries) {
  for (const [code, call] of REFUSALS) assert.throws(call, { name: 'KplError', code });

  const { Data } = random.pick(entries);
  const bytes = Buffer.from(Data);
  bytes[random.between(4, bytes.length - 1)] ^= 1 << random.int(8);
  const damaged = { Data: bytes, PartitionKey: 'a', SequenceNumber: '1' };
  const reported = [];
  const read = deaggregate(damaged, { onBroken: (error) => reported.push(error.code) });
  const wasAggregate = read[0]?.decodeError !== undefined;
  assert.equal(read.length, 1);
  assert.deepEqual(reported, wasAggregate ? ['ERR_KPL_CHECKSUM'] : []);
  assert.ok(read[0].data.equals(bytes));
  if (!wasAggregate) return REFUSALS.length;
  assert.throws(() => decode(damaged, { strict: true }), { code: 'ERR_KPL_CHECKSUM' });
  await assert.rejects(deaggregateAsync(damaged, { strict: true }), { code: 'ERR_KPL_CHECKSUM', recordIndex: 0 });
  return REFUSALS.length + 3;
}

module.exports = { refuseAll };
