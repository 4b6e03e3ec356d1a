'use strict';

// An aggregate read as the KCL reads it, the slow and obvious way: every number is a bigint, every piece a copy.

const { md5 } = require('../../oracle/hash-key');
const { MAGIC } = require('../../oracle/format');

const [VARINT, FIXED_64, LENGTH_DELIMITED, START_GROUP, END_GROUP, FIXED_32] = [0, 1, 2, 3, 4, 5];
const MAX_DEPTH = 100;

class Malformed extends Error {}

/**
 * What a record holds that begins with the magic number: `undefined` if it is no aggregate. `isOdd` tells of what
 * protobufjs reads otherwise: known fields of another wire type, groups, numbers of more than 32 bits, empty tags.
 */
function readAggregate(data) {
  if (!data.subarray(0, 4).equals(MAGIC) || data.length <= 20) return undefined;
  const message = data.subarray(4, -16);
  const aggregate = { partitionKeys: [], explicitHashKeys: [], userRecords: [], isOdd: false };
  try {
    readFields(message, aggregate, (field, wireType, value) => {
      if (wireType !== LENGTH_DELIMITED || field > 3n) return false;
      if (field === 1n) aggregate.partitionKeys.push(value.toString());
      if (field === 2n) aggregate.explicitHashKeys.push(value.toString());
      if (field === 3n) aggregate.userRecords.push(readUserRecord(value, aggregate));
      return true;
    });
  } catch (thrown) {
    if (thrown instanceof Malformed) return undefined;
    throw thrown;
  }
  return { ...aggregate, isIntact: md5(message).equals(data.subarray(-16)) };
}

function readUserRecord(bytes, aggregate) {
  const record = {};
  readFields(bytes, aggregate, (field, wireType, value) => {
    if (field === 1n && wireType === VARINT) record.partitionKey = value;
    else if (field === 2n && wireType === VARINT) record.explicitHashKey = value;
    else if (field === 3n && wireType === LENGTH_DELIMITED) record.data = value;
    else if (field === 4n && wireType === LENGTH_DELIMITED) readTag(value, aggregate);
    else return false;
    return true;
  });
  if (record.partitionKey === undefined || record.data === undefined) throw new Malformed();
  return record;
}

function readTag(bytes, aggregate) {
  let hasKey = false;
  readFields(bytes, aggregate, (field, wireType) => {
    const isKey = field === 1n && wireType === LENGTH_DELIMITED;
    hasKey ||= isKey;
    return isKey || (field === 2n && wireType === LENGTH_DELIMITED);
  });
  if (!hasKey) throw new Malformed();
}

function readFields(bytes, aggregate, isKnown) {
  const reader = { bytes, position: 0, aggregate };
  while (reader.position < bytes.length) {
    const [field, wireType] = readTagNumber(reader);
    const value = readValue(reader, field, wireType, MAX_DEPTH);
    if (!isKnown(field, wireType, value) && field <= 4n) aggregate.isOdd = true;
  }
}

function readTagNumber(reader) {
  const tag = readVarint(reader);
  if (tag < 8n || tag >= 1n << 32n) throw new Malformed();
  return [tag >> 3n, Number(tag & 7n)];
}

function readValue(reader, field, wireType, depth) {
  switch (wireType) {
    case VARINT: {
      const number = readVarint(reader);
      if (number >= 1n << 32n) reader.aggregate.isOdd = true;
      return number;
    }
    case FIXED_64:
      return take(reader, 8n);
    case FIXED_32:
      return take(reader, 4n);
    case LENGTH_DELIMITED:
      return take(reader, readVarint(reader));
    case START_GROUP:
      return skipGroup(reader, field, depth - 1);
    default:
      throw new Malformed();
  }
}

function skipGroup(reader, start, depth) {
  reader.aggregate.isOdd = true;
  if (depth < 0) throw new Malformed();
  for (;;) {
    const [field, wireType] = readTagNumber(reader);
    if (wireType !== END_GROUP) readValue(reader, field, wireType, depth);
    else if (field === start) return undefined;
    else throw new Malformed();
  }
}

function readVarint(reader) {
  let number = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const [byte] = take(reader, 1n);
    number |= BigInt(byte & 127) << shift;
    if (byte < 128) return BigInt.asUintN(64, number);
  }
  throw new Malformed();
}

function take(reader, length) {
  if (length > BigInt(reader.bytes.length - reader.position)) throw new Malformed();
  const from = reader.position;
  reader.position += Number(length);
  return reader.bytes.subarray(from, reader.position);
}

module.exports = { readAggregate };
