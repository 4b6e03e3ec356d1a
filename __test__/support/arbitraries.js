'use strict';

// Random user records and options, small enough that aggregates close often and keys meet again.

const fc = require('fast-check');
const { MAGIC } = require('../oracle/format');
const { MAX_HASH_KEY, SPACE } = require('../oracle/hash-key');
const { shard } = require('./shards');

const fewKeys = fc.constantFrom('a', 'b', 'c', 'd', '1', '0', '__proto__', 'ключ', '漢字', '🙂', 'k'.repeat(130));
const anyKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const partitionKey = fc.oneof({ weight: 4, arbitrary: fewKeys }, { weight: 1, arbitrary: anyKey });

const anyHashKey = fc.bigInt({ min: 0n, max: MAX_HASH_KEY });
const explicitHashKey = fc.oneof(
  { weight: 8, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.constantFrom('0', '7', String(MAX_HASH_KEY)) },
  { weight: 1, arbitrary: anyHashKey.map(String) },
);

const data = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.nat(400).map((length) => Buffer.alloc(length, 0x61)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.concat([MAGIC, bytes])) },
);

const userRecord = fc.record({ partitionKey, explicitHashKey, data });

/** A complete shard map, in any order. */
const shards = fc.uniqueArray(fc.bigInt({ min: 1n, max: MAX_HASH_KEY }), { maxLength: 8 }).chain((cuts) => {
  const starts = [0n, ...cuts].sort((a, b) => (a < b ? -1 : 1));
  const ends = [...starts.slice(1), SPACE].map((start) => start - 1n);
  return fc.shuffledSubarray(
    starts.map((start, i) => shard(start, ends[i])),
    { minLength: starts.length },
  );
});

const lanes = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(7, 64, 1000, 1024));

/** Every routing that keeps the one-hash-key invariant. */
const safeRouting = fc.oneof(
  fc.constant('pinned'),
  fc.constant('partitionKey'),
  fc.record({ lanes }),
  fc.record({ shards }),
);
const routing = fc.oneof({ weight: 4, arbitrary: safeRouting }, { weight: 1, arbitrary: fc.constant('first') });

/**
 * Options with limits small enough that everything closes often, or large enough that some records go in without a
 * closing; those that contradict each other are left out.
 */
function optionsWith(someRouting) {
  return fc
    .record(
      {
        routing: someRouting,
        maxRecordBytes: fc.oneof(fc.integer({ min: 700, max: 2000 }), fc.integer({ min: 6000, max: 12_000 })),
        maxAggregateBytes: fc.oneof(fc.integer({ min: 64, max: 700 }), fc.integer({ min: 1200, max: 6000 })),
        maxUserRecords: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 60 })),
        maxOpenAggregates: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 30 })),
        wrapSingle: fc.boolean(),
      },
      { requiredKeys: ['routing', 'maxRecordBytes'] },
    )
    .map((options) => ({
      ...options,
      ...(options.maxAggregateBytes && {
        maxAggregateBytes: Math.min(options.maxAggregateBytes, options.maxRecordBytes),
      }),
      ...(options.routing.lanes && { wrapSingle: true }),
    }));
}

module.exports = { explicitHashKey, lanes, optionsWith, partitionKey, routing, safeRouting, shards, userRecord };
