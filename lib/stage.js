'use strict';

// User records on their way into the core: read from the caller's objects, laid end to end.

const { types } = require('node:util');
const { KplError } = require('./error');
const { bytesOf, byteLengthOf } = require('./bytes');

/** Numbers in a row: bytes of the partition key, bytes of the explicit hash key plus one or 0, bytes of the data. */
const ROW = 3;
/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;
/** A stage that a large batch has made larger than this is not kept. */
const RESTING_BYTES = 1024 * 1024;

/**
 * Records in the layout that the core reads. Writing to it runs no code of the caller's.
 */
class Stage {
  rows = new Uint32Array(ROW * 64);
  rowEnd = 0;
  /** @type {Buffer} */
  keys = Buffer.allocUnsafeSlow(4096);
  keyEnd = 0;
  /** @type {Buffer} */
  data = Buffer.allocUnsafeSlow(64 * 1024);
  dataEnd = 0;

  clear() {
    this.rowEnd = 0;
    this.keyEnd = 0;
    this.dataEnd = 0;
  }

  get capacity() {
    return this.rows.byteLength + this.keys.length + this.data.length;
  }

  /**
   * Adds a record to the layout.
   *
   * @param {string} partitionKey
   * @param {string | null} explicitHashKey
   * @param {string | Uint8Array} data
   */
  push(partitionKey, explicitHashKey, data) {
    if (this.rowEnd + ROW > this.rows.length) {
      const larger = new Uint32Array(2 * this.rows.length);
      larger.set(this.rows);
      this.rows = larger;
    }
    const partitionKeyBytes = this.#pushKey(partitionKey);
    const explicitHashKeyBytes = explicitHashKey === null ? 0 : this.#pushKey(explicitHashKey) + 1;
    this.rows[this.rowEnd++] = partitionKeyBytes;
    this.rows[this.rowEnd++] = explicitHashKeyBytes;
    this.rows[this.rowEnd++] = this.#pushData(data);
  }

  /** @param {string} key */
  #pushKey(key) {
    this.keys = withRoom(this.keys, this.keyEnd, key.length * BYTES_PER_UNIT);
    const written = this.keys.write(key, this.keyEnd, 'utf8');
    this.keyEnd += written;
    return written;
  }

  /** @param {string | Uint8Array} data */
  #pushData(data) {
    const bytes = typeof data === 'string' ? Buffer.byteLength(data, 'utf8') : byteLengthOf(data);
    this.data = withRoom(this.data, this.dataEnd, bytes);
    if (typeof data === 'string') this.data.write(data, this.dataEnd, 'utf8');
    else this.data.set(data, this.dataEnd);
    this.dataEnd += bytes;
    return bytes;
  }
}

/**
 * @param {Buffer} buffer
 * @param {number} used
 * @param {number} needed
 */
function withRoom(buffer, used, needed) {
  if (used + needed <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, used + needed));
  larger.set(buffer.subarray(0, used));
  return larger;
}

/** Stages at rest. A call from inside a caller's iterator or getter finds none here, and makes its own. */
const resting = [new Stage()];

/**
 * Lays out user records and gives them to `use`; then the stage can be used again.
 *
 * @template T
 * @param {Iterable<import('../index').UserRecordInput>} records
 * @param {(stage: Stage) => T} use
 * @returns {T}
 */
function withStaged(records, use) {
  const stage = resting.pop() ?? new Stage();
  try {
    let recordIndex = 0;
    for (const record of records) stageUserRecord(stage, record, recordIndex++);
    return use(stage);
  } finally {
    stage.clear();
    if (resting.length === 0 && stage.capacity <= RESTING_BYTES) resting.push(stage);
  }
}

/**
 * Reads everything that is needed of the caller's object before anything is written: a getter may call us again.
 *
 * @param {Stage} stage
 * @param {any} record
 * @param {number} recordIndex
 */
function stageUserRecord(stage, record, recordIndex) {
  if (record === null || typeof record !== 'object') {
    throw new KplError('ERR_KPL_DATA', `a user record must be an object, got ${kindOf(record)}`, { recordIndex });
  }
  const lower = record.partitionKey;
  const isLower = lower !== undefined;
  const partitionKey = isLower ? lower : record.PartitionKey;
  const data = isLower ? record.data : record.Data;
  const explicitHashKey = isLower ? record.explicitHashKey : record.ExplicitHashKey;

  if (typeof partitionKey !== 'string' || !partitionKey.isWellFormed()) {
    const problem = typeof partitionKey === 'string' ? 'a string with a lone surrogate' : kindOf(partitionKey);
    throw new KplError('ERR_KPL_PARTITION_KEY', `partitionKey must be a string, got ${problem}`, { recordIndex });
  }
  if (explicitHashKey != null && typeof explicitHashKey !== 'string' && typeof explicitHashKey !== 'bigint') {
    const message = `explicitHashKey must be a decimal string or a bigint, got ${kindOf(explicitHashKey)}`;
    throw new KplError('ERR_KPL_EXPLICIT_HASH_KEY', message, { recordIndex });
  }
  const bytes = typeof data === 'string' ? data : bytesOf(data);
  if (bytes === undefined) {
    const message = `data must be a Uint8Array, another view, an ArrayBuffer or a string, got ${kindOf(data)}`;
    throw new KplError('ERR_KPL_DATA', message, { recordIndex });
  }
  stage.push(partitionKey, explicitHashKey == null ? null : String(explicitHashKey), bytes);
}

/**
 * Names a value's kind without showing the value.
 *
 * @param {unknown} value
 */
function kindOf(value) {
  if (value === null) return 'null';
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return 'memory that was transferred or is shared';
  return typeof value === 'object' ? 'another object' : typeof value;
}

/**
 * The keys and data of a stage as arguments of the native side.
 *
 * @param {Stage} stage
 * @returns {[Uint32Array, Buffer, Buffer]}
 */
function layoutOf(stage) {
  return [
    stage.rows.subarray(0, stage.rowEnd),
    stage.keys.subarray(0, stage.keyEnd),
    stage.data.subarray(0, stage.dataEnd),
  ];
}

module.exports = { layoutOf, withStaged };
