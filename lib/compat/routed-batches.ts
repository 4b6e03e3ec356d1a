// @ts-nocheck
// A routing that the caller has switched on: any number of open aggregates, which the core keeps to itself.

import { Intake } from '../aggregate/buffered-aggregator';
import { openAggregator } from '../aggregate/options';
import { encodedRecord } from './encoded-record';

/** @typedef {import('../aggregate/input').ReadUserRecord} ReadUserRecord */
/** @typedef {import('../../compat').EncodedRecord} EncodedRecord */
/** @typedef {import('./first-batch').Deliver} Deliver */

class RoutedBatches {
  #intake;
  /** Closed and not delivered yet: what a callback throws on stays. */
  #closed = /** @type {{ encoded: EncodedRecord, userRecords: number }[]} */ ([]);

  /** @param {import('../../index').AggregatorOptions} options */
  constructor(options) {
    this.#intake = new Intake(openAggregator(options, { checkKeys: false, sealLater: false }));
  }

  /** @returns {any[]} */
  get records() {
    return [];
  }

  get length() {
    return this.#closed.reduce((sum, { userRecords }) => sum + userRecords, this.#intake.userRecordCount());
  }

  get totalBytes() {
    return this.#intake.messageBytes();
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
   * @param {any} _record
   * @param {ReadUserRecord} userRecord
   */
  join(_record, userRecord) {
    return this.#intake.join(userRecord);
  }

  /**
   * @param {any} _record
   * @param {ReadUserRecord} userRecord fits alone
   * @param {Deliver} deliver
   */
  joinAfterClosing(_record, userRecord, deliver) {
    this.#close(this.#intake.take(userRecord));
    this.#deliverClosed(deliver);
  }

  /** @param {Deliver} deliver */
  closeAll(deliver) {
    this.#close(this.#intake.flush());
    this.#deliverClosed(deliver);
  }

  /** The aggregate that was opened first, closed; `undefined` if nothing is open. */
  closeOne() {
    if (this.#closed.length === 0) this.#close(this.#intake.flush());
    return this.#closed.shift()?.encoded;
  }

  clear() {
    this.#intake.clear();
    this.#closed = [];
  }

  /** @param {Deliver} deliver */
  #deliverClosed(deliver) {
    for (let next = this.#closed[0]; next !== undefined; next = this.#closed[0]) {
      deliver(next.encoded, next.userRecords);
      if (this.#closed[0] === next) this.#closed.shift();
    }
  }

  /** @param {import('../native/addon').Closed} values */
  #close(values) {
    for (let i = 0; values !== null && i < values.length; i += 4) {
      const [data, partitionKey, explicitHashKey, userRecords] =
        /** @type {[Buffer, string, string | null, number]} */ (values.slice(i, i + 4));
      this.#closed.push({ encoded: encodedRecord(partitionKey, data, explicitHashKey ?? undefined), userRecords });
    }
  }
}

export { RoutedBatches };
