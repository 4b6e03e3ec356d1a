'use strict';

// Blobs that nobody should write: odd and damaged aggregates, under shard ranges that cut close.

const { damaged, oddAggregate } = require('./blobs');
const { Agreement, compareWithKcl, FULL_RANGE } = require('./comparison');
const { MAX_HASH_KEY } = require('../../oracle/hash-key');
const { judge } = require('../../oracle/kcl');
const { VECTORS } = require('./vectors');
const { Random } = require('../../support/random');

/** Batches that are asked together: enough to keep the KCL busy, few enough to stay small. */
const BATCHES_AT_ONCE = 500;

async function testHostileBlobs(report, kcl, seed, count) {
  report.heading(`${count} hostile blobs`);
  const random = new Random(seed);
  const agreement = new Agreement();
  for (let done = 0; done < count; ) {
    const batches = [];
    while (batches.length < BATCHES_AT_ONCE && done < count) {
      const { blobs, range } = drawn(random, Math.min(random.between(1, 8), count - done));
      batches.push({ name: `blobs from ${done}`, blobs, range });
      done += blobs.length;
    }
    await compareWithKcl(report, kcl, agreement, batches);
  }
  agreement.print(report);
}

/** So many blobs, and a range that is interesting for them. */
function drawn(random, length = 1) {
  const blobs = Array.from({ length }, () => blob(random));
  return { blobs, range: rangeFor(random, blobs) };
}

function blob(random) {
  if (random.chance(0.7)) return oddAggregate(random);
  return damaged(random, random.chance(0.5) ? oddAggregate(random) : random.pick(SEEDS));
}

/** Damage goes unseen in a large vector, and costs most there. */
const SEEDS = VECTORS.map(({ data }) => data).filter((data) => data.length < 2000);

/**
 * No range, the full one, a random one, or one that begins, ends or stops just short at a user record's own hash key.
 */
function rangeFor(random, blobs) {
  const draw = random.int(5);
  if (draw === 0) return undefined;
  if (draw === 1) return FULL_RANGE;
  const hashKeys = blobs.flatMap((data) => judge(data).hashKeys());
  const point = () => {
    if (hashKeys.length === 0 || random.chance(0.3)) return random.bigint(0n, MAX_HASH_KEY);
    const near = random.pick(hashKeys) + BigInt(random.between(-1, 1));
    return near < 0n ? 0n : near > MAX_HASH_KEY ? MAX_HASH_KEY : near;
  };
  const [start, end] = [draw === 2 ? 0n : point(), draw === 3 ? MAX_HASH_KEY : point()].sort((a, b) =>
    a < b ? -1 : 1,
  );
  return { start: start.toString(), end: end.toString() };
}

module.exports = { drawn, testHostileBlobs };
