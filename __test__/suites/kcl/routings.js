'use strict';

// Every routing, on streams whose shards split and merge while records are on their way: what was put in comes out of
// the KCL, all of it.
//
// Kinesis keeps a record in the shard that owned its hash key when it was put, and the KCL reads every shard, closed
// ones too, under that shard's own range. So an aggregate is in danger at one moment only: when it is put, if the shard
// that takes it does not own the hash key of each of its user records. That moment is what is varied here: aggregates
// are put at once or only after the next resharding, and under `{ shards }` by an aggregator that has heard of the
// resharding or has not.

const assert = require('node:assert/strict');
const { deaggregate, RecordAggregator } = require('../../..');
const { KinesisStream, hashKeyOf } = require('./kinesis-stream');
const { laneOf } = require('../../oracle/aggregator');
const { MAX_HASH_KEY, SPACE, effectiveHashKey } = require('../../oracle/hash-key');
const { Random } = require('../../support/random');
const { asInput, userRecords } = require('../../support/random-user-records');

const STREAMS_AT_ONCE = 100;
const LONG_STREAMS = 0.005;
const KINESIS_RECORD_BYTES = 1_048_576;

const lanes = (_, random) => ({ lanes: random.pick([1, 2, 3, 4, 7, 16, 64, 1000, 1024]) });
const shards = (stream) => ({ shards: stream.describe() });

/**
 * `order`: the groups of user records whose order is promised over the whole stream; `untilResharded`: but no longer
 * than that.
 */
const ROUTINGS = [
  { name: "'pinned'", routing: () => 'pinned' },
  { name: '{ lanes }', routing: lanes, order: ofOneLane },
  { name: '{ shards }, map kept fresh', routing: shards, fresh: true, order: ofOneKey, untilResharded: true },
  { name: '{ shards }, map gone stale', routing: shards, order: ofOneKey, untilResharded: true },
  { name: "'partitionKey'", routing: () => 'partitionKey', order: ofOneKey },
];

async function testRoutings(report, kcl, seed, count) {
  for (const [i, kind] of ROUTINGS.entries()) {
    const totals = new Totals();
    await eachRun(report, kcl, kind, seed * 100 + i, count, (run, shards) => {
      report.check(`routing ${kind.name}, stream ${run.seed}`, () => {
        const delivered = shards.flat();
        totals.add(run, delivered);
        assertEntriesAccepted(run);
        assertHashedAlike(delivered);
        assertAllDelivered(run, delivered);
        assertOrder(run, delivered);
        assertSameShardAsAlone(run, delivered);
        assertSameAsOurs(run, shards);
      });
    });
    report.heading(`Routing ${kind.name}: ${count} streams`);
    totals.print(report);
  }
  await testFirst(report, kcl, seed, count);
}

/** The routing that promises nothing: its loss has to be there, and to be exactly what rule 7 of the format says. */
async function testFirst(report, kcl, seed, count) {
  const kind = { name: "'first'", routing: () => 'first' };
  const oneShard = new Totals();
  const manyShards = new Totals();
  await eachRun(report, kcl, kind, seed * 100 + 99, count, (run, shards) => {
    const totals = run.stream.shards.length === 1 ? oneShard : manyShards;
    report.check(`routing 'first', stream ${run.seed}`, () => {
      const delivered = shards.flat();
      totals.add(run, delivered);
      assertEntriesAccepted(run);
      assertSameAsOurs(run, shards);
      assertLostByRule7(run, shards);
    });
  });
  report.heading(`Routing 'first', which the KCL may drop: ${count} streams`);
  report.figure('streams that never had more than one shard');
  oneShard.print(report);
  report.figure('streams of several shards');
  manyShards.print(report);
  report.check("'first' loses nothing on one shard", () => assert.equal(oneShard.lost, 0));
  report.check("'first' does lose on several, so these tests can see a loss", () => assert.ok(manyShards.lost > 0));
}

/**
 * Plays `count` streams and gives each to `body` with what the KCL handed on, shard by shard.
 * @param {(run: Run, shards: Delivered[][]) => void} body
 */
async function eachRun(report, kcl, kind, seed, count, body) {
  for (let done = 0; done < count; done += STREAMS_AT_ONCE) {
    const size = Math.min(STREAMS_AT_ONCE, count - done);
    const runs = [];
    for (let i = 0; i < size; i++) {
      const runSeed = seed * 1_000_000 + done + i;
      report.attempt(`routing ${kind.name}, stream ${runSeed}`, () => runs.push(play(kind, runSeed)));
    }
    const answers = await kcl.ask(
      runs.flatMap(({ stream }) =>
        stream.shards.map(({ records, start, end }) => ({ records, range: { start: `${start}`, end: `${end}` } })),
      ),
    );
    for (const run of runs) {
      const shards = run.stream.shards.map((shard) => {
        const { records, thrown } = answers.shift();
        assert.equal(thrown, undefined);
        return records.map((record) => delivery(run, shard, record));
      });
      body(run, shards);
    }
  }
}

/**
 * One producer and one stream, until everything is put.
 * @typedef {ReturnType<typeof play>} Run
 */
function play(kind, seed) {
  const random = new Random(seed);
  const stream = new KinesisStream(shardStarts(random));
  // Ends of shards, not their beginnings: those of an evenly split stream are also the hash keys that lanes are pinned
  // to.
  const ownHashKeys = random.chance(0.4)
    ? [0n, random.bigint(0n, MAX_HASH_KEY), ...stream.shards.map(({ end }) => end)]
    : [];
  // Most streams are short; now and then one fills aggregates up to Kinesis's own limit.
  const long = random.chance(LONG_STREAMS);
  const source = userRecords(random, { explicitHashKeys: ownHashKeys, maxData: long ? 3000 : 120 });
  const routing = kind.routing(stream, random);
  const options = randomOptions(random, routing);
  // What is random may be an aggregate itself.
  const aggregator = new RecordAggregator({ routing, nested: 'keep', ...options });
  const inputs = [];
  const entries = [];
  const onTheirWay = [];
  const take = (closed) => {
    for (const entry of closed) {
      entries.push(entry);
      onTheirWay.push(entry);
    }
  };
  const putAll = () => {
    for (const entry of onTheirWay.splice(0)) stream.put(entry);
  };
  if (random.chance(0.2)) aggregator.onRecordComplete((entry) => take([entry]));

  const reshardings = random.chance(0.3) ? 0 : random.between(1, 4);
  for (let resharding = 0; ; resharding++) {
    for (let i = random.int(long ? 5000 : 40); i > 0; i--) {
      const record = source.next();
      inputs.push(record);
      const closed = aggregator.addUserRecord(asInput(record, random));
      if (closed) take([closed]);
      if (random.chance(0.3)) putAll();
      if (random.chance(long ? 0.0003 : 0.03)) take(aggregator.flush());
    }
    if (resharding === reshardings) break;
    if (random.chance(0.5)) putAll();
    for (let i = random.between(1, 3); i > 0; i--) stream.reshard(random);
    if (kind.fresh) take(aggregator.setShards(stream.describe()));
  }
  take(aggregator.flush());
  putAll();
  return {
    seed,
    kind,
    routing,
    options,
    stream,
    inputs,
    entries,
    ownHashKeys: new Set(ownHashKeys.map(String)),
    reshardings,
  };
}

function shardStarts(random) {
  const count = random.pick([1, 1, 2, 3, 5, 8]);
  const evenly = random.chance(0.5);
  const starts = Array.from({ length: count - 1 }, (_, i) =>
    evenly ? (BigInt(i + 1) * SPACE) / BigInt(count) : random.bigint(1n, MAX_HASH_KEY),
  );
  return [0n, ...new Set(starts.sort((a, b) => (a < b ? -1 : 1)))];
}

function randomOptions(random, routing) {
  const options = {};
  if (random.chance(0.5)) options.maxAggregateBytes = random.between(64, 2000);
  if (random.chance(0.3)) options.maxUserRecords = random.between(1, 8);
  if (random.chance(0.3)) options.maxOpenAggregates = random.between(1, 6);
  if (random.chance(0.3) && routing.lanes === undefined) options.wrapSingle = false;
  return options;
}

/**
 * What the KCL handed on, beside the entry it came in. `explicitHashKey` is the user record's own, if it had one.
 * @typedef {ReturnType<typeof delivery>} Delivered
 */
function delivery(run, shard, record) {
  const { entry } = shard.records.find(({ sequenceNumber }) => sequenceNumber === record.sequenceNumber);
  // The KCL knows no explicit hash key of a record that is not aggregated; Kinesis did.
  const explicitHashKey = record.aggregated ? record.explicitHashKey : (entry.ExplicitHashKey ?? null);
  return {
    ...record,
    explicitHashKey: run.ownHashKeys.has(explicitHashKey) ? explicitHashKey : null,
    shard,
    entry,
    handedOn: record,
  };
}

/** Kinesis would take every entry, and the options were kept to. */
function assertEntriesAccepted({ entries, options }) {
  for (const { PartitionKey, ExplicitHashKey, Data, userRecordCount } of entries) {
    const keyLength = [...PartitionKey].length;
    assert.ok(keyLength >= 1 && keyLength <= 256, `a partition key of ${keyLength}`);
    if (ExplicitHashKey !== undefined) {
      assert.match(ExplicitHashKey, /^(0|[1-9][0-9]{0,38})$/);
      assert.ok(BigInt(ExplicitHashKey) <= MAX_HASH_KEY);
    }
    const bytes = Data.length + Buffer.byteLength(PartitionKey);
    const limit = userRecordCount === 1 ? KINESIS_RECORD_BYTES : (options.maxAggregateBytes ?? KINESIS_RECORD_BYTES);
    assert.ok(bytes <= limit, `${bytes} bytes`);
    assert.ok(userRecordCount <= (options.maxUserRecords ?? Number.POSITIVE_INFINITY));
  }
}

/** The invariant itself: the hash key of every user record is its aggregate's. */
function assertHashedAlike(delivered) {
  for (const { handedOn, entry } of delivered) {
    if (!handedOn.aggregated) continue;
    assert.equal(handedOn.explicitHashKey, entry.ExplicitHashKey ?? null);
    const alone = hashKeyOf({
      PartitionKey: handedOn.partitionKey,
      ExplicitHashKey: handedOn.explicitHashKey ?? undefined,
    });
    assert.equal(alone, hashKeyOf(entry));
  }
}

/** Each user record once, byte for byte, with its partition key and its own explicit hash key. */
function assertAllDelivered({ inputs, entries }, delivered) {
  assert.deepEqual(delivered.map(identity).sort(), inputs.map(identity).sort());
  const counts = new Map(entries.map((entry) => [entry, 0]));
  for (const { entry } of delivered) counts.set(entry, counts.get(entry) + 1);
  assert.deepEqual(
    [...counts.values()],
    entries.map(({ userRecordCount }) => userRecordCount),
  );
}

/** `Map.groupBy`, which Node 20 lacks. */
function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

const identity = ({ partitionKey, explicitHashKey, data }) =>
  JSON.stringify([partitionKey, explicitHashKey, data.toString('base64')]);

function assertOrder(run, delivered) {
  assertOrderWithinAggregates(run, delivered);
  const { order, untilResharded } = run.kind;
  if (order !== undefined && !(untilResharded && run.reshardings > 0)) assertOrderOfGroups(run, delivered, order);
}

/**
 * The order of the input; after `setShards` has moved open user records into new aggregates, that of each partition
 * key.
 */
function assertOrderWithinAggregates({ kind, inputs, reshardings }, delivered) {
  const group = kind.fresh && reshardings > 0 ? ofOneKey : () => 'all';
  const positions = groupBy(inputs, group);
  for (const [key, records] of positions) positions.set(key, records.map(identity));
  for (const ofOne of groupBy(delivered, ({ sequenceNumber }) => sequenceNumber).values()) {
    assert.deepEqual(
      ofOne.map(({ subSequenceNumber }) => subSequenceNumber),
      [...ofOne.keys()],
    );
    for (const [key, records] of groupBy(ofOne, group)) {
      let from = 0;
      for (const record of records) {
        from = positions.get(key).indexOf(identity(record), from) + 1;
        assert.ok(from > 0, 'the order of the input within an aggregate');
      }
    }
  }
}

/** Over all that was ever put, as far as the routing promises it. */
function assertOrderOfGroups(run, delivered, groupOf) {
  const wanted = groupBy(run.inputs, (record) => groupOf(record, run));
  const found = groupBy(delivered, (record) => groupOf(record, run));
  assert.equal(found.size, wanted.size);
  for (const [group, records] of wanted) {
    assert.deepEqual(found.get(group).map(identity), records.map(identity), `the order of ${group}`);
  }
}

/** Under `{ shards }` with a map that holds: each user record lies where it would have gone alone. */
function assertSameShardAsAlone({ kind, routing, reshardings }, delivered) {
  if (routing.shards === undefined || reshardings > 0) return;
  for (const { partitionKey, explicitHashKey, shard } of delivered) {
    const alone = hashKeyOf({ PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey ?? undefined });
    assert.ok(shard.start <= alone && alone <= shard.end, kind.name);
  }
}

/** All records of a lane keep their order; those that bring an explicit hash key have it for a lane. */
function ofOneLane({ partitionKey, explicitHashKey }, { routing }) {
  if (explicitHashKey !== null) return `explicit hash key ${explicitHashKey}`;
  return `lane ${laneOf(hashKeyOf({ PartitionKey: partitionKey }), routing.lanes)}`;
}

function ofOneKey({ partitionKey, explicitHashKey }) {
  return `${explicitHashKey} ${partitionKey}`;
}

/**
 * This package's own filter judges each shard as the KCL does. What it hands out differs in one thing: the explicit hash
 * key that a routing wrote is not the user's.
 */
function assertSameAsOurs({ stream }, shards) {
  stream.shards.forEach(({ records, start, end }, i) => {
    const ours = deaggregate(
      records.map(({ partitionKey, sequenceNumber, data }) => ({
        PartitionKey: partitionKey,
        SequenceNumber: sequenceNumber,
        Data: data,
      })),
      { hashKeyRange: { StartingHashKey: start.toString(), EndingHashKey: end.toString() } },
    );
    assert.deepEqual(
      ours.map(handedOnRow),
      shards[i].map(({ handedOn, explicitHashKey }) =>
        handedOnRow(handedOn.aggregated ? { ...handedOn, explicitHashKey } : handedOn),
      ),
    );
  });
}

const handedOnRow = ({ partitionKey, explicitHashKey, data, sequenceNumber, subSequenceNumber, aggregated }) => [
  partitionKey,
  explicitHashKey,
  data.toString('base64'),
  sequenceNumber,
  subSequenceNumber,
  aggregated,
];

/**
 * An aggregate is lost if, and only if, its shard does not own the hash keys of all its user records; then all of it
 * is.
 */
function assertLostByRule7({ stream }, shards) {
  stream.shards.forEach(({ records, start, end }, i) => {
    const survivors = records.filter(({ sequenceNumber, data }) =>
      // Without its partition key, all explicit hash keys come out as written.
      deaggregate({ SequenceNumber: sequenceNumber, Data: data }).every((record) => {
        if (!record.aggregated) return true;
        const hashKey = effectiveHashKey(record.partitionKey, record.explicitHashKey);
        return start <= hashKey && hashKey <= end;
      }),
    );
    assert.deepEqual(
      [...new Set(shards[i].map(({ sequenceNumber }) => sequenceNumber))],
      survivors.map(({ sequenceNumber }) => sequenceNumber),
    );
  });
}

class Totals {
  streams = 0;
  resharded = 0;
  kinesisRecords = 0;
  put = 0;
  delivered = 0;

  add({ inputs, entries, stream, reshardings }, delivered) {
    this.streams++;
    if (reshardings > 0 && stream.shards.length > 1) this.resharded++;
    this.kinesisRecords += entries.length;
    this.put += inputs.length;
    this.delivered += delivered.length;
  }

  get lost() {
    return this.put - this.delivered;
  }

  print(report) {
    const { streams, resharded, kinesisRecords, put, delivered, lost } = this;
    const percent = ((100 * lost) / Math.max(put, 1)).toFixed(1);
    report.figure(
      `${streams} streams, ${resharded} of them resharded: ${put} user records in ${kinesisRecords} Kinesis records, ` +
        `${delivered} handed on by the KCL, ${lost} lost (${percent} %)`,
    );
  }
}

module.exports = { testRoutings };
