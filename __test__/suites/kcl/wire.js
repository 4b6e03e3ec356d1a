'use strict';

// A writer of aggregates that takes every liberty the format allows and some that it does not: the raw material of
// hostile blobs.

const { createHash } = require('node:crypto');

const MAGIC = Buffer.from('f3899ac2', 'hex');
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;

const md5 = (bytes) => createHash('md5').update(bytes).digest();

/** Magic, body and the MD5 of the body. */
const envelope = (body) => Buffer.concat([MAGIC, body, md5(body)]);

/** A varint, padded with empty groups of seven bits to `width` bytes if that is more than it needs. */
function varint(value, width = 0) {
  const bytes = [];
  let rest = BigInt(value);
  while (rest > 0x7fn || bytes.length + 1 < width) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

const tag = (field, wireType, width) => varint((field << 3) | wireType, width);
const number = (field, value, width) => Buffer.concat([tag(field, VARINT), varint(value, width)]);
const bytes = (field, value, width) =>
  Buffer.concat([tag(field, LENGTH_DELIMITED), varint(value.length, width), value]);

/** `depth` groups, one in another. */
const groups = (field, depth) =>
  Buffer.concat([...Array(depth).fill(tag(field, START_GROUP)), ...Array(depth).fill(tag(field, END_GROUP))]);

module.exports = { MAGIC, md5, envelope, varint, tag, number, bytes, groups };
