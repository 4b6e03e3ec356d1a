// @ts-nocheck
import { BufferView, copyOf } from '../native/bytes';
import { UserRecords } from './expansion';
import { OneByOne } from './one-by-one';
import { payloadsOf, read, reportAllBroken, settingsOf, sourcesOf } from './read';
import {
  AGGREGATED,
  HEADER_WORDS,
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
import { textOf } from './text';

/** @typedef {import('../../index').DeaggregateOptions} DeaggregateOptions */
/** @typedef {import('../../index').KinesisRecord} KinesisRecord */
/** @typedef {import('../../index').UserRecord} UserRecord */
/** @typedef {import('./shapes').Source} Source */
/** @typedef {import('./text').Text} Text */

/**
 * @param {KinesisRecord | Iterable<KinesisRecord>} records
 * @param {DeaggregateOptions} [options]
 */
function decode(records, options) {
  const settings = settingsOf(options, true);
  const sources = sourcesOf(records);
  const table = read(payloadsOf(sources), settings);
  reportAllBroken(sources, table, settings);
  return new UserRecordBatch(sources, table, settings.copy);
}

class UserRecordBatch {
  #sources;
  #table;
  #copy;
  /** For each Kinesis record the position of its first user record, and at the end the number of all. */
  #firsts;

  // The Kinesis record that was asked for last: the next question is mostly about the same. Fields rather than getters,
  // which V8 does not inline where they are private.
  /** @type {Source | undefined} */
  #source = undefined;
  /** Its user records are those from `#first` to before `#end`. */
  #first = 0;
  #end = 0;
  #header = 0;
  /** Where its rows begin, or 0 if it is not aggregated: no row is at 0, where the headers are. */
  #rows = 0;
  /** @type {string[] | undefined} */
  #keys = undefined;
  /** @type {Text | undefined} */
  #text = undefined;

  /**
   * @param {Source[]} sources
   * @param {Uint32Array} table
   * @param {boolean} copy
   */
  constructor(sources, table, copy) {
    this.#sources = sources;
    this.#table = table;
    this.#copy = copy;
    this.#firsts = new Uint32Array(sources.length + 1);
    for (let index = 0; index < sources.length; index++) {
      const header = index * HEADER_WORDS;
      const userRecords = table[header + OUTCOME] === AGGREGATED ? table[header + USER_RECORDS] : 1;
      this.#firsts[index + 1] = this.#firsts[index] + userRecords;
    }
  }

  get length() {
    return this.#firsts[this.#sources.length];
  }

  /** @param {number} i */
  partitionKey(i) {
    const row = this.#seek(i);
    return row === 0 ? this.#current().partitionKey : this.#currentKeys()[this.#table[row + ROW_PARTITION_KEY]];
  }

  /** @param {number} i */
  explicitHashKey(i) {
    const row = this.#seek(i);
    const explicitHashKey = row === 0 ? 0 : this.#table[row + ROW_EXPLICIT_HASH_KEY];
    if (explicitHashKey === 0) return null;
    return this.#currentKeys()[this.#table[this.#header + PARTITION_KEYS] + explicitHashKey - 1];
  }

  /** @param {number} i */
  data(i) {
    const row = this.#seek(i);
    const { payload } = this.#current();
    const start = row === 0 ? 0 : this.#table[row + ROW_START];
    const length = row === 0 ? payload.length : this.#table[row + ROW_LENGTH];
    const view = new BufferView(payload.buffer, payload.byteOffset + start, length);
    return this.#copy ? copyOf(view) : view;
  }

  /** @param {number} i */
  text(i) {
    const row = this.#seek(i);
    if (row === 0) return this.#current().payload.toString();
    const start = this.#table[row + ROW_START];
    return this.#currentText().slice(start, start + this.#table[row + ROW_LENGTH]);
  }

  /** @param {number} i */
  json(i) {
    return JSON.parse(this.text(i));
  }

  /** @param {number} i */
  sequenceNumber(i) {
    this.#seek(i);
    return this.#current().sequenceNumber;
  }

  /** @param {number} i */
  subSequenceNumber(i) {
    this.#seek(i);
    return i - this.#first;
  }

  /** @param {number} i */
  aggregated(i) {
    return this.#seek(i) !== 0;
  }

  /** @param {number} i */
  approximateArrivalTimestamp(i) {
    this.#seek(i);
    return this.#current().approximateArrivalTimestamp;
  }

  /** @param {number} i */
  source(i) {
    this.#seek(i);
    return this.#current().record;
  }

  toArray() {
    return [...this];
  }

  [Symbol.iterator]() {
    return new OneByOne(this.#expansions());
  }

  *#expansions() {
    for (let index = 0; index < this.#sources.length; index++) {
      yield new UserRecords(this.#sources[index], this.#table, index * HEADER_WORDS, this.#copy);
    }
  }

  #current() {
    return /** @type {Source} */ (this.#source);
  }

  #currentKeys() {
    this.#keys ??= keysOf(this.#table, this.#header, this.#current().payload);
    return this.#keys;
  }

  #currentText() {
    this.#text ??= textOf(this.#table, this.#header, this.#current().payload);
    return this.#text;
  }

  /**
   * Makes the Kinesis record of user record `i` the current one. Gives the user record's row in the table, or 0 if there
   * is none because the Kinesis record is not aggregated.
   *
   * @param {number} i
   */
  #seek(i) {
    if (!(i >= this.#first && i < this.#end) || !Number.isInteger(i)) this.#moveTo(i);
    return this.#rows === 0 ? 0 : this.#rows + (i - this.#first) * ROW_WORDS;
  }

  /** @param {number} i */
  #moveTo(i) {
    if (!Number.isInteger(i) || i < 0 || i >= this.length) {
      throw new RangeError(`there is no user record ${String(i)} in a batch of ${this.length}`);
    }
    // The last Kinesis record that begins at or before i: those that hold nothing begin where the next one does.
    let low = 0;
    let high = this.#sources.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#firsts[middle] <= i) low = middle;
      else high = middle;
    }
    this.#source = this.#sources[low];
    this.#first = this.#firsts[low];
    this.#end = this.#firsts[low + 1];
    this.#header = low * HEADER_WORDS;
    this.#rows = this.#table[this.#header + OUTCOME] === AGGREGATED ? rowsOf(this.#table, this.#header) : 0;
    this.#keys = undefined;
    this.#text = undefined;
  }
}

export { decode, UserRecordBatch };
