'use strict';

// User records by description, so that each package gets its own: the older one writes into what it is given.

const WORDS = [
  'a',
  'b',
  'pk',
  'order-17',
  'sensor/7',
  'Key With Spaces',
  'x'.repeat(130),
  '6f9619ff-8b86-d011-b42d-00cf',
];
const INTEGER_LIKE = ['5', '3', '1', '0', '42', '4294967294', '007', '-1', '1.5'];
const WIDE = ['漢字', 'é', '🙂', 'ключ', '漢'.repeat(60)];
const INHERITED = ['__proto__', 'hasOwnProperty', 'constructor', 'toString'];
const SURROGATES = ['a\ud800', '\udc00b', `${'s'.repeat(50)}\ud800`];
const EXPLICIT = ['9', '170141183460469231731687303715884105728', 'abc', 'shard-3', 'z'.repeat(140)];

const MAX_RECORD_BYTES = 1024 * 1024;

/** A user record's description; `profile` says how odd it may be. */
function describeUserRecord(random, profile) {
  const isOdd = random.chance(profile.oddity);
  return {
    partitionKey: isOdd
      ? oddKey(random)
      : random.chance(profile.words ?? 0.8)
        ? random.pick(WORDS)
        : `key-${random.between(0, 300)}`,
    explicitHashKey: random.chance(profile.explicitHashKeys) ? explicitHashKey(random, isOdd) : undefined,
    data: data(random, isOdd, profile),
    isFrozen: isOdd && random.chance(0.1),
  };
}

function oddKey(random) {
  const kinds = [
    INTEGER_LIKE,
    WIDE,
    INHERITED,
    SURROGATES,
    [7, 12.5, 100n, true, ['a', 'b']],
    ['', 0, null, undefined],
  ];
  return random.pick(random.pick(kinds));
}

function explicitHashKey(random, isOdd) {
  if (!isOdd) return random.pick(random.chance(0.05) ? [null, '', false, 0] : EXPLICIT);
  const kinds = [INTEGER_LIKE, WIDE, INHERITED, [5, 77, 12n, true], ['', 0, 0n, null, false]];
  return random.pick(random.pick(kinds));
}

function data(random, isOdd, { largest }) {
  // Mostly small, sometimes as large as it gets: aggregates close at 1 MiB.
  const isNearLimit = largest > MAX_RECORD_BYTES && random.chance(0.05);
  const length = isNearLimit
    ? MAX_RECORD_BYTES - random.between(0, 200)
    : random.between(0, random.chance(0.15) ? largest : 200);
  const seed = random.between(0, 255);
  const kind = isOdd
    ? random.pick(['text', 'wide', 'ArrayBuffer', 'DataView', 'Uint16Array', 'Int8Array', 'nothing'])
    : random.pick(['text', 'Buffer', 'Buffer', 'Uint8Array']);
  return {
    kind,
    length,
    seed,
    nothing: kind === 'nothing' ? random.pick([undefined, null, 0, false, '', 7, {}]) : null,
  };
}

/** The described user record, made anew. */
function makeUserRecord({ partitionKey, explicitHashKey, data, isFrozen }) {
  const record = { partitionKey, data: makeData(data) };
  if (explicitHashKey !== undefined) record.explicitHashKey = explicitHashKey;
  return isFrozen ? Object.freeze(record) : record;
}

function makeData({ kind, length, seed, nothing }) {
  const buffer = Buffer.alloc(length, Buffer.from([seed, seed + 1, seed ^ 85]));
  const arrayBuffer = () => new Uint8Array(buffer).buffer;
  switch (kind) {
    case 'text':
      return 'x'.repeat(length);
    case 'wide':
      return '語'.repeat(length / 3);
    case 'Buffer':
      return buffer;
    case 'Uint8Array':
      return new Uint8Array(buffer);
    case 'Int8Array':
      return new Int8Array(arrayBuffer());
    case 'ArrayBuffer':
      return arrayBuffer();
    case 'DataView':
      return new DataView(arrayBuffer());
    case 'Uint16Array':
      return new Uint16Array(arrayBuffer().slice(0, length - (length % 2)));
    default:
      return nothing;
  }
}

module.exports = { describeUserRecord, makeUserRecord };
