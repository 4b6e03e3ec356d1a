// @ts-nocheck
// Kinesis records read one by one, the MD5s of several computed together. One by one, hashing would take as long as all the
// rest; together it takes a fifth. So where the caller gave an array of records with base64 text, the texts that follow are
// decoded and read along. No code of the caller's runs for that, and a record counts as read only if it still has the
// same text when its turn comes: what a caller sees is as if nothing were read ahead.

import { decodeBase64, isProxy } from '../native/bytes';
import { read } from './read';
import { sourceOf } from './shapes';
import { HEADER_WORDS } from './table';

/** @typedef {import('../native/bytes').Payload} Payload */
/** @typedef {import('./shapes').Source} Source */

/** As many as keep all lanes busy, unless they are large: they stay in memory meanwhile. */
const MAX_RECORDS = 16;
const MAX_TEXT = 1024 * 1024;

class ReadAhead {
  #records;
  #settings;
  /** A caller who leaves after the first record shall not have paid for sixteen. */
  #size = 1;
  #first = 0;
  /** @type {string[]} */
  #texts = [];
  /** @type {Payload[]} */
  #payloads = [];
  /** @type {Uint32Array} */
  #table = new Uint32Array();

  /**
   * @param {unknown} records
   * @param {import('./read').Settings} settings
   */
  constructor(records, settings) {
    this.#records = records;
    this.#settings = settings;
  }

  /**
   * @param {import('../../index').KinesisRecord} record the next one
   * @param {number} recordIndex
   * @returns {{ source: Source, table: Uint32Array, header: number }}
   */
  read(record, recordIndex) {
    const source = sourceOf(record, recordIndex, (text) => this.#decode(text, recordIndex));
    const place = recordIndex - this.#first;
    if (source.payload === this.#payloads[place]) {
      return { source, table: this.#table, header: place * HEADER_WORDS };
    }
    return { source, table: read([source.payload], this.#settings), header: 0 };
  }

  /**
   * @param {string} text
   * @param {number} recordIndex
   */
  #decode(text, recordIndex) {
    if (recordIndex >= this.#first + this.#texts.length) this.#readFrom(recordIndex);
    const place = recordIndex - this.#first;
    return this.#texts[place] === text ? this.#payloads[place] : decodeBase64(text);
  }

  /** @param {number} recordIndex */
  #readFrom(recordIndex) {
    this.#first = recordIndex;
    this.#texts = textsFrom(this.#records, recordIndex, this.#size);
    this.#payloads = this.#texts.map(decodeBase64);
    this.#table = read(this.#payloads, this.#settings);
    this.#size = Math.min(2 * this.#size, MAX_RECORDS);
  }
}

/**
 * The base64 texts of the records from `start` on, up to the first that has none to be seen.
 *
 * @param {unknown} records
 * @param {number} start
 * @param {number} count
 */
function textsFrom(records, start, count) {
  const texts = [];
  let length = 0;
  for (let index = start; index < start + count && length < MAX_TEXT; index++) {
    const record = ownValue(records, index);
    const text = ownValue(ownValue(record, 'kinesis') ?? record, 'data');
    if (typeof text !== 'string') break;
    texts.push(text);
    length += text.length;
  }
  return texts;
}

/**
 * A property's value, if it can be had without running a getter or a trap.
 *
 * @param {unknown} object
 * @param {PropertyKey} name
 * @returns {unknown}
 */
function ownValue(object, name) {
  if (object === null || typeof object !== 'object' || isProxy(object)) return undefined;
  return Object.getOwnPropertyDescriptor(object, name)?.value;
}

export { ReadAhead };
