'use strict';

// Hash keys by OpenSSL and bigint: nothing in common with the code under test.

const { createHash } = require('node:crypto');

const SPACE = 2n ** 128n;
const MAX_HASH_KEY = SPACE - 1n;

const known = new Map();

/** The MD5 of the UTF-8 bytes, as a big-endian unsigned integer. */
function hashKeyOf(partitionKey) {
  if (!known.has(partitionKey)) known.set(partitionKey, BigInt(`0x${md5(Buffer.from(partitionKey)).toString('hex')}`));
  return known.get(partitionKey);
}

/** Where Kinesis would place a record with these keys. */
function effectiveHashKey(partitionKey, explicitHashKey) {
  return explicitHashKey == null ? hashKeyOf(partitionKey) : BigInt(explicitHashKey);
}

function md5(bytes) {
  return createHash('md5').update(bytes).digest();
}

module.exports = { MAX_HASH_KEY, SPACE, effectiveHashKey, hashKeyOf, md5 };
