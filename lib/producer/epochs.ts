/** The user records between two flushes. */
export interface Epoch {
  pending: number;
  whenSettled: (() => void)[];
}

/** Tells when all that was put before a flush is settled, whatever is put after it. */
export class Epochs {
  /** The one that records which are put now belong to. */
  current: Epoch = { pending: 0, whenSettled: [] };
  #epochs: Epoch[] = [this.current];

  /** Calls back once all records so far are settled: at once if they are. */
  close(whenSettled: () => void): void {
    this.current.whenSettled.push(whenSettled);
    this.current = { pending: 0, whenSettled: [] };
    this.#epochs.push(this.current);
    this.advance();
  }

  /** To be called after records were settled. */
  advance(): void {
    while (this.#epochs.length > 1 && this.#epochs[0]?.pending === 0) {
      for (const tell of (this.#epochs.shift() as Epoch).whenSettled) tell();
    }
  }
}
