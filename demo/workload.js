'use strict';

// The user records of the demo. They are made from two numbers, so nothing has to be stored to know, at the far end,
// what each of them must look like.

const PRODUCERS = 4;
const KEYS_PER_PRODUCER = 32;
const FILL = makeFill(64 * 1024);

class Workload {
  /** @param {{ records: number, size: number }} options */
  constructor({ records, size }) {
    this.records = records;
    this.size = size;
    this.producers = PRODUCERS;
    this.keys = PRODUCERS * KEYS_PER_PRODUCER;
  }

  /**
   * How many user records a producer sends.
   *
   * @param {number} producer
   */
  countOf(producer) {
    return Math.floor(this.records / PRODUCERS) + (producer < this.records % PRODUCERS ? 1 : 0);
  }

  /**
   * User record `n` of a producer. All records of one partition key come from one producer, in order.
   *
   * @param {number} producer
   * @param {number} n
   */
  record(producer, n) {
    const mixed = mix(producer, n);
    const device = producer * KEYS_PER_PRODUCER + (mixed % KEYS_PER_PRODUCER);
    const head = `{"id":"${producer}-${n}","v":"`;
    const tail = '"}';
    return {
      partitionKey: `device-${String(device).padStart(3, '0')}`,
      data: head + fill(mixed, this.size - head.length - tail.length) + tail,
    };
  }

  /**
   * User records `from` up to, not including, `to` of a producer.
   *
   * @param {number} producer
   * @param {number} from
   * @param {number} to
   */
  slice(producer, from, to) {
    return Array.from({ length: to - from }, (_, i) => this.record(producer, from + i));
  }

  /**
   * Which user record these bytes claim to be.
   *
   * @param {Buffer} data
   */
  identify(data) {
    const match = /^\{"id":"(\d+)-(\d+)"/.exec(data.latin1Slice(0, 32));
    if (match === null) return undefined;
    const [producer, n] = [Number(match[1]), Number(match[2])];
    return producer < PRODUCERS && n < this.countOf(producer) ? { producer, n } : undefined;
  }
}

/** What came back, held against what was sent. */
class Ledger {
  /** @param {Workload} workload */
  constructor(workload) {
    this.workload = workload;
    this.out = 0;
    this.doubled = 0;
    this.changed = 0;
    /** Records that came after a later one of the same partition key. */
    this.overtaken = 0;
    this.seen = Array.from({ length: workload.producers }, (_, i) => new Uint8Array(workload.countOf(i)));
    /** @type {Map<string, number>} */
    this.last = new Map();
  }

  get missing() {
    return this.seen.reduce((sum, records) => sum + records.reduce((missing, seen) => missing + (seen ? 0 : 1), 0), 0);
  }

  /** @param {import('../index').UserRecord} record */
  enter({ partitionKey, data }) {
    this.out++;
    const id = this.workload.identify(data);
    const sent = id && this.workload.record(id.producer, id.n);
    if (!sent || sent.partitionKey !== partitionKey || !data.equals(Buffer.from(sent.data))) {
      this.changed++;
      return;
    }
    if (this.seen[id.producer][id.n]++ > 0) this.doubled++;
    const last = this.last.get(partitionKey) ?? -1;
    if (id.n < last) this.overtaken++;
    else this.last.set(partitionKey, id.n);
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

module.exports = { Ledger, Workload };
