// A request that was refused for its content is halved until the entry at fault stands alone.

import type { Entry } from './entry';

/** So many single entries in a row, refused alike: then it is the stream that is at fault, not an entry. */
const ALIKE = 8;

/** One refused request and what became of its parts. Parts go one after the other, the first first. */
export class Halving {
  #parts: Entry[][] = [];
  #hasPassed = false;
  #alike = 0;
  #code = '';
  /** One of its parts is in a request. */
  isUnderWay = false;

  get isOver(): boolean {
    return !this.isUnderWay && this.#parts.length === 0;
  }

  halve(entries: readonly Entry[]): void {
    const middle = (entries.length + 1) >> 1;
    this.#parts.push(entries.slice(middle), entries.slice(0, middle));
  }

  next(): Entry[] | undefined {
    return this.isUnderWay ? undefined : this.#parts.pop();
  }

  /** A part was not refused for its content. */
  passed(): void {
    this.#hasPassed = true;
  }

  /** A single entry was refused; gives those that share its fate untried. */
  refused(code: string): Entry[] {
    this.#alike = code === this.#code ? this.#alike + 1 : 1;
    this.#code = code;
    return this.#alike >= ALIKE && !this.#hasPassed ? this.drain() : [];
  }

  drain(): Entry[] {
    const rest = this.#parts.reverse().flat();
    this.#parts = [];
    return rest;
  }

  get waiting(): readonly (readonly Entry[])[] {
    return this.#parts;
  }
}
