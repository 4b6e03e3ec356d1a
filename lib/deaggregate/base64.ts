// @ts-nocheck
// Data of user records as base64. Small ones are written by the native side, many into one string, of which each is a
// slice: that saves a call and an allocation for each. Large ones belong to Node, which encodes faster.

import native from '../native';
import { ROW_LENGTH, ROW_START, ROW_WORDS, rowsOf, USER_RECORDS } from './table';

/** Data of more bytes is Node's to encode: measured, a call of its own pays from there on. */
const LARGE_BYTES = 384;
/** A longer string costs more than it saves, and a slice keeps all of it alive. */
const MAX_UNITS = 48 * 1024;

/** The base64 of an aggregate's user records, one after the other. */
class Base64Texts {
  #payload;
  #table;
  #row;
  #end;
  /** Base64 of the rows from the current one up to `#runEnd`; the current one's begins at `#unit`. */
  #run = '';
  #unit = 0;
  #runEnd = 0;

  /**
   * @param {import('../native/bytes').Payload} payload
   * @param {Uint32Array} table
   * @param {number} header
   */
  constructor(payload, table, header) {
    this.#payload = payload;
    this.#table = table;
    this.#row = rowsOf(table, header);
    this.#end = this.#row + ROW_WORDS * table[header + USER_RECORDS];
  }

  /** The next user record's. There must be one. */
  next() {
    const row = this.#row;
    const bytes = this.#table[row + ROW_LENGTH];
    this.#row += ROW_WORDS;
    if (bytes > LARGE_BYTES) {
      const start = this.#table[row + ROW_START];
      return this.#payload.base64Slice(start, start + bytes);
    }
    if (row >= this.#runEnd) this.#encodeRun(row);
    const from = this.#unit;
    this.#unit += unitsOf(bytes);
    return this.#run.slice(from, this.#unit);
  }

  /** @param {number} first */
  #encodeRun(first) {
    const table = this.#table;
    let row = first;
    let units = 0;
    while (row < this.#end) {
      const bytes = table[row + ROW_LENGTH];
      units += unitsOf(bytes);
      if (bytes > LARGE_BYTES || units > MAX_UNITS) break;
      row += ROW_WORDS;
    }
    this.#run = native.base64OfRows(this.#payload, table.subarray(first, row));
    this.#unit = 0;
    this.#runEnd = row;
  }
}

/** @param {number} bytes */
function unitsOf(bytes) {
  return (((bytes + 2) / 3) | 0) * 4;
}

export { Base64Texts };
