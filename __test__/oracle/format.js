'use strict';

// The aggregated record format, written the slow and obvious way: every piece is a Buffer, every size is a length.

const { md5 } = require('./hash-key');

const MAGIC = Buffer.from('f3899ac2', 'hex');

const PARTITION_KEY_TABLE = 1;
const EXPLICIT_HASH_KEY_TABLE = 2;
const RECORDS = 3;

const PARTITION_KEY_INDEX = 1;
const EXPLICIT_HASH_KEY_INDEX = 2;
const DATA = 3;

function varint(number) {
  const bytes = [];
  let rest = BigInt(number);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A field of wire type 0. */
function number(field, value) {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A field of wire type 2. */
function bytes(field, value) {
  const content = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
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
  aggregateOf,
  bytes,
  explicitHashKeyEntry,
  frame,
  number,
  partitionKeyEntry,
  recordEntry,
  sizeOf,
  varint,
};
