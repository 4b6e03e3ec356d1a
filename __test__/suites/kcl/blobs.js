'use strict';

// Hostile Kinesis records: aggregates that are odd, broken by their writer, or damaged afterwards. Seeded, so that a
// failure comes again.

const { MAGIC, bytes, frame, groups, number, tag, varint } = require('../../oracle/format');
const { MAX_HASH_KEY, hashKeyOf } = require('../../oracle/hash-key');

/** Of every Kinesis record that is compared. */
const OUTER_PARTITION_KEY = 'outer';
/** What a routing would write on the user records of a Kinesis record with that partition key. */
const PIN = hashKeyOf(OUTER_PARTITION_KEY).toString();

const ODD_HASH_KEYS = [
  '',
  'abc',
  ' 5',
  '5 ',
  '+5',
  '-5',
  '-0',
  '+',
  '-',
  '1-2',
  '+-1',
  '007',
  '1e3',
  '0x10',
  '5.0',
  '1_0',
  '٣',
  '１２',
  '५٣',
  '𝟙',
];
const KEYS = ['a', 'b', 'key', '', '10', '9', 'ключ', '鍵', '😀', '__proto__', 'x'.repeat(300)];
const ODD_TEXTS = [
  'c3',
  'ff',
  'eda080',
  'eda08041',
  'edbfbf',
  'eda0',
  'e282',
  'c0af',
  'f0908080',
  'f09080',
  'f4908080',
  'e08080',
  '61eda080ff62',
];

/**
 * An aggregate with fields in any order, entries nobody needs, unknown fields, long varints, and now and then a real
 * mistake.
 */
function oddAggregate(random) {
  // The mistakes are drawn per aggregate: one of each in every aggregate would hide what each does alone.
  const rare = random.chance(0.5) ? 0 : 0.08;
  const odd = random.chance(0.4) ? 0 : 0.3;
  const width = () => (random.chance(odd) ? random.between(1, 11) : 0);

  const partitionKeys = Array.from({ length: random.between(1, 5) }, () => partitionKeyBytes(random, odd));
  const explicitHashKeys = Array.from({ length: random.int(4) }, () => Buffer.from(explicitHashKey(random, rare)));
  const index = (table) => {
    if (random.chance(rare / 2))
      return random.pick([BigInt(table.length), 2n ** 31n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 64n]);
    return BigInt(random.int(Math.max(table.length, 1)));
  };

  const record = () => {
    const fields = [number(1, index(partitionKeys), width()), bytes(3, random.bytes(random.int(12)), width())];
    if (explicitHashKeys.length > 0 && random.chance(0.6)) fields.push(number(2, index(explicitHashKeys), width()));
    if (random.chance(odd / 2)) fields.push(bytes(4, tagMessage(random, rare)));
    if (random.chance(odd / 2)) fields.push(unknownField(random, rare, 1));
    if (random.chance(odd / 3)) fields.push(number(1, index(partitionKeys)), bytes(3, random.bytes(3)));
    if (random.chance(rare)) fields.splice(random.int(fields.length), 1);
    return Buffer.concat(random.chance(odd) ? shuffled(random, fields) : fields);
  };

  const fields = [
    ...partitionKeys.map((key) => bytes(1, key, width())),
    ...explicitHashKeys.map((key) => bytes(2, key, width())),
    ...Array.from({ length: random.int(7) }, () => bytes(3, record(), width())),
  ];
  if (random.chance(odd)) fields.push(unknownField(random, rare, 0));
  if (random.chance(rare)) fields.push(random.pick([hugeLength, hugeTag, nonsense])(random));
  return frame(Buffer.concat(random.chance(odd) ? shuffled(random, fields) : fields));
}

/** Damage: bits, bytes, cuts, copies; the MD5 made good in nine of ten cases, or hardly any would get past it. */
function damaged(random, data) {
  const aggregated = data.length > 20 && data.subarray(0, 4).equals(MAGIC);
  const keepMd5 = !aggregated || random.chance(0.1);
  let body = Buffer.from(keepMd5 ? data : data.subarray(4, -16));
  for (let i = random.between(1, 3); i > 0 && body.length > 0; i--) body = damagedOnce(random, body);
  return keepMd5 ? body : frame(body);
}

function damagedOnce(random, body) {
  const at = random.int(body.length);
  switch (random.int(6)) {
    case 0:
      body[at] ^= 1 << random.int(8);
      return body;
    case 1:
      body[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(256)]);
      return body;
    case 2:
      return body.subarray(0, at);
    case 3:
      return Buffer.concat([body.subarray(0, at), random.bytes(random.between(1, 4)), body.subarray(at)]);
    case 4:
      return Buffer.concat([body.subarray(0, at), body.subarray(at + random.between(1, 4))]);
    default:
      return Buffer.concat([body.subarray(0, at), body.subarray(random.int(at + 1))]);
  }
}

function partitionKeyBytes(random, odd) {
  if (random.chance(odd / 2)) return Buffer.from(random.pick(ODD_TEXTS), 'hex');
  if (random.chance(odd / 4)) return random.bytes(random.int(8));
  return Buffer.from(random.pick(KEYS));
}

function explicitHashKey(random, rare) {
  if (random.chance(0.3)) return PIN;
  if (random.chance(rare)) return random.pick(ODD_HASH_KEYS);
  if (random.chance(rare)) return random.pick([MAX_HASH_KEY + 1n, 10n ** 45n, -1n]).toString();
  return random.pick([0n, 1n, MAX_HASH_KEY, random.bigint(0n, MAX_HASH_KEY)]).toString();
}

const tagMessage = (random, rare) =>
  Buffer.concat([
    ...(random.chance(rare) ? [] : [bytes(1, Buffer.from('k'))]),
    ...(random.chance(0.5) ? [bytes(2, Buffer.from('v'))] : []),
    ...(random.chance(rare) ? [unknownField(random, rare, 2)] : []),
  ]);

function unknownField(random, rare, depth) {
  const field = random.pick([4, 5, 15, 16, 1000, 2 ** 28]);
  // The KCL's reader gives up at the 101st level; the message itself stands on one.
  if (random.chance(rare)) return groups(field, random.between(97, 102) - depth);
  return random.pick([
    () => number(field, random.int(1000), random.int(11)),
    () => bytes(field, random.bytes(random.int(6))),
    () => Buffer.concat([tag(field, 1), random.bytes(8)]),
    () => Buffer.concat([tag(field, 5), random.bytes(4)]),
    () => groups(field, random.between(1, 3)),
    // A known field with another wire type is an unknown field.
    () => number(random.between(1, 3), random.int(9)),
    () => Buffer.concat([tag(random.between(1, 3), 5), random.bytes(4)]),
  ])();
}

const hugeLength = (random) =>
  Buffer.concat([
    tag(random.between(1, 5), 2),
    varint(random.pick([2n ** 31n, 2n ** 32n, 2n ** 32n + 3n, 2n ** 64n - 1n])),
    random.bytes(3),
  ]);
const hugeTag = (random) =>
  Buffer.concat([varint((1n << 32n) | BigInt(random.pick([0, 0x0a, 0x28, 0x2a]))), varint(1), random.bytes(1)]);
const nonsense = (random) => random.bytes(random.between(1, 5));

function shuffled(random, items) {
  const rest = [...items];
  return items.map(() => rest.splice(random.int(rest.length), 1)[0]);
}

module.exports = { OUTER_PARTITION_KEY, damaged, oddAggregate };
