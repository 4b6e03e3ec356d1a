'use strict';

// The aggregated record format, written the slow and obvious way: every piece is a Buffer, every size is a length. The
// pieces can be put together in every way that the format allows, and in some that it does not.

const { md5 } = require('./hash-key');

const MAGIC = Buffer.from('f3899ac2', 'hex');

const PARTITION_KEY_TABLE = 1;
const EXPLICIT_HASH_KEY_TABLE = 2;
const RECORDS = 3;

const PARTITION_KEY_INDEX = 1;
const EXPLICIT_HASH_KEY_INDEX = 2;
const DATA = 3;

const WIRE = { VARINT: 0, FIXED64: 1, LENGTH_DELIMITED: 2, START_GROUP: 3, END_GROUP: 4, FIXED32: 5 };

/** A varint, padded with empty groups of seven bits to `width` bytes if that is more than it needs. */
function varint(number, width = 0) {
  const bytes = [];
  let rest = BigInt(number);
  for (; rest > 127n || bytes.length + 1 < width; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const tag = (field, wireType) => varint(field * 8 + wireType);

/** A field of wire type 0, its value at least `width` bytes wide. */
function number(field, value, width) {
  return Buffer.concat([tag(field, WIRE.VARINT), varint(value, width)]);
}

/** A field of wire type 2, its length at least `width` bytes wide. */
function bytes(field, value, width) {
  const content = Buffer.from(value);
  return Buffer.concat([tag(field, WIRE.LENGTH_DELIMITED), varint(content.length, width), content]);
}

/** As many groups, one in another. */
function groups(field, depth) {
  const all = (wireType) => Array(depth).fill(tag(field, wireType));
  return Buffer.concat([...all(WIRE.START_GROUP), ...all(WIRE.END_GROUP)]);
}

const partitionKeyEntry = (key) => bytes(PARTITION_KEY_TABLE, key);
const explicitHashKeyEntry = (key) => bytes(EXPLICIT_HASH_KEY_TABLE, key);

/** A record as it stands in an aggregate: positions in the tables; without an explicit hash key, `null`. */
function recordEntry(partitionKeyIndex, explicitHashKeyIndex, data) {
  return bytes(
    RECORDS,
    Buffer.concat([
      number(PARTITION_KEY_INDEX, partitionKeyIndex),
      explicitHashKeyIndex === null ? Buffer.alloc(0) : number(EXPLICIT_HASH_KEY_INDEX, explicitHashKeyIndex),
      bytes(DATA, data),
    ]),
  );
}

/** Puts magic and MD5 around a message. */
function frame(...pieces) {
  const message = Buffer.concat(pieces);
  return Buffer.concat([MAGIC, message, md5(message)]);
}

/** The aggregate of user records `{ partitionKey, explicitHashKey, data }`, in the layout of every known writer. */
function aggregateOf(userRecords) {
  const partitionKeys = [...new Set(userRecords.map((record) => record.partitionKey))];
  const explicitHashKeys = [...new Set(userRecords.map((record) => record.explicitHashKey ?? null))].filter(
    (key) => key !== null,
  );
  return frame(
    ...partitionKeys.map(partitionKeyEntry),
    ...explicitHashKeys.map(explicitHashKeyEntry),
    ...userRecords.map(({ partitionKey, explicitHashKey, data }) =>
      recordEntry(
        partitionKeys.indexOf(partitionKey),
        explicitHashKey == null ? null : explicitHashKeys.indexOf(explicitHashKey),
        data,
      ),
    ),
  );
}

/** The size formula of the format description; shares nothing with the writer above. Of data, a length will do. */
function sizeOf(userRecords) {
  const v = (n) => {
    let length = 1;
    for (let rest = n; rest >= 128; rest = Math.floor(rest / 128)) length++;
    return length;
  };
  const entry = (length) => 1 + v(length) + length;
  const [partitionKeys, explicitHashKeys] = [new Map(), new Map()];
  let size = 20;
  for (const { partitionKey, explicitHashKey, data } of userRecords) {
    if (!partitionKeys.has(partitionKey)) {
      partitionKeys.set(partitionKey, partitionKeys.size);
      size += entry(Buffer.byteLength(partitionKey));
    }
    let inner =
      1 + v(partitionKeys.get(partitionKey)) + entry(typeof data === 'number' ? data : Buffer.byteLength(data));
    if (explicitHashKey != null) {
      if (!explicitHashKeys.has(explicitHashKey)) {
        explicitHashKeys.set(explicitHashKey, explicitHashKeys.size);
        size += entry(explicitHashKey.length);
      }
      inner += 1 + v(explicitHashKeys.get(explicitHashKey));
    }
    size += entry(inner);
  }
  return size;
}

module.exports = {
  MAGIC,
  WIRE,
  aggregateOf,
  bytes,
  explicitHashKeyEntry,
  frame,
  groups,
  number,
  partitionKeyEntry,
  recordEntry,
  sizeOf,
  tag,
  varint,
};
