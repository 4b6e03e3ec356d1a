// @ts-nocheck
// Routing 'first', as in the older package: one open aggregate takes every record, and its records are there to be seen.

import { Intake } from '../aggregate/buffered-aggregator';
import { openAggregator } from '../aggregate/options';
import { deaggregate } from '../deaggregate/user-records';
import { encodedRecord } from './encoded-record';

/** @typedef {import('../aggregate/input').ReadUserRecord} ReadUserRecord */
/** @typedef {import('../../compat').EncodedRecord} EncodedRecord */
/** @typedef {(encoded: EncodedRecord, userRecords: number) => void} Deliver */

/** The records of one aggregate, as the caller gave them, and what its outer keys are made of. */
class Batch {
  /** @type {any[]} */
  records = [];
  /** @type {any} */
  partitionKey = undefined;
  /** @type {any} */
  explicitHashKey = undefined;

  /** @param {any} record */
  push(record) {
    if (this.records.length === 0) {
      this.partitionKey = record.partitionKey;
      this.explicitHashKey = record.explicitHashKey;
    }
    this.records.push(record);
  }

  /**
   * The keys are the first record's, as it spells them: under 'first' nothing synthetic is written.
   *
   * @param {Buffer} data
   */
  encoded(data) {
    const { partitionKey, explicitHashKey, records } = this;
    // The number 0 is falsy, and so not a key inside; outside the older package gives it if another record has one.
    const isZero = explicitHashKey === 0 || explicitHashKey === 0n;
    const isKey = explicitHashKey || (isZero && records.some((record) => record.explicitHashKey));
    return encodedRecord(partitionKey, data, isKey ? explicitHashKey : undefined);
  }
}

class FirstBatch {
  #intake;
  #batch = new Batch();
  /** What a callback is being given. While it is, everything looks as if that were still open. */
  #inHand = /** @type {{ batch: Batch, totalBytes: number } | undefined} */ (undefined);

  /** @param {import('../../index').AggregatorOptions} [options] */
  constructor(options) {
    this.#intake = new Intake(
      openAggregator({ ...options, routing: 'first', wrapSingle: true }, { checkKeys: false, sealLater: false }),
    );
  }

  get records() {
    return this.#batch.records;
  }

  get length() {
    return this.#batch.records.length;
  }

  get totalBytes() {
    return this.#inHand?.batch === this.#batch ? this.#inHand.totalBytes : this.#intake.messageBytes();
  }

  /** @param {ReadUserRecord} userRecord */
  fits(userRecord) {
    return this.#intake.joins(userRecord);
  }

  /** @param {ReadUserRecord} userRecord */
  fitsAlone(userRecord) {
    return this.#intake.fitsWrapped(userRecord);
  }

  /** @param {ReadUserRecord} userRecord */
  sizeOf(userRecord) {
    return this.#intake.userRecordLen(userRecord);
  }

  /**
   * @param {any} record
   * @param {ReadUserRecord} userRecord
   */
  join(record, userRecord) {
    if (!this.#intake.join(userRecord)) return false;
    // A callback that adds records begins the next batch.
    if (this.#inHand?.batch === this.#batch) this.#batch = new Batch();
    this.#batch.push(record);
    return true;
  }

  /**
   * @param {any} record
   * @param {ReadUserRecord} userRecord fits alone
   * @param {Deliver} deliver
   */
  joinAfterClosing(record, userRecord, deliver) {
    do this.closeAll(deliver);
    while (!this.join(record, userRecord));
  }

  /**
   * Hands over the batch. Where that throws, the batch is open again, as in the older package.
   *
   * @param {Deliver} deliver
   */
  closeAll(deliver) {
    const outer = this.#inHand;
    const batch = this.#batch;
    if (batch === outer?.batch || batch.records.length === 0) return;
    this.#inHand = { batch, totalBytes: this.totalBytes };
    const encoded = batch.encoded(this.#seal());
    try {
      deliver(encoded, batch.records.length);
      if (this.#batch === batch) this.#batch = new Batch();
    } catch (thrown) {
      if (this.#batch === batch) this.#takeBack(encoded);
      throw thrown;
    } finally {
      this.#inHand = outer;
    }
  }

  /** What is open, closed; `undefined` if nothing is. */
  closeOne() {
    const batch = this.#batch;
    if (batch === this.#inHand?.batch || batch.records.length === 0) return undefined;
    this.#batch = new Batch();
    return batch.encoded(this.#seal());
  }

  clear() {
    this.#intake.clear();
    this.#batch = new Batch();
  }

  #seal() {
    const [data] = /** @type {Buffer[]} */ (this.#intake.flush());
    return data;
  }

  /** From the bytes, since the caller may have changed the records. @param {EncodedRecord} encoded */
  #takeBack({ data }) {
    const source = { Data: data, SequenceNumber: '' };
    for (const { partitionKey, explicitHashKey, data } of deaggregate(source, { verifyChecksum: false })) {
      const key = /** @type {string} */ (partitionKey);
      this.#intake.join({ partitionKey: key, explicitHashKey, data, dataBytes: data.length });
    }
  }
}

export { FirstBatch };
