'use strict';

// What this package writes the others read, what they write this package reads; where not, it is a defect of theirs
// that is on the list, and what the defect makes of the records is foretold.

const assert = require('node:assert/strict');
const { aggregate, deaggregate } = require('../../..');
const { Random } = require('../../support/random');
const { asInput, userRecords } = require('../../support/random-user-records');
const { MAX_HASH_KEY } = require('../../oracle/hash-key');

/**
 * Larger than the longest test record, so that the Python package's loss near its limit stays out; it has a check of
 * its own.
 */
const SMALLEST_LIMIT = 1200;
const LARGEST_LIMIT = 1_048_576;
const ALL_IN_ONE = { nested: 'keep', routing: 'first', maxAggregateBytes: 10_485_760, maxRecordBytes: 10_485_760 };

const HALVES = [
  { ShardId: 'shardId-0', HashKeyRange: { StartingHashKey: '0', EndingHashKey: `${MAX_HASH_KEY / 2n}` } },
  {
    ShardId: 'shardId-1',
    HashKeyRange: { StartingHashKey: `${MAX_HASH_KEY / 2n + 1n}`, EndingHashKey: `${MAX_HASH_KEY}` },
  },
].map((shard) => ({ ...shard, SequenceNumberRange: { StartingSequenceNumber: '1' } }));
const ROUTINGS = ['pinned', 'partitionKey', 'first', { lanes: 3 }, { shards: HALVES }];

class Defects {
  #counts = new Map();

  add(name) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  print(report) {
    for (const [name, count] of this.#counts) report.figure(`differed as listed, ${name}: ${count}`);
  }
}

/** @param {import('./peers.js').Peer} peer */
async function testReading(report, peer, seed, streams) {
  const defects = new Defects();
  let aggregates = 0;
  let records = 0;
  for (let i = 0; i < streams; i++) {
    const random = new Random(seed * 1_000_000 + i);
    const inputs = someRecords(random);
    const routing = random.pick(ROUTINGS);
    const entries = aggregate(
      inputs.map((record) => asInput(record, random)),
      { routing, ...someOptions(random, routing) },
    );
    const read = await Promise.all(entries.map(({ Data }) => peer.read(Data)));
    report.check(`stream ${i} under ${JSON.stringify(routing)}, read by ${peer.name}`, () => {
      entries.forEach((entry, j) => {
        const ours = deaggregate({ PartitionKey: 'outer', SequenceNumber: '1', Data: entry.Data });
        assert.deepEqual(read[j].records?.map(row), foretoldRead(peer, ours, defects).map(row), read[j].error);
        assert.equal(read[j].aggregated, ours[0].aggregated);
        records += ours.length;
      });
      aggregates += entries.length;
    });
  }
  report.figure(`what we write they read: ${records} user records in ${aggregates} Kinesis records`);
  defects.print(report);
}

/** A record that fills the limit to the last 20 bytes: the Python package loses it without a word, we do not. */
async function testLossAtTheLimit(report, peers) {
  report.heading('A user record within 20 bytes of the limit');
  const python = peers.find(({ name }) => name.startsWith('aws-kinesis-agg') && name.includes('Python'));
  const written = new Map();
  const lengths = Array.from({ length: 40 }, (_, i) => SMALLEST_LIMIT - 50 + i);
  const record = (length) => ({ partitionKey: 'a', explicitHashKey: null, data: Buffer.alloc(length) });
  for (const length of lengths) written.set(length, await python.write([record(length)], SMALLEST_LIMIT));
  const lost = lengths.filter((length) => written.get(length).aggregates?.every(({ data }) => data.length === 20));
  report.check('the Python package loses some', () => assert.ok(lost.length > 0));
  report.check('this package loses none', () => {
    for (const length of lost) {
      const [entry] = aggregate([record(length)], { maxAggregateBytes: SMALLEST_LIMIT });
      assert.equal(deaggregate({ PartitionKey: 'a', SequenceNumber: '1', Data: entry.Data })[0].data.length, length);
    }
  });
  report.figure(`lost by ${python.name}: ${lost.length} of ${lengths.length}; by this package: 0`);
}

/** Both packages of awslabs read an absent explicit hash key as table entry 0, if the table has one. */
function foretoldRead(peer, ours, defects) {
  const first = ours.find(({ explicitHashKey }) => explicitHashKey !== null);
  if (
    !peer.name.startsWith('aws-kinesis-agg') ||
    !first ||
    ours.every(({ explicitHashKey }) => explicitHashKey !== null)
  )
    return ours;
  defects.add("a record without an explicit hash key gets another record's (2)");
  return ours.map((record) => ({ ...record, explicitHashKey: record.explicitHashKey ?? first.explicitHashKey }));
}

/** @param {import('./peers.js').Peer} peer */
async function testWriting(report, peer, seed, streams) {
  const defects = new Defects();
  let aggregates = 0;
  let records = 0;
  for (let i = 0; i < streams; i++) {
    const random = new Random(seed * 1_000_000 + 500_000 + i);
    const inputs = someRecords(random);
    const large = inputs.some(({ data }) => data.length > SMALLEST_LIMIT / 4);
    const written = await peer.write(
      inputs,
      large ? LARGEST_LIMIT : random.pick([SMALLEST_LIMIT, 5000, LARGEST_LIMIT]),
    );
    report.check(`stream ${i} written by ${peer.name}`, () => {
      if (written.error) {
        assert.ok(isConfusedByPrototype(peer, inputs), written.error);
        defects.add('a key named like a member of Object.prototype (6), it throws');
        return;
      }
      const rest = [...inputs];
      for (const entry of written.aggregates) {
        const ours = deaggregate({ PartitionKey: entry.partitionKey, SequenceNumber: '1', Data: entry.data });
        if (isConfusedByPrototype(peer, rest)) {
          defects.add('a key named like a member of Object.prototype (6), it writes wrong indices');
          assertNothingLost(ours, entry, rest);
          return;
        }
        const chunk = rest.splice(0, ours.length);
        const foretold = foretoldWritten(peer, chunk, defects);
        // A lone record may come as it is; then its explicit hash key is outside.
        if (!ours[0].aggregated) ours[0].explicitHashKey = entry.explicitHashKey;
        assert.deepEqual(ours.map(row), foretold.map(row));
        if (ours[0].aggregated && foretold === chunk) {
          const [same] = aggregate(
            chunk.map((record) => asInput(record, random)),
            ALL_IN_ONE,
          );
          assert.ok(same.Data.equals(entry.data), "routing 'first' writes the same bytes");
        }
        records += ours.length;
      }
      assert.equal(rest.length, 0);
      aggregates += written.aggregates.length;
    });
  }
  report.figure(
    `what they write we read: ${records} user records in ${aggregates} Kinesis records, ours byte for byte the same`,
  );
  defects.print(report);
}

/**
 * The npm package keeps its tables in plain objects, which put integer-like keys first, but gives out the indices in
 * order of arrival.
 */
function foretoldWritten(peer, chunk, defects) {
  if (!peer.name.includes('npm')) return chunk;
  const partitionKeys = misplaced(chunk.map(({ partitionKey }) => partitionKey));
  const explicitHashKeys = misplaced(chunk.flatMap(({ explicitHashKey }) => explicitHashKey ?? []));
  if (partitionKeys === null && explicitHashKeys === null) return chunk;
  defects.add('integer-like keys are swapped between records (1)');
  return chunk.map((record) => ({
    ...record,
    partitionKey: partitionKeys?.get(record.partitionKey) ?? record.partitionKey,
    explicitHashKey: explicitHashKeys?.get(record.explicitHashKey) ?? record.explicitHashKey,
  }));
}

/** Which key comes out in place of which, or null if all come out right. */
function misplaced(keys) {
  const arrived = [...new Set(keys)];
  const written = Object.keys(Object.fromEntries(arrived.map((key) => [key, 0])));
  if (arrived.every((key, i) => key === written[i])) return null;
  return new Map(arrived.map((key, i) => [key, written[i]]));
}

const isConfusedByPrototype = (peer, records) =>
  peer.name.includes('npm') && records.some(({ partitionKey }) => partitionKey in Object.prototype);

/** Of an aggregate that its writer broke we promise that all data is there: as it came, or taken apart. */
function assertNothingLost(ours, entry, inputs) {
  if (!ours[0].aggregated) {
    assert.equal(ours[0].decodeError, 'ERR_KPL_INDEX');
    assert.ok(ours[0].data.equals(entry.data));
  } else {
    const wanted = inputs.slice(0, ours.length).map(({ data }) => data.toString('base64'));
    assert.deepEqual(
      ours.map(({ data }) => data.toString('base64')),
      wanted,
    );
  }
}

function someRecords(random) {
  const explicitHashKeys = random.chance(0.5) ? [0n, 5n, 7n, MAX_HASH_KEY, random.bigint(0n, MAX_HASH_KEY)] : [];
  const large = random.chance(0.01);
  const source = userRecords(random, { explicitHashKeys, maxData: large ? 300_000 : 120 });
  return Array.from({ length: random.between(1, large ? 20 : 60) }, () => source.next());
}

function someOptions(random, routing) {
  // What is random may be an aggregate itself.
  const options = { nested: 'keep' };
  if (random.chance(0.5)) options.maxAggregateBytes = random.between(64, 3000);
  if (random.chance(0.3) && routing.lanes === undefined) options.wrapSingle = false;
  return options;
}

const row = ({ partitionKey, explicitHashKey, data }) => [partitionKey, explicitHashKey, data.toString('base64')];

module.exports = { testLossAtTheLimit, testReading, testWriting };
