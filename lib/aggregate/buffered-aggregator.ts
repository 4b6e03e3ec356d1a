// @ts-nocheck
// The way into the core. Entering it costs as much as adding a few records, so records wait in a stage as long as the
// core's credit says that they will all be taken and close nothing. What a caller sees is as if each crossed at once.

import { BYTES_PER_UNIT, isShared } from '../native/bytes';
import { fromNative } from '../native/thrown';
import { readUserRecord } from './input';
import { Stage } from './rows';

/** @typedef {import('../../index').UserRecordInput} UserRecordInput */
/** @typedef {import('./input').ReadUserRecord} ReadUserRecord */
/** @typedef {import('../native/addon').Closed} Closed */

/** The credit covers partition keys of that many code points: a string has no more of them than units. */
const MAX_UNITS = 256;
/** A stage that holds more is emptied into the core, while it still is in the processor's cache. */
const MAX_STAGED_BYTES = 64 * 1024;
const MAX_STAGED_RECORDS = 512;
/** Larger data goes straight from the caller's memory into the core. */
const LARGE_BYTES = 8 * 1024;
/** With less credit than for that many records, the next ones enter at once: an aggregate is nearly full. */
const SMALL_CREDIT_RECORDS = 4;
const RECORDS_WITHOUT_CREDIT = 16;

class Intake {
  /** Tests set it to 0: then every record crosses at once. */
  static maxStagedRecords = MAX_STAGED_RECORDS;

  #aggregator;
  #stage = new Stage();
  #creditBytes;
  #creditRecords;
  #costPerRecord;
  /** How many records enter before a new credit is asked for. */
  #patience = 0;

  /** @param {import('../native/addon').NativeAggregator} aggregator */
  constructor(aggregator) {
    this.#aggregator = aggregator;
    [this.#creditBytes, this.#creditRecords, this.#costPerRecord] = aggregator.credit();
  }

  /**
   * @param {UserRecordInput} input
   * @returns {Closed}
   */
  add(input) {
    return this.take(readUserRecord(input, 0));
  }

  /**
   * @param {ReadUserRecord} record
   * @returns {Closed}
   */
  take(record) {
    if (this.#staged(record)) return null;
    return this.#enterWith(record, (...layout) => this.#aggregator.add(...layout, false));
  }

  /**
   * Takes a record if it closes nothing, and says whether it did.
   *
   * @param {ReadUserRecord} record
   */
  join(record) {
    return this.#staged(record) || this.#enterWith(record, (...layout) => this.#aggregator.join(...layout));
  }

  /** @param {ReadUserRecord} record */
  joins(record) {
    return this.#enterWith(record, (...layout) => this.#aggregator.joins(...layout));
  }

  /** @param {ReadUserRecord} record */
  fitsWrapped(record) {
    return this.#enterWith(record, (...layout) => this.#aggregator.fitsWrapped(...layout));
  }

  /** @param {ReadUserRecord} record */
  userRecordLen(record) {
    return this.#enterWith(record, (...layout) => this.#aggregator.userRecordLen(...layout));
  }

  messageBytes() {
    this.#settle();
    return this.#aggregator.messageBytes();
  }

  /**
   * All of them or, if one is refused, none.
   *
   * @param {Iterable<UserRecordInput>} inputs
   * @returns {Closed}
   */
  addAll(inputs) {
    // A stage of its own, since an iterator may call us again.
    const batch = new Stage();
    for (const input of inputs) {
      batch.push(readUserRecord(input, batch.count));
    }
    return this.#enter(() => this.#aggregator.add(...batch.layout(), false));
  }

  /**
   * As `addAll`, for an aggregator that is thrown away if a record is refused: none has to wait for the last.
   *
   * @param {Iterable<UserRecordInput>} inputs
   * @param {(closed: Closed) => void} handOver
   */
  addPiecewise(inputs, handOver) {
    const stage = this.#stage;
    const enter = () => {
      try {
        handOver(this.#aggregator.add(...stage.layout(), false));
      } catch (thrown) {
        throw fromNative(thrown, stage.firstIndex);
      }
      stage.firstIndex += stage.count;
      stage.clear();
    };
    for (const input of inputs) {
      stage.push(readUserRecord(input, stage.firstIndex + stage.count));
      if (stage.count === MAX_STAGED_RECORDS || stage.dataEnd >= MAX_STAGED_BYTES) enter();
    }
    enter();
  }

  /**
   * @param {UserRecordInput} input
   * @returns {boolean}
   */
  fits(input) {
    return this.#enterWith(readUserRecord(input, 0), (...layout) => this.#aggregator.fits(...layout));
  }

  /** @returns {Closed} */
  flush() {
    return this.#enter(() => this.#aggregator.flush());
  }

  clear() {
    this.#stage.clear();
    this.#enter(() => this.#aggregator.clear());
  }

  /**
   * @param {string[]} bounds
   * @returns {Closed}
   */
  setShards(bounds) {
    return this.#enter(() => this.#aggregator.setShards(bounds));
  }

  userRecordCount() {
    return this.#aggregator.userRecordCount() + this.#stage.count;
  }

  sizeBytes() {
    this.#settle();
    return this.#aggregator.sizeBytes();
  }

  /**
   * Lets the record wait outside the core, if its credit covers it.
   *
   * @param {ReadUserRecord} record
   */
  #staged(record) {
    if (!this.#isCovered(record)) return false;
    this.#stage.push(record);
    if (this.#stage.count >= Intake.maxStagedRecords || this.#stage.dataEnd >= MAX_STAGED_BYTES) this.#settle();
    return true;
  }

  /**
   * Whether the core is sure to take the record and to close nothing for it. If so, its cost is paid.
   *
   * @param {ReadUserRecord} record
   */
  #isCovered({ partitionKey, explicitHashKey, dataBytes }) {
    if (explicitHashKey !== null || partitionKey === '' || partitionKey.length > MAX_UNITS || dataBytes > LARGE_BYTES) {
      return false;
    }
    const cost = dataBytes + partitionKey.length * BYTES_PER_UNIT + this.#costPerRecord;
    if ((cost > this.#creditBytes || this.#creditRecords === 0) && !this.#renewCredit(cost)) return false;
    this.#creditBytes -= cost;
    this.#creditRecords--;
    return true;
  }

  /** @param {number} cost */
  #renewCredit(cost) {
    if (this.#patience > 0) {
      this.#patience--;
      return false;
    }
    this.#settle();
    [this.#creditBytes, this.#creditRecords] = this.#aggregator.credit();
    const isSmall = SMALL_CREDIT_RECORDS * cost > this.#creditBytes || SMALL_CREDIT_RECORDS > this.#creditRecords;
    if (isSmall) this.#patience = RECORDS_WITHOUT_CREDIT;
    return !isSmall;
  }

  /**
   * Calls the core with one record. Large data crosses from the caller's memory.
   *
   * @template T
   * @param {ReadUserRecord} record
   * @param {(...layout: import('../native/addon').Layout) => T} call
   * @returns {T}
   */
  #enterWith(record, call) {
    return this.#enter(() => {
      const stage = this.#stage;
      const { partitionKey, explicitHashKey, data, dataBytes } = record;
      try {
        if (typeof data === 'string' || dataBytes <= LARGE_BYTES || isShared(data)) {
          stage.push(record);
          return call(...stage.layout());
        }
        stage.pushRow(partitionKey, explicitHashKey, dataBytes);
        const [rows, count, keys] = stage.layout();
        return call(rows, count, keys, data);
      } finally {
        this.#rest();
      }
    });
  }

  /**
   * Calls the core with nothing waiting outside it. What it does may change how much credit there is.
   *
   * @template T
   * @param {() => T} call
   * @returns {T}
   */
  #enter(call) {
    this.#settle();
    this.#creditBytes = 0;
    this.#creditRecords = 0;
    try {
      return call();
    } catch (thrown) {
      throw fromNative(thrown);
    }
  }

  /** What waits enters the core. The rest of the credit stays good: no record cost more than was paid for it. */
  #settle() {
    if (this.#stage.count === 0) return;
    this.#aggregator.add(...this.#stage.layout(), true);
    this.#rest();
  }

  #rest() {
    this.#stage.clear();
    if (this.#stage.capacity > RESTING_BYTES) this.#stage = new Stage();
  }
}

/** A stage that one record has made larger than this is not kept. */
const RESTING_BYTES = 1024 * 1024;

export { Intake };
