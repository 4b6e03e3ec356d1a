// @ts-nocheck
// Records handed out one by one, as those of a generator, at a quarter of what its `yield` costs.

/**
 * Records that come one after the other, `undefined` when there are no more.
 *
 * @template T
 * @typedef {{ next(): T | undefined }} Cursor
 */

/** @template T */
class OneByOne {
  #cursors;
  /** @type {Cursor<T>} */
  #cursor = NONE;

  /** @param {Generator<Cursor<T>, any>} cursors what it does on `return` and `throw` is what is done here */
  constructor(cursors) {
    this.#cursors = cursors;
  }

  /** @returns {IteratorResult<T>} */
  next() {
    for (;;) {
      const value = this.#cursor.next();
      if (value !== undefined) return { value, done: false };
      const following = this.#cursors.next();
      if (following.done) return { value: undefined, done: true };
      this.#cursor = following.value;
    }
  }

  /**
   * @param {any} [value]
   * @returns {IteratorResult<T>}
   */
  return(value) {
    this.#cursor = NONE;
    return /** @type {IteratorResult<any>} */ (this.#cursors.return(value));
  }

  /**
   * @param {any} [error]
   * @returns {IteratorResult<T>}
   */
  throw(error) {
    this.#cursor = NONE;
    return /** @type {IteratorResult<any>} */ (this.#cursors.throw(error));
  }

  /** @returns {IterableIterator<T>} */
  [Symbol.iterator]() {
    return this;
  }
}

/** @type {Cursor<never>} */
const NONE = { next: () => undefined };

// Where Node's iterators have `map`, `filter` and so on, this has them too.
Object.setPrototypeOf(OneByOne.prototype, Object.getPrototypeOf(Object.getPrototypeOf([].values())));

export { OneByOne };
