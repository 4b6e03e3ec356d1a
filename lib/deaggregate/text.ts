// Text of many user records out of one payload. Where all of it is ASCII, a string is made of the payload and every text
// is a slice of it; a native call for each text would cost ten times as much.

import type { Payload } from '../native/bytes';

export interface Text {
  slice(start: number, end: number): string;
}

/** A string as long as this still fits into the processor's cache: of longer payloads, parts are made. */
const CHUNK = 48 * 1024;
const LARGE = 64 * 1024;

export function textOf(payload: Payload, isAscii: boolean): Text {
  if (!isAscii) return { slice: (start, end) => payload.utf8Slice(start, end) };
  return payload.length > LARGE ? new ChunkedText(payload) : payload.latin1Slice(0, payload.length);
}

class ChunkedText implements Text {
  readonly #payload: Payload;
  #chunk = '';
  #chunkStart = 0;

  constructor(payload: Payload) {
    this.#payload = payload;
  }

  slice(start: number, end: number): string {
    if (end - start > CHUNK) return this.#payload.latin1Slice(start, end);
    if (start < this.#chunkStart || end > this.#chunkStart + this.#chunk.length) {
      this.#chunk = this.#payload.latin1Slice(start, Math.min(start + CHUNK, this.#payload.length));
      this.#chunkStart = start;
    }
    return this.#chunk.slice(start - this.#chunkStart, end - this.#chunkStart);
  }
}
