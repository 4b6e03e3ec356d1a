'use strict';

// The user records of the soak, each known by its number, and what is told of them between the two processes.

const RECORD_BYTES = 500;
const KEYS = 5000;
const NUMBER_BYTES = 8;
const FILLING = Buffer.alloc(RECORD_BYTES - NUMBER_BYTES, 'x');

/** What became of a user record. */
const OUTCOMES = { stored: 1, storedMaybeTwice: 2, failed: 3, failedMaybeStored: 4, notTaken: 5 };

/** What is told of one: stream, number, outcome, sequence number, shard, sub-sequence number, tries, unknown tries. */
const ROW = 8;

/** The same memory for all of them: the producer copies. */
const data = Buffer.concat([Buffer.alloc(NUMBER_BYTES), FILLING]);

function userRecord(number) {
  data.writeDoubleBE(number);
  return { partitionKey: `key-${number % KEYS}`, data };
}

/** The number of a user record whose key and bytes are its own; else undefined. */
function numberOf(read) {
  if (read.data.length !== RECORD_BYTES || !read.data.subarray(NUMBER_BYTES).equals(FILLING)) return undefined;
  const number = read.data.readDoubleBE();
  return read.partitionKey === `key-${number % KEYS}` ? number : undefined;
}

module.exports = { KEYS, OUTCOMES, RECORD_BYTES, ROW, numberOf, userRecord };
