// @ts-nocheck
// Text of many user records out of one payload. Where all of it is ASCII, a string is made of the payload and every text
// is a slice of it; a native call for each text would cost ten times as much.

import { DATA_IS_ASCII, FLAGS } from './table';

/** @typedef {import('../native/bytes').Payload} Payload */
/** @typedef {{ slice(start: number, end: number): string }} Text */

/** A string as long as this still fits into the processor's cache: of longer payloads, parts are made. */
const CHUNK = 48 * 1024;
const LARGE = 64 * 1024;

/**
 * @param {Uint32Array} table
 * @param {number} header
 * @param {Payload} payload
 * @returns {Text}
 */
function textOf(table, header, payload) {
  if ((table[header + FLAGS] & DATA_IS_ASCII) === 0) {
    return { slice: (start, end) => payload.utf8Slice(start, end) };
  }
  return payload.length > LARGE ? new ChunkedText(payload) : payload.latin1Slice(0, payload.length);
}

class ChunkedText {
  #payload;
  #chunk = '';
  #chunkStart = 0;

  /** @param {Payload} payload */
  constructor(payload) {
    this.#payload = payload;
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  slice(start, end) {
    if (end - start > CHUNK) return this.#payload.latin1Slice(start, end);
    if (start < this.#chunkStart || end > this.#chunkStart + this.#chunk.length) {
      this.#chunk = this.#payload.latin1Slice(start, Math.min(start + CHUNK, this.#payload.length));
      this.#chunkStart = start;
    }
    return this.#chunk.slice(start - this.#chunkStart, end - this.#chunkStart);
  }
}

export { textOf };
