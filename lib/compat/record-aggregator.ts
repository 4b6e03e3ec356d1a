// @ts-nocheck
// `RecordAggregator` of aws-kinesis-agg 4.2.8.

import type { AggregatorOptions, OnReadyCallback } from '../../compat';
import { FirstBatch } from './first-batch';
import { RoutedBatches } from './routed-batches';
import { type LooseUserRecord, readUserRecord, textOf, validateUserRecord } from './user-record';

/** @typedef {import('../aggregate/input').ReadUserRecord} ReadUserRecord */
/** @typedef {import('../../compat').EncodedRecord} EncodedRecord */

class RecordAggregator {
  #open;
  /** Closed while there was no callback. They wait for `build` or for the next callback. */
  #ready = /** @type {{ encoded: EncodedRecord, userRecords: number }[]} */ ([]);

  declare onReadyCallback: OnReadyCallback | undefined;

  constructor(onReadyCallback?: OnReadyCallback, options?: AggregatorOptions) {
    const { routing = 'first' } = options ?? {};
    this.#open = routing === 'first' ? new FirstBatch(options) : new RoutedBatches({ ...options, routing });
    this.onReadyCallback = onReadyCallback;
  }

  get putRecords() {
    return this.#open.records;
  }

  get totalBytes() {
    return this.#open.totalBytes;
  }

  get partitionKeyTable() {
    return positions(this.putRecords.map((record) => record.partitionKey));
  }

  get partitionKeyCount() {
    return Object.keys(this.partitionKeyTable).length;
  }

  get explicitHashKeyTable() {
    return positions(this.putRecords.map((record) => record.explicitHashKey).filter(Boolean));
  }

  get explicitHashKeyCount() {
    return Object.keys(this.explicitHashKeyTable).length;
  }

  /** @param {OnReadyCallback} [onReadyCallback] */
  setOnReadyCallback(onReadyCallback) {
    if (onReadyCallback) this.onReadyCallback = onReadyCallback;
    return this.onReadyCallback;
  }

  clearRecords() {
    this.#open.clear();
    this.#ready = [];
  }

  /** @param {OnReadyCallback} [callback] */
  flushBufferedRecords(callback) {
    const onReadyCallback = callback || this.onReadyCallback;
    // Nobody to hand anything over to: the records stay.
    if (!onReadyCallback) return;
    if (this.length() > 0) this.#flush(onReadyCallback);
    else onReadyCallback(null, undefined);
  }

  build() {
    const ready = this.#ready.shift();
    return ready ? ready.encoded : this.#open.closeOne();
  }

  length() {
    return this.#ready.reduce((sum, { userRecords }) => sum + userRecords, this.#open.length);
  }

  /** @param {any} record */
  checkIfUserRecordFits(record) {
    validateUserRecord(record);
    return this.#open.fits(readUserRecord(record));
  }

  /** @param {any} record */
  calculateUserRecordSize(record) {
    validateUserRecord(record);
    return this.#open.sizeOf(readUserRecord(record));
  }

  /** @param {any} record */
  addUserRecord(record) {
    validateUserRecord(record);
    const userRecord = readUserRecord(record);
    if (this.#open.join(record, userRecord)) return;
    throw this.#open.fitsAlone(userRecord) ? new Error("record won't fit") : this.#tooLarge(record, userRecord);
  }

  aggregateRecords(
    records: { forEach(each: (record: LooseUserRecord) => void): void },
    forceFlush?: boolean,
    callback?: OnReadyCallback,
  ) {
    const onReadyCallback = callback || this.onReadyCallback;
    records.forEach((record) => {
      this.#take(record, onReadyCallback);
    });
    if (forceFlush === true && onReadyCallback && this.length() > 0) this.#flush(onReadyCallback);
  }

  /**
   * @param {any} record
   * @param {OnReadyCallback | undefined} onReadyCallback
   */
  #take(record, onReadyCallback) {
    const userRecord = readUserRecord(record);
    if (!record.partitionKey) {
      if (onReadyCallback) onReadyCallback(new Error('record.partitionKey field is mandatory'));
    } else if (!this.#open.join(record, userRecord)) {
      if (this.#open.fitsAlone(userRecord)) {
        this.#open.joinAfterClosing(record, userRecord, this.#deliverTo(onReadyCallback));
      } else if (onReadyCallback) {
        onReadyCallback(this.#tooLarge(record, userRecord));
      }
    }
  }

  /** @param {OnReadyCallback} onReadyCallback */
  #flush(onReadyCallback) {
    this.#deliverReady(onReadyCallback);
    this.#open.closeAll(this.#deliverTo(onReadyCallback));
  }

  /**
   * @param {OnReadyCallback | undefined} onReadyCallback
   * @returns {import('./first-batch').Deliver}
   */
  #deliverTo(onReadyCallback) {
    if (!onReadyCallback) return (encoded, userRecords) => this.#ready.push({ encoded, userRecords });
    return (encoded) => {
      this.#deliverReady(onReadyCallback);
      onReadyCallback(null, encoded);
    };
  }

  /** @param {OnReadyCallback} onReadyCallback */
  #deliverReady(onReadyCallback) {
    for (let next = this.#ready[0]; next !== undefined; next = this.#ready[0]) {
      onReadyCallback(null, next.encoded);
      if (this.#ready[0] === next) this.#ready.shift();
    }
  }

  /**
   * @param {any} record
   * @param {ReadUserRecord} userRecord
   */
  #tooLarge({ partitionKey, explicitHashKey }, userRecord) {
    const bytes = this.#open.sizeOf(userRecord);
    return new Error(
      `Input record (PK=${partitionKey}, EHK=${explicitHashKey}, SizeBytes=${bytes}) is too large to fit inside a single Kinesis record.`,
    );
  }
}

/**
 * Each key's position among those that are different, as the older package's tables have it.
 *
 * @param {unknown[]} keys
 */
function positions(keys) {
  const distinct = [...new Set(keys.map(textOf))];
  // `fromEntries` defines: a key that is called `__proto__` becomes a property like any other.
  return Object.fromEntries(distinct.map((key, position) => [key, position]));
}

export { RecordAggregator };
