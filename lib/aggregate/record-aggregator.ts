// @ts-nocheck

import { KplError } from '../error';
import native from '../native';
import { Intake } from './buffered-aggregator';
import { openAggregator, openShards } from './options';

/** @typedef {import('../../index').AggregatedRecord} AggregatedRecord */
/** @typedef {import('../../index').AggregatorOptions} AggregatorOptions */
/** @typedef {import('../../index').UserRecordInput} UserRecordInput */
/** @typedef {import('../../index').Shard} Shard */
/** @typedef {(aggregate: AggregatedRecord) => void} Callback */

class RecordAggregator {
  #intake;
  /** @type {Set<Callback>} */
  #callbacks = new Set();
  /** Closed aggregates that were not handed over yet, with the callbacks that were registered when they closed. */
  #waiting = /** @type {{ aggregate: AggregatedRecord, callbacks: Callback[] }[]} */ ([]);
  #isDelivering = false;

  /** @param {AggregatorOptions} [options] */
  constructor(options) {
    this.#intake = new Intake(openAggregator(options));
  }

  /** @param {UserRecordInput} record */
  addUserRecord(record) {
    const closed = this.#intake.add(record);
    return closed === null ? undefined : this.#handOver(toRecords(closed))[0];
  }

  /** @param {Iterable<UserRecordInput>} records */
  addUserRecords(records) {
    return this.#handOver(toRecords(this.#intake.addAll(iterable(records))));
  }

  flush() {
    return this.#handOver(toRecords(this.#intake.flush()));
  }

  clear() {
    this.#intake.clear();
  }

  /** @param {Callback} callback */
  onRecordComplete(callback) {
    if (typeof callback !== 'function') {
      throw new KplError('ERR_KPL_OPTION', `onRecordComplete takes a function, got ${typeof callback}`);
    }
    this.#callbacks.add(callback);
    return this;
  }

  clearCallbacks() {
    this.#callbacks.clear();
  }

  /** @param {UserRecordInput} record */
  fits(record) {
    return this.#intake.fits(record);
  }

  /** @param {readonly Shard[]} shards */
  setShards(shards) {
    return this.#handOver(toRecords(this.#intake.setShards(openShards(shards))));
  }

  get userRecordCount() {
    return this.#intake.userRecordCount();
  }

  get sizeBytes() {
    return this.#intake.sizeBytes();
  }

  /**
   * To the callbacks if there are any, else to the caller. The core has taken its records by now, so a callback may call
   * us again: what that closes waits its turn.
   *
   * @param {AggregatedRecord[]} closed
   */
  #handOver(closed) {
    if (this.#callbacks.size === 0) return closed;
    const callbacks = [...this.#callbacks];
    for (const aggregate of closed) this.#waiting.push({ aggregate, callbacks });
    if (!this.#isDelivering) this.#deliver();
    return [];
  }

  #deliver() {
    const failures = [];
    this.#isDelivering = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      for (const callback of next.callbacks) {
        try {
          callback(next.aggregate);
        } catch (failure) {
          failures.push(failure);
        }
      }
    }
    this.#isDelivering = false;
    if (failures.length > 0) throw failures[0];
  }
}

/**
 * @param {Iterable<UserRecordInput>} records
 * @param {AggregatorOptions} [options]
 */
function aggregate(records, options) {
  const intake = new Intake(openAggregator(options, { checkKeys: true, sealLater: true }));
  /** @type {AggregatedRecord[]} */
  const aggregates = [];
  let sealed = 0;
  const seal = () => {
    native.sealAggregates(aggregates.slice(sealed).map(({ Data }) => Data));
    sealed = aggregates.length;
  };
  const take = (/** @type {import('../native/addon').Closed} */ closed) => {
    for (const unsealed of toRecords(closed)) aggregates.push(unsealed);
    if (aggregates.length - sealed >= SEALED_TOGETHER) seal();
  };
  intake.addPiecewise(iterable(records), take);
  take(intake.flush());
  seal();
  return aggregates;
}

/** Their MD5s take hardly longer than one. */
const SEALED_TOGETHER = 16;

/**
 * @param {Iterable<UserRecordInput>} records
 * @returns {Iterable<UserRecordInput>}
 */
function iterable(records) {
  if (typeof records === 'object' && records !== null && Symbol.iterator in records) return records;
  throw new KplError('ERR_KPL_DATA', 'records must be an iterable of user records; for one, use addUserRecord');
}

/**
 * The entries of PutRecords, from four values for each.
 *
 * @param {import('../native/addon').Closed} values
 * @returns {AggregatedRecord[]}
 */
function toRecords(values) {
  const records = [];
  for (let i = 0; values !== null && i < values.length; i += 4) {
    const [Data, PartitionKey, ExplicitHashKey, userRecordCount] =
      /** @type {[Buffer, string, string | null, number]} */ (values.slice(i, i + 4));
    records.push(
      ExplicitHashKey === null
        ? { PartitionKey, Data, userRecordCount }
        : { PartitionKey, ExplicitHashKey, Data, userRecordCount },
    );
  }
  return records;
}

export { aggregate, RecordAggregator };
