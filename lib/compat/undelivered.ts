import type { EncodedRecord } from '../../compat';

export type Deliver = (encoded: EncodedRecord, userRecords: number) => void;

/** Closed aggregates that nobody has got yet, the oldest first. */
export class Undelivered {
  #waiting: { encoded: EncodedRecord; userRecords: number }[] = [];

  /** How many user records wait. */
  get userRecords(): number {
    return this.#waiting.reduce((sum, { userRecords }) => sum + userRecords, 0);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  push(encoded: EncodedRecord, userRecords: number): void {
    this.#waiting.push({ encoded, userRecords });
  }

  shift(): EncodedRecord | undefined {
    return this.#waiting.shift()?.encoded;
  }

  clear(): void {
    this.#waiting = [];
  }

  /**
   * Delivers all of them, those included that come meanwhile. One that is being delivered waits no more, since a callback
   * may call us again; it waits again where the callback throws, unless all were cleared.
   */
  deliverTo(deliver: Deliver): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const waiting = this.#waiting;
      try {
        deliver(next.encoded, next.userRecords);
      } catch (thrown) {
        // Cleared meanwhile, this is another array, and what is put back is forgotten with it.
        waiting.unshift(next);
        throw thrown;
      }
    }
  }
}
