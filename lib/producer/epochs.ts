/** The user records between two flushes. */
export interface Epoch {
  pending: number;
  whenSettled: (() => void)[];
}

/** Tells when all that was put before a flush is settled, whatever is put after it. */
export class Epochs {
  #epochs: Epoch[] = [{ pending: 0, whenSettled: [] }];

  /** The one that records which are put now belong to. */
  get current(): Epoch {
    return this.#epochs[this.#epochs.length - 1] as Epoch;
  }

  /** Calls back once all records so far are settled: at once if they are. */
  close(whenSettled: () => void): void {
    this.current.whenSettled.push(whenSettled);
    this.#epochs.push({ pending: 0, whenSettled: [] });
    this.advance();
  }

  /** To be called after records were settled. */
  advance(): void {
    while (this.#epochs.length > 1 && this.#epochs[0]?.pending === 0) {
      for (const tell of (this.#epochs.shift() as Epoch).whenSettled) tell();
    }
  }
}
