'use strict';

// Random user records: what producers write, mixed with what broke other aggregators.

const { MAGIC, aggregateOf } = require('../oracle/format');

const ODD_KEYS = [
  '5',
  '3',
  '10',
  ' ',
  '\0',
  'é',
  'ключ',
  '鍵',
  '😀😀',
  '__proto__',
  'hasOwnProperty',
  'x'.repeat(256),
  '鍵'.repeat(256),
];
/** A whole aggregate of two user records: as a user record's data it has to come out as it is. */
const AGGREGATE = aggregateOf([
  { partitionKey: 'a', data: 'x' },
  { partitionKey: 'b', explicitHashKey: '9', data: 'yz' },
]);

/** @typedef {{ id: number, partitionKey: string, explicitHashKey: string | null, data: Buffer }} TestRecord */

/**
 * A source of user records over a few partition keys. `id` counts them, so that their order can be checked afterwards.
 * @param {import('./random.js').Random} random
 * @param {{ explicitHashKeys?: bigint[], maxData?: number }} [options] `explicitHashKeys`: what records may bring along
 */
function userRecords(random, { explicitHashKeys = [], maxData = 120 } = {}) {
  const keys = Array.from({ length: random.between(1, 12) }, () =>
    random.chance(0.3) ? random.pick(ODD_KEYS) : `user-${random.int(1000)}`,
  );
  let id = 0;
  return {
    /** @returns {TestRecord} */
    next() {
      const explicit = explicitHashKeys.length > 0 && random.chance(0.2);
      return {
        id: id++,
        partitionKey: random.pick(keys),
        explicitHashKey: explicit ? random.pick(explicitHashKeys).toString() : null,
        data: dataOf(random, id, maxData),
      };
    },
  };
}

function dataOf(random, id, maxData) {
  const numbered = Buffer.alloc(4);
  numbered.writeUInt32BE(id);
  const kind = random.int(20);
  if (kind === 0) return Buffer.alloc(0);
  if (kind === 1) return Buffer.concat([MAGIC, numbered]);
  if (kind === 2) return AGGREGATE;
  return Buffer.concat([numbered, random.bytes(random.int(random.pick([1, 20, maxData])))]);
}

/** As the package takes it. */
function asInput({ partitionKey, explicitHashKey, data }, random) {
  if (random.chance(0.5))
    return { PartitionKey: partitionKey, Data: data, ExplicitHashKey: explicitHashKey ?? undefined };
  return { partitionKey, data, explicitHashKey: explicitHashKey === null ? null : BigInt(explicitHashKey) };
}

module.exports = { userRecords, asInput };
