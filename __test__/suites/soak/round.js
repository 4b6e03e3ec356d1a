'use strict';

// One round of work: through the whole face as a user calls it, every result checked. Whatever does not hold throws.

const { deaggregate, deaggregateAsync, hashKey } = require('../../..');
const { hashKeyOf } = require('../../oracle/hash-key');
const { SHAPES } = require('../../support/kinesis-records');
const { throughDropIn } = require('./drop-in');
const { READERS, rowOf } = require('./readers');
const { ROUTINGS, entriesOf, identitiesOf, identitiesOfRead, randomOptions, randomRecords } = require('./records');
const { refuseAll } = require('./refusals');

const MOST_IN_FLIGHT = 64;

/** What was done so far: numbers alone, since the soak must not grow by itself. */
class Tally {
  rounds = 0;
  userRecords = 0;
  kinesisRecords = 0;
  /** User records that came back equal, over all ways of reading. */
  readBack = 0;
  asyncCalls = 0;
  errors = 0;
}

/**
 * @param {import('../../support/random').Random} random
 * @param {Tally} tally
 */
async function workOneRound(random, tally) {
  for (const routing of Object.values(ROUTINGS)) {
    const records = randomRecords(random);
    const entries = entriesOf(random, records, randomOptions(random, routing(random)));
    const kinesisRecords = entries.map((entry, i) => random.pick(Object.values(SHAPES))(entry, String(i)));
    const userRecords = deaggregate(kinesisRecords);
    assertSame(identitiesOfRead(userRecords, entries), identitiesOf(records), 'aggregated and read back');

    // Under way while everything else happens on the event loop.
    const underWay = readManyAtOnce(random, kinesisRecords, userRecords);
    const reader = random.pick(Object.keys(READERS));
    assertSame(READERS[reader](kinesisRecords), userRecords.map(rowOf), reader);
    const byDropIn = await workDropIn(random, records.slice(0, 200));
    assertHashKey(random.pick(records).partitionKey);
    tally.errors += await refuseAll(random, entries);
    const async = await underWay;

    tally.userRecords += records.length;
    tally.kinesisRecords += entries.length;
    tally.asyncCalls += async.calls;
    tally.readBack += 2 * records.length + byDropIn + async.userRecords;
  }
  tally.rounds++;
}

/**
 * Many calls at a time, whose bytes are overwritten as soon as they have begun. Gives how many user records came back.
 *
 * @param {import('../../support/random').Random} random
 */
async function readManyAtOnce(random, kinesisRecords, userRecords) {
  const rows = new Map(kinesisRecords.map((_, i) => [String(i), /** @type {string[]} */ ([])]));
  for (const userRecord of userRecords) rows.get(userRecord.sequenceNumber)?.push(rowOf(userRecord));
  const calls = Array.from({ length: random.between(1, MOST_IN_FLIGHT) }, async () => {
    const at = random.int(kinesisRecords.length);
    const record = { ...kinesisRecords[at] };
    if (record.Data !== undefined) record.Data = Buffer.from(record.Data);
    const promise = deaggregateAsync(record);
    record.Data?.fill(0xff);
    const read = await promise;
    assertSame(read.map(rowOf), rows.get(String(at)), 'deaggregateAsync');
    return read.length;
  });
  const counts = await Promise.all(calls);
  return { calls: counts.length, userRecords: counts.reduce((sum, count) => sum + count, 0) };
}

/** @param {import('../../support/random').Random} random */
async function workDropIn(random, records) {
  const { sent, read } = await throughDropIn(random, records);
  assertSame(identitiesOfRead(read, []), identitiesOf(sent), 'the drop-in');
  return read.length;
}

function assertHashKey(partitionKey) {
  if (hashKey(partitionKey) !== String(hashKeyOf(partitionKey))) throw new Error('hashKey is not the MD5');
}

/** Not by assert: what it makes of a difference of so many lines would take minutes. */
function assertSame(found, expected, what) {
  const at = expected.findIndex((row, i) => row !== found[i]);
  if (found.length === expected.length && at === -1) return;
  throw new Error(`${what}: ${found.length} user records for ${expected.length}, the first difference is at ${at}`);
}

module.exports = { Tally, workOneRound };
