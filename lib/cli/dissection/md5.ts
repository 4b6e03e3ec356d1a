// MD5s, and how many bytes may still be hashed to find out what happened to a record.

import { createHash } from 'node:crypto';

export function md5(...pieces: Uint8Array[]): Buffer {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** Short messages cost as if they had so many bytes. */
const LEAST_BYTES = 512;
/** For one record: half a second. It is enough to try every bit of 5 KB. */
const MOST_BYTES = 2 ** 28;

/** What all records of a run share, so that many broken ones do not make it endless. */
export class Effort {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** How many messages of `bytes` may be hashed for one record. */
  trials(bytes: number): number {
    return Math.floor(Math.min(this.#left, MOST_BYTES) / Math.max(bytes, LEAST_BYTES));
  }

  spend(trials: number, bytes: number): void {
    this.#left -= trials * Math.max(bytes, LEAST_BYTES);
  }
}
