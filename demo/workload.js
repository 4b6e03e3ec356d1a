'use strict';

// The user records of the demo. Each is made from its number, so nothing has to be stored to know, at the far end, what it
// must look like.

const KEYS = 128;
const FILL = makeFill(64 * 1024);

class Workload {
  /** @param {{ records: number, size: number }} options */
  constructor({ records, size }) {
    this.records = records;
    this.size = size;
    this.keys = KEYS;
  }

  /** @param {number} n */
  record(n) {
    const mixed = mix(n, KEYS);
    const head = `{"id":"${n}","v":"`;
    const tail = '"}';
    return {
      partitionKey: `device-${String(mixed % KEYS).padStart(3, '0')}`,
      data: head + fill(mixed, this.size - head.length - tail.length) + tail,
    };
  }

  /**
   * User records `from` up to, not including, `to`.
   *
   * @param {number} from
   * @param {number} to
   */
  slice(from, to) {
    return Array.from({ length: to - from }, (_, i) => this.record(from + i));
  }

  /**
   * Which user record these bytes claim to be.
   *
   * @param {Buffer} data
   */
  identify(data) {
    const match = /^\{"id":"(\d+)"/.exec(data.subarray(0, 32).latin1Slice());
    const n = match === null ? Number.NaN : Number(match[1]);
    return n < this.records ? n : undefined;
  }
}

/**
 * Two numbers into one that looks random (the finalizer of MurmurHash3).
 *
 * @param {number} a
 * @param {number} b
 */
function mix(a, b) {
  let h = Math.imul(a + 1, 0x9e3779b1) ^ b;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** @param {number} length */
function makeFill(length) {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, (_, i) => letters[mix(i, length) % letters.length]).join('');
}

/**
 * @param {number} seed
 * @param {number} length
 */
function fill(seed, length) {
  const start = seed % FILL.length;
  const text = FILL.slice(start, start + length);
  return text.length === length
    ? text
    : text + FILL.repeat(Math.ceil(length / FILL.length)).slice(0, length - text.length);
}

module.exports = { Workload };
