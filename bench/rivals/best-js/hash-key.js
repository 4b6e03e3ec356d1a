'use strict';

const { md5Hex } = require('./md5');

/** The hash key of a partition key, in decimal. */
function hashKey(partitionKey) {
  return BigInt(`0x${md5Hex(partitionKey)}`).toString();
}

module.exports = { hashKey };
