// Records handed out one by one, as those of a generator, at a quarter of what its `yield` costs.

/** Records that come one after the other, `undefined` when there are no more. */
export interface Cursor<T> {
  next(): T | undefined;
}

const NONE: Cursor<never> = { next: () => undefined };

export class OneByOne<T extends object> implements IterableIterator<T> {
  /** What it does on `return` and `throw` is what is done here. */
  readonly #cursors: Generator<Cursor<T>, unknown>;
  #cursor: Cursor<T> = NONE;

  constructor(cursors: Generator<Cursor<T>, unknown>) {
    this.#cursors = cursors;
  }

  next(): IteratorResult<T> {
    for (;;) {
      const value = this.#cursor.next();
      if (value !== undefined) return { value, done: false };
      const following = this.#cursors.next();
      if (following.done) return { value: undefined, done: true };
      this.#cursor = following.value;
    }
  }

  return(value?: unknown): IteratorResult<T> {
    this.#cursor = NONE;
    return this.#cursors.return(value) as IteratorResult<never>;
  }

  throw(error?: unknown): IteratorResult<T> {
    this.#cursor = NONE;
    return this.#cursors.throw(error) as IteratorResult<never>;
  }

  [Symbol.iterator](): this {
    return this;
  }
}

// Where Node's iterators have `map`, `filter` and so on, this has them too.
Object.setPrototypeOf(OneByOne.prototype, Object.getPrototypeOf(Object.getPrototypeOf([].values())));
