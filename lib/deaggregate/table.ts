// @ts-nocheck
// The table of numbers that the native side makes of Kinesis records: its layout stands in src/deaggregate.rs.

const HEADER_WORDS = 8;
const [OUTCOME, USER_RECORDS, BODY, PARTITION_KEYS, EXPLICIT_HASH_KEYS, FLAGS, KEYS_START, KEYS_END] = [
  0, 1, 2, 3, 4, 5, 6, 7,
];

const NOT_AGGREGATED = 0;
const AGGREGATED = 1;

const KEYS_ARE_ASCII = 1;
const DATA_IS_ASCII = 2;

const SPAN_WORDS = 2;
const ROW_WORDS = 4;
const [ROW_PARTITION_KEY, ROW_EXPLICIT_HASH_KEY, ROW_START, ROW_LENGTH] = [0, 1, 2, 3];

/**
 * Where an aggregate's rows of user records begin.
 *
 * @param {Uint32Array} table
 * @param {number} header
 */
function rowsOf(table, header) {
  return table[header + BODY] + SPAN_WORDS * (table[header + PARTITION_KEYS] + table[header + EXPLICIT_HASH_KEYS]);
}

/**
 * All keys of an aggregate: its partition keys, then its explicit hash keys. If they are ASCII, one string is made of
 * the region that holds them and each key is a slice of it.
 *
 * @param {Uint32Array} table
 * @param {number} header
 * @param {import('../native/bytes').Payload} payload
 * @returns {string[]}
 */
function keysOf(table, header, payload) {
  const keys = [];
  const end = rowsOf(table, header);
  const start = table[header + KEYS_START];
  if (table[header + FLAGS] & KEYS_ARE_ASCII) {
    const region = payload.latin1Slice(start, table[header + KEYS_END]);
    for (let span = table[header + BODY]; span < end; span += SPAN_WORDS) {
      const from = table[span] - start;
      keys.push(region.slice(from, from + table[span + 1]));
    }
  } else {
    for (let span = table[header + BODY]; span < end; span += SPAN_WORDS) {
      keys.push(payload.utf8Slice(table[span], table[span] + table[span + 1]));
    }
  }
  return keys;
}

export {
  AGGREGATED,
  DATA_IS_ASCII,
  FLAGS,
  HEADER_WORDS,
  keysOf,
  NOT_AGGREGATED,
  OUTCOME,
  PARTITION_KEYS,
  ROW_EXPLICIT_HASH_KEY,
  ROW_LENGTH,
  ROW_PARTITION_KEY,
  ROW_START,
  ROW_WORDS,
  rowsOf,
  USER_RECORDS,
};
