'use strict';

// What `RecordAggregator` of aws-kinesis-agg 4.2.8 would do if its defects were repaired, the slow and obvious way. As it
// runs it notes in `deltas` where the older package does otherwise, and by which defect.

const { aggregateOf } = require('../format');

const MAX_RECORD_BYTES = 1024 * 1024;
const FRAME_BYTES = 20;
const OLDER_LIMIT = MAX_RECORD_BYTES - FRAME_BYTES;

class ModelAggregator {
  putRecords = [];
  totalBytes = 0;
  partitionKeys = new Map();
  explicitHashKeys = new Map();
  ready = [];
  deltas = new Set();

  constructor(onReadyCallback) {
    this.onReadyCallback = onReadyCallback;
  }

  get partitionKeyTable() {
    return Object.fromEntries(this.partitionKeys);
  }

  get partitionKeyCount() {
    return this.partitionKeys.size;
  }

  get explicitHashKeyTable() {
    return Object.fromEntries(this.explicitHashKeys);
  }

  get explicitHashKeyCount() {
    return this.explicitHashKeys.size;
  }

  length() {
    return this.ready.reduce((sum, { count }) => sum + count, this.putRecords.length);
  }

  setOnReadyCallback(callback) {
    if (callback) this.onReadyCallback = callback;
    return this.onReadyCallback;
  }

  clearRecords() {
    this.#clearOpen();
    this.ready = [];
  }

  build() {
    if (this.ready.length > 0) return this.ready.shift().encoded;
    const encoded = this.#encoded();
    this.#clearOpen();
    return encoded;
  }

  checkIfUserRecordFits(record) {
    validate(record);
    return this.#fits(this.#read(record));
  }

  calculateUserRecordSize(record) {
    validate(record);
    return this.#size(this.#read(record));
  }

  addUserRecord(record) {
    validate(record);
    const userRecord = this.#read(record);
    const bytes = this.#size(userRecord);
    if (this.#isTooLarge(userRecord)) throw tooLarge(record, bytes);
    if (!this.#fits(userRecord)) throw new Error("record won't fit");
    this.#push(userRecord, bytes);
  }

  flushBufferedRecords(callback) {
    const onReadyCallback = callback || this.onReadyCallback;
    if (!onReadyCallback) {
      if (this.length() > 0) this.deltas.add('10: without a callback');
      return;
    }
    if (this.length() === 0) onReadyCallback(null, undefined);
    else this.#flush(onReadyCallback);
  }

  aggregateRecords(records, forceFlush, callback) {
    const onReadyCallback = callback || this.onReadyCallback;
    for (const record of records) this.#take(record, onReadyCallback);
    if (forceFlush !== true || this.length() === 0) return;
    if (onReadyCallback) this.#flush(onReadyCallback);
    else this.deltas.add('10: without a callback');
  }

  #take(record, onReadyCallback) {
    const userRecord = this.#read(record);
    if (!record.partitionKey) {
      if (onReadyCallback) onReadyCallback(new Error('record.partitionKey field is mandatory'));
      return;
    }
    const bytes = this.#size(userRecord);
    if (this.#isTooLarge(userRecord)) {
      this.deltas.add('7: keys of a record that is too large');
      if (onReadyCallback) onReadyCallback(tooLarge(record, bytes));
      return;
    }
    if (this.#fits(userRecord)) {
      this.#push(userRecord, bytes);
      return;
    }
    this.#deliver(onReadyCallback);
    this.#push(userRecord, this.#size(userRecord));
  }

  #flush(onReadyCallback) {
    while (this.ready.length > 0) {
      onReadyCallback(null, this.ready[0].encoded);
      this.ready.shift();
    }
    if (this.putRecords.length > 0) this.#deliver(onReadyCallback);
  }

  #deliver(onReadyCallback) {
    if (!onReadyCallback) {
      this.deltas.add('10: without a callback');
      this.ready.push({ encoded: this.#encoded(), count: this.putRecords.length });
    } else {
      while (this.ready.length > 0) {
        onReadyCallback(null, this.ready[0].encoded);
        this.ready.shift();
      }
      onReadyCallback(null, this.#encoded());
    }
    this.#clearOpen();
  }

  #clearOpen() {
    this.putRecords = [];
    this.totalBytes = 0;
    this.partitionKeys = new Map();
    this.explicitHashKeys = new Map();
  }

  #encoded() {
    if (this.putRecords.length === 0) return undefined;
    const [{ record: first }] = this.putRecords;
    const hasExplicitHashKey = this.putRecords.some(({ explicitHashKey }) => explicitHashKey !== null);
    const { explicitHashKey } = first;
    const isKey = explicitHashKey || explicitHashKey === 0 || explicitHashKey === 0n;
    if (hasExplicitHashKey && !isKey && explicitHashKey !== undefined)
      this.deltas.add('5: the outer explicit hash key');
    this.#noteEncoding();
    return {
      partitionKey: first.partitionKey,
      data: aggregateOf(this.putRecords),
      ...(hasExplicitHashKey && isKey ? { ExplicitHashKey: explicitHashKey, explicitHashKey } : {}),
    };
  }

  #noteEncoding() {
    for (const table of [this.partitionKeys, this.explicitHashKeys]) {
      const keys = [...table.keys()];
      if (Object.keys(Object.fromEntries(keys.map((key) => [key, 0]))).join() !== keys.join()) {
        this.deltas.add('1: integer-like keys');
      }
    }
  }

  #read(record) {
    const { partitionKey, explicitHashKey, data } = record;
    if (partitionKey == null) throw new TypeError(`Cannot read properties of ${partitionKey} (reading 'length')`);
    const bytes = bytesOf(data);
    this.#noteRecord(record);
    return {
      record,
      partitionKey: `${partitionKey}`.toWellFormed(),
      explicitHashKey: explicitHashKey ? `${explicitHashKey}`.toWellFormed() : null,
      data: bytes,
    };
  }

  #noteRecord(record) {
    const { partitionKey, explicitHashKey, data } = record;
    for (const key of [partitionKey, explicitHashKey || '']) {
      if (`${key}` in {}) this.deltas.add('6: keys that objects inherit');
      if (typeof key !== 'string') this.deltas.add('4: keys that are no strings');
      if (/[^\0-\x7f]/.test(`${key}`)) this.deltas.add('3: keys that are not ASCII');
    }
    if (!(typeof data === 'string' || data.BYTES_PER_ELEMENT === 1)) this.deltas.add('11: data of other views');
    if (Object.isFrozen(record) && typeof data === 'string') this.deltas.add('8: frozen records');
  }

  /** The bytes that the record adds; where the older package counts otherwise, that is noted. */
  #size({ partitionKey, explicitHashKey, data }) {
    const v = (number) => Math.max(1, Math.ceil(Math.log2(number + 1) / 7));
    const entry = (length) => 1 + v(length) + length;
    const position = (table, key) => table.get(key) ?? table.size;
    let inner = 1 + v(position(this.partitionKeys, partitionKey)) + entry(data.length);
    let bytes = 0;
    if (!this.partitionKeys.has(partitionKey)) bytes += entry(Buffer.byteLength(partitionKey));
    else this.#notePosition(this.partitionKeys, partitionKey);
    if (explicitHashKey !== null) {
      inner += 1 + v(position(this.explicitHashKeys, explicitHashKey));
      if (!this.explicitHashKeys.has(explicitHashKey)) bytes += entry(Buffer.byteLength(explicitHashKey));
      else this.#notePosition(this.explicitHashKeys, explicitHashKey);
    }
    return bytes + entry(inner);
  }

  /** The older package takes the position of a table's first key for that of its next. */
  #notePosition(table, key) {
    if (table.get(key) === 0 && table.size > 127) this.deltas.add('3: sizes of the first key');
  }

  #fits(userRecord) {
    const sum = this.totalBytes + this.#size(userRecord);
    const outer = this.putRecords[0] ?? userRecord;
    const fits = FRAME_BYTES + sum + Buffer.byteLength(outer.partitionKey) <= MAX_RECORD_BYTES;
    if (fits !== sum <= OLDER_LIMIT) this.deltas.add('12: the limit and the outer partition key');
    return fits;
  }

  #isTooLarge(userRecord) {
    const alone = new ModelAggregator();
    const bytes = alone.#size(userRecord);
    const isTooLarge = FRAME_BYTES + bytes + Buffer.byteLength(userRecord.partitionKey) > MAX_RECORD_BYTES;
    if (isTooLarge !== this.#size(userRecord) > OLDER_LIMIT)
      this.deltas.add('12: the limit and the outer partition key');
    return isTooLarge;
  }

  #push(userRecord, bytes) {
    const { partitionKey, explicitHashKey } = userRecord;
    this.putRecords.push(userRecord);
    this.totalBytes += bytes;
    if (!this.partitionKeys.has(partitionKey)) this.partitionKeys.set(partitionKey, this.partitionKeys.size);
    if (explicitHashKey !== null && !this.explicitHashKeys.has(explicitHashKey)) {
      this.explicitHashKeys.set(explicitHashKey, this.explicitHashKeys.size);
    }
  }
}

function validate(record) {
  if (!record.data) throw new Error('Record.Data field is mandatory');
  if (!record.partitionKey) throw new Error('record.partitionKey field is mandatory');
}

function tooLarge({ partitionKey, explicitHashKey }, bytes) {
  const what = `PK=${partitionKey}, EHK=${explicitHashKey}, SizeBytes=${bytes}`;
  return new Error(`Input record (${what}) is too large to fit inside a single Kinesis record.`);
}

function bytesOf(data) {
  if (typeof data === 'string') return Buffer.from(data);
  Buffer.byteLength(data, 'binary');
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

module.exports = { ModelAggregator };
