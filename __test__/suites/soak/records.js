'use strict';

// What a producer puts in and what comes out again, in a form that is quick to compare.

const { RecordAggregator, aggregate } = require('../../..');
const { evenShards } = require('../../support/shards');
const { asInput, userRecords } = require('../../support/random-user-records');
const { MAX_HASH_KEY } = require('../../oracle/hash-key');

/** What records bring along: no routing pins an aggregate to one of these. */
const OWN_HASH_KEYS = [0n, 7n, MAX_HASH_KEY];
const OWN = new Set(OWN_HASH_KEYS.map(String));

const ROUTINGS = {
  pinned: () => 'pinned',
  lanes: (random) => ({ lanes: random.between(1, 64) }),
  shards: (random) => ({ shards: evenShards(random.between(1, 8)) }),
  partitionKey: () => 'partitionKey',
  first: () => 'first',
};

/** @param {import('../../support/random').Random} random */
function randomRecords(random) {
  const source = userRecords(random, { explicitHashKeys: OWN_HASH_KEYS, maxData: random.pick([20, 120, 3000]) });
  return Array.from({ length: random.between(1, 1000) }, () => source.next());
}

/** @param {import('../../support/random').Random} random */
function randomOptions(random, routing) {
  // Some data is an aggregate itself.
  const options = { routing, nested: 'keep' };
  if (random.chance(0.8)) options.maxAggregateBytes = random.pick([500, 5000, 51_200]);
  if (random.chance(0.3)) options.maxUserRecords = random.between(1, 300);
  if (random.chance(0.3)) options.maxOpenAggregates = random.between(1, 6);
  if (random.chance(0.3) && routing.lanes === undefined) options.wrapSingle = false;
  return options;
}

/**
 * The user records as entries of PutRecords, by one of the ways in.
 *
 * @param {import('../../support/random').Random} random
 * @param {import('../../../index').AggregatorOptions} options
 */
function entriesOf(random, records, options) {
  const inputs = records.map((record) => asInput(record, random));
  if (random.chance(0.2)) return aggregate(inputs, options);

  const aggregator = new RecordAggregator(options);
  const entries = [];
  const take = (closed) => {
    for (const entry of closed) entries.push(entry);
  };
  if (random.chance(0.3)) aggregator.onRecordComplete((entry) => take([entry]));
  const half = random.int(inputs.length);
  for (const input of inputs.slice(0, half)) {
    const isTight = random.chance(0.1) && aggregator.fits(input);
    const closed = aggregator.addUserRecord(input);
    if (closed !== undefined && isTight) throw new Error('a record that fits has closed an aggregate');
    if (closed !== undefined) take([closed]);
  }
  if (options.routing.shards) take(aggregator.setShards(evenShards(random.between(1, 8))));
  take(aggregator.addUserRecords(inputs.slice(half)));
  const { sizeBytes } = aggregator;
  const before = entries.length;
  take(aggregator.flush());
  const flushed = entries.slice(before).reduce((sum, { Data }) => sum + Data.length, 0);
  if (flushed !== sizeBytes) throw new Error(`sizeBytes was ${sizeBytes}, and ${flushed} came out`);

  // Nothing of what is cleared may come out.
  aggregator.clearCallbacks();
  aggregator.addUserRecord(inputs[0]);
  aggregator.clear();
  take(aggregator.flush());
  return entries;
}

/** User records in an order that no routing changes: by all that they are. */
function identitiesOf(records) {
  return records
    .map(({ partitionKey, explicitHashKey, data }) => `${partitionKey} ${explicitHashKey} ${data.toString('latin1')}`)
    .sort();
}

/**
 * The same of what was read. Explicit hash keys that routing has written are none of the record's, and those of a record
 * that went unwrapped are its entry's.
 */
function identitiesOfRead(records, entries) {
  return identitiesOf(
    records.map(({ partitionKey, explicitHashKey, data, sequenceNumber, aggregated }) => {
      const found = aggregated ? explicitHashKey : (entries[Number(sequenceNumber)].ExplicitHashKey ?? null);
      return { partitionKey, explicitHashKey: OWN.has(found) ? found : null, data };
    }),
  );
}

module.exports = { ROUTINGS, entriesOf, identitiesOf, identitiesOfRead, randomOptions, randomRecords };
