// @ts-nocheck
// What one Kinesis record holds, made one user record at a time from the table.

import { BufferView, copyOf, viewOf } from '../native/bytes';
import { brokenRecord } from './read';
import {
  AGGREGATED,
  keysOf,
  OUTCOME,
  PARTITION_KEYS,
  ROW_EXPLICIT_HASH_KEY,
  ROW_LENGTH,
  ROW_PARTITION_KEY,
  ROW_START,
  ROW_WORDS,
  rowsOf,
  USER_RECORDS,
} from './table';

/** @typedef {import('../../index').UserRecord} UserRecord */
/** @typedef {import('./shapes').Source} Source */

/** The user records of a Kinesis record; if it is not aggregated, that is itself. */
class UserRecords {
  #source;
  #buffer;
  #byteOffset;
  #sequenceNumber;
  #table;
  #header;
  #copy;
  #next = 0;
  #count = 1;
  #row = 0;
  /** @type {string[] | undefined} of an aggregate */
  #keys = undefined;
  /** Explicit hash keys follow the partition keys, and rows count them from 1. */
  #explicitHashKeys = 0;

  /**
   * @param {Source} source
   * @param {Uint32Array} table
   * @param {number} header
   * @param {boolean} copy
   */
  constructor(source, table, header, copy) {
    this.#source = source;
    this.#buffer = source.payload.buffer;
    this.#byteOffset = source.payload.byteOffset;
    this.#sequenceNumber = source.sequenceNumber;
    this.#table = table;
    this.#header = header;
    this.#copy = copy;
    if (table[header + OUTCOME] !== AGGREGATED) return;
    this.#count = table[header + USER_RECORDS];
    this.#row = rowsOf(table, header);
    this.#keys = keysOf(table, header, source.payload);
    this.#explicitHashKeys = table[header + PARTITION_KEYS] - 1;
  }

  /** @returns {UserRecord | undefined} `undefined` when there are no more */
  next() {
    if (this.#next === this.#count) return undefined;
    const subSequenceNumber = this.#next++;
    const keys = this.#keys;
    if (keys === undefined) return unaggregated(this.#source, this.#table, this.#header, this.#copy);

    const table = this.#table;
    const row = this.#row;
    this.#row += ROW_WORDS;
    const explicitHashKey = table[row + ROW_EXPLICIT_HASH_KEY];
    const data = new BufferView(this.#buffer, this.#byteOffset + table[row + ROW_START], table[row + ROW_LENGTH]);
    return {
      partitionKey: keys[table[row + ROW_PARTITION_KEY]],
      explicitHashKey: explicitHashKey === 0 ? null : keys[this.#explicitHashKeys + explicitHashKey],
      data: this.#copy ? copyOf(data) : data,
      sequenceNumber: this.#sequenceNumber,
      subSequenceNumber,
      aggregated: true,
    };
  }
}

/**
 * @param {Source} source
 * @param {Uint32Array} table
 * @param {number} header
 * @param {boolean} copy
 * @returns {UserRecord}
 */
function unaggregated({ payload, partitionKey, sequenceNumber }, table, header, copy) {
  const data = copy ? copyOf(payload) : viewOf(payload);
  const userRecord = {
    partitionKey,
    explicitHashKey: null,
    data,
    sequenceNumber,
    subSequenceNumber: 0,
    aggregated: false,
  };
  const broken = brokenRecord(table, header, 0);
  return broken ? { ...userRecord, decodeError: broken.code } : userRecord;
}

export { UserRecords };
