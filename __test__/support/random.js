'use strict';

/** Numbers that look random and are the same for the same seed (xoshiro128**), with the draws that the tests need. */
class Random {
  #state = new Uint32Array(4);

  constructor(seed) {
    // splitmix32: neighbouring seeds must not give neighbouring streams.
    let next = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      next = (next + 0x9e3779b9) >>> 0;
      let mixed = Math.imul(next ^ (next >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      this.#state[i] = mixed ^ (mixed >>> 15);
    }
  }

  uint32() {
    const s = this.#state;
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** An integer from 0 to `below` - 1. */
  int(below) {
    return Math.floor((this.uint32() / 2 ** 32) * below);
  }

  /** An integer from `from` to `to`, both included. */
  between(from, to) {
    return from + this.int(to - from + 1);
  }

  chance(probability) {
    return this.uint32() / 2 ** 32 < probability;
  }

  /** @template T @param {readonly T[]} items @returns {T} */
  pick(items) {
    return items[this.int(items.length)];
  }

  /** As many items as `make` makes: from `least` to `most`. @template T @param {(i: number) => T} make @returns {T[]} */
  list(least, most, make) {
    return Array.from({ length: this.between(least, most) }, (_, i) => make(i));
  }

  bytes(length) {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) bytes[i] = this.uint32();
    return bytes;
  }

  /** A bigint from `from` to `to`, both included. */
  bigint(from, to) {
    const drawn = BigInt(`0x${this.bytes(24).toString('hex')}`);
    return from + (drawn % (to - from + 1n));
  }
}

module.exports = { Random };
