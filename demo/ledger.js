'use strict';

// What the producer said of each user record, held against what the shards gave back.

/** @typedef {{ shardId: string, sequenceNumber: string, subSequenceNumber: number }} Place */

class Ledger {
  out = 0;
  /** Came back with other bytes or another key than it was put with, or was never put. */
  changed = 0;
  /** Records that came after a later one of the same partition key. Copies do not count. */
  overtaken = 0;
  /** @type {(Place[] | undefined)[]} where each record was read */
  #copies = [];
  /** @type {(import('../producer').PutResult | undefined)[]} what each `put` resolved with */
  #results = [];
  /** @type {Map<string, number>} */
  #last = new Map();

  /** @param {import('./workload').Workload} workload */
  constructor(workload) {
    this.workload = workload;
  }

  /**
   * @param {number} n
   * @param {import('../producer').PutResult} result
   */
  stored(n, result) {
    this.#results[n] = result;
  }

  /**
   * @param {string} shardId
   * @param {import('../index').UserRecord} record
   */
  read(shardId, { partitionKey, data, sequenceNumber, subSequenceNumber }) {
    this.out++;
    const n = this.workload.identify(data);
    const sent = n === undefined ? undefined : this.workload.record(n);
    if (n === undefined || sent?.partitionKey !== partitionKey || !data.equals(Buffer.from(sent.data))) {
      this.changed++;
      return;
    }
    const place = { shardId, sequenceNumber, subSequenceNumber };
    const copies = this.#copies[n];
    if (copies !== undefined) {
      copies.push(place);
      return;
    }
    this.#copies[n] = [place];
    const last = this.#last.get(partitionKey) ?? -1;
    if (n < last) this.overtaken++;
    else this.#last.set(partitionKey, n);
  }

  /** What the two sides say together. */
  balance() {
    const sums = { missing: 0, doubled: 0, doubledSilently: 0, misplaced: 0 };
    for (let n = 0; n < this.workload.records; n++) {
      const copies = this.#copies[n] ?? [];
      const result = this.#results[n];
      if (copies.length === 0) sums.missing++;
      if (copies.length > 1) sums.doubled++;
      if (copies.length > 1 && !result?.mayBeDuplicated) sums.doubledSilently++;
      if (result !== undefined && !copies.some((copy) => isSame(copy, result))) sums.misplaced++;
    }
    return sums;
  }
}

/**
 * @param {Place} a
 * @param {Place} b
 */
function isSame(a, b) {
  return (
    a.shardId === b.shardId && a.sequenceNumber === b.sequenceNumber && a.subSequenceNumber === b.subSequenceNumber
  );
}

module.exports = { Ledger };
