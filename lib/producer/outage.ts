// Requests that fail as a whole, one after the other: nothing gets through. One request now and then finds out when
// something does again, as well as one for each entry that waits.

import { type Backoff, delayOf } from './outcome';

/** Where a tenth of all requests fails by chance, one in a thousand is the third in a row. */
const IN_A_ROW = 3;
/** From a failure to the next request. So late, at most, is it found out that the stream is back. */
const BETWEEN: Backoff = { kind: 'outage', baseMs: 100, capMs: 1000 };

export class Outage {
  #failures = 0;
  /** Requests that began since. */
  #tries = 0;
  #admitsAt = 0;

  get isOn(): boolean {
    return this.#failures >= IN_A_ROW;
  }

  /** Whether a request may begin. */
  admits(now: number): boolean {
    return !this.isOn || now >= this.#admitsAt;
  }

  /** When one may begin that has to wait until then. */
  wakesAt(now: number): number {
    return this.admits(now) ? Number.POSITIVE_INFINITY : this.#admitsAt;
  }

  requestBegins(now: number): void {
    if (!this.isOn) return;
    this.#tries++;
    // It may hang, and others after it would not.
    this.#admitsAt = now + BETWEEN.capMs;
  }

  /**
   * @param chance from 0 up to 1
   * @returns whether it begins with that
   */
  requestFailed(now: number, chance: number): boolean {
    this.#failures++;
    if (this.isOn) this.#admitsAt = now + delayOf(BETWEEN, this.#tries + 1, chance);
    return this.#failures === IN_A_ROW;
  }

  /** There was an answer. */
  passed(): void {
    this.#failures = 0;
    this.#tries = 0;
  }
}
