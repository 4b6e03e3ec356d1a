// Data of user records as base64. Small ones are written by the native side, many into one string, of which each is a
// slice: that saves a call and an allocation for each. Large ones belong to Node, which encodes faster.

import { native } from '../native';
import type { Payload } from '../native/bytes';
import type { Outline } from './table';

/** Data of more bytes is Node's to encode: measured, a call of its own pays from there on. */
const LARGE_BYTES = 384;
/** A longer string costs more than it saves, and a slice keeps all of it alive. */
const MAX_UNITS = 48 * 1024;

/** The base64 of an aggregate's user records, one after the other. */
export class Base64Texts {
  readonly #payload: Payload;
  readonly #outline: Outline;
  readonly #end: number;
  /** Data of more bytes is encoded by itself. */
  readonly #runBytes: number;
  #next: number;
  /** Base64 of the user records up to before `#runEnd`; the next one's begins at `#unit`. */
  #run = '';
  #unit = 0;
  #runEnd = 0;

  /** @param copy whether each text is a string of its own, which keeps no longer one alive */
  constructor(payload: Payload, outline: Outline, first: number, end: number, copy = false) {
    this.#runBytes = copy ? -1 : LARGE_BYTES;
    this.#payload = payload;
    this.#outline = outline;
    this.#next = first;
    this.#end = end;
  }

  /** The next user record's. There must be one. */
  next(): string {
    const i = this.#next++;
    const bytes = this.#outline.length(i);
    if (bytes > this.#runBytes) {
      const start = this.#outline.start(i);
      return this.#payload.base64Slice(start, start + bytes);
    }
    if (i >= this.#runEnd) this.#encodeRun(i);
    const from = this.#unit;
    this.#unit += unitsOf(bytes);
    return this.#run.slice(from, this.#unit);
  }

  #encodeRun(first: number): void {
    let end = first;
    let units = 0;
    while (end < this.#end) {
      const bytes = this.#outline.length(end);
      units += unitsOf(bytes);
      if (bytes > LARGE_BYTES || units > MAX_UNITS) break;
      end++;
    }
    this.#run = native.base64OfRows(this.#payload, this.#outline.rows(first, end));
    this.#unit = 0;
    this.#runEnd = end;
  }
}

function unitsOf(bytes: number): number {
  return (((bytes + 2) / 3) | 0) * 4;
}
