'use strict';

const { BufferView } = require('./payload');
const { md5 } = require('./md5');

const FRAME_BYTES = 20;

/** Tag and length of a key of up to 127 bytes, as text, by the length. */
const KEY_HEADS = Array.from({ length: 128 }, (_, length) => `\n${String.fromCharCode(length)}`);

/**
 * One open aggregate that takes every record in order, as the old packages do (`routing: 'first'`).
 *
 * User records are written at once, into the memory that is handed over when the aggregate closes: nothing is copied
 * twice. Keys go before them, and only then is known how many bytes they take, so they are written last and to the left.
 */
class Aggregator {
  #maxBytes;
  /** Room before the user records for the frame's head and the keys; where keys take more, the records are moved. */
  #headRoom;
  /** @type {Buffer | undefined} */
  #output;
  #end = 0;
  #sizeBytes = 0;
  #count = 0;
  #first = { partitionKey: '', explicitHashKey: undefined };
  /** @type {Map<string, number>} */
  #partitionKeys = new Map();
  /** @type {Map<string, number>} */
  #explicitHashKeys = new Map();
  /** The partition key table as text, while all keys are ASCII and short: one native write then does for all of them. */
  #keyText = '';
  #keysAreText = true;

  /** @param {number} [maxBytes] of an aggregate, the outer partition key included */
  constructor(maxBytes = 1024 * 1024) {
    this.#maxBytes = maxBytes;
    this.#headRoom = maxBytes >> 2;
  }

  /** Takes a record; gives the aggregate that this closes, if any. */
  addUserRecord(record) {
    const { partitionKey, data, explicitHashKey } = record;
    const isText = typeof data === 'string';
    const dataBytes = isText ? Buffer.byteLength(data) : data.length;

    let added = 0;
    let keyBytes = 0;
    let index = this.#partitionKeys.get(partitionKey);
    const isNew = index === undefined;
    if (isNew) {
      index = this.#partitionKeys.size;
      keyBytes = Buffer.byteLength(partitionKey);
      added = 1 + varintBytes(keyBytes) + keyBytes;
    }
    let inner = 1 + varintBytes(index) + 1 + varintBytes(dataBytes) + dataBytes;
    let explicitIndex = -1;
    if (explicitHashKey !== undefined) {
      explicitIndex = this.#explicitHashKeys.get(explicitHashKey) ?? this.#explicitHashKeys.size;
      if (explicitIndex === this.#explicitHashKeys.size) added += 2 + explicitHashKey.length;
      inner += 1 + varintBytes(explicitIndex);
    }
    added += 1 + varintBytes(inner) + inner;

    if (this.#sizeBytes + added > this.#maxBytes && this.#count > 0) {
      const closed = this.flush();
      this.addUserRecord(record);
      return closed;
    }

    if (this.#count === 0) this.#open(record);
    this.#sizeBytes += added;
    this.#count++;
    if (isNew) this.#addPartitionKey(partitionKey, keyBytes, index);
    if (explicitIndex === this.#explicitHashKeys.size) this.#explicitHashKeys.set(explicitHashKey, explicitIndex);

    const output = this.#output;
    let at = this.#end;
    output[at++] = 0x1a;
    if (inner < 0x80) output[at++] = inner;
    else at = putVarint(output, at, inner);
    output[at++] = 0x08;
    if (index < 0x80) output[at++] = index;
    else at = putVarint(output, at, index);
    if (explicitIndex >= 0) {
      output[at++] = 0x10;
      at = putVarint(output, at, explicitIndex);
    }
    output[at++] = 0x1a;
    if (dataBytes < 0x80) output[at++] = dataBytes;
    else at = putVarint(output, at, dataBytes);
    if (isText) output.utf8Write(data, at, dataBytes);
    else output.set(data, at);
    this.#end = at + dataBytes;
    return undefined;
  }

  /** Closes what is open. */
  flush() {
    if (this.#count === 0) return undefined;
    const { partitionKey, explicitHashKey } = this.#first;
    const closed = { PartitionKey: partitionKey, Data: this.#seal(), userRecordCount: this.#count };
    if (explicitHashKey !== undefined) closed.ExplicitHashKey = explicitHashKey;
    this.#output = undefined;
    this.#count = 0;
    this.#partitionKeys.clear();
    this.#explicitHashKeys.clear();
    this.#keyText = '';
    this.#keysAreText = true;
    return closed;
  }

  #open({ partitionKey, explicitHashKey }) {
    this.#output = Buffer.allocUnsafeSlow(this.#headRoom + this.#maxBytes);
    this.#end = this.#headRoom;
    this.#sizeBytes = FRAME_BYTES + Buffer.byteLength(partitionKey);
    this.#first = { partitionKey, explicitHashKey };
  }

  #addPartitionKey(partitionKey, keyBytes, index) {
    this.#partitionKeys.set(partitionKey, index);
    if (keyBytes !== partitionKey.length || keyBytes > 0x7f) this.#keysAreText = false;
    else this.#keyText += KEY_HEADS[keyBytes] + partitionKey;
  }

  #seal() {
    const outerKeyBytes = Buffer.byteLength(this.#first.partitionKey);
    const total = this.#sizeBytes - outerKeyBytes;
    const recordBytes = this.#end - this.#headRoom;
    const headBytes = total - recordBytes - 16;
    let output = this.#output;
    let start = this.#headRoom - headBytes;
    if (start < 0) {
      output = Buffer.allocUnsafeSlow(total);
      output.set(this.#output.subarray(this.#headRoom, this.#end), headBytes);
      start = 0;
    }

    let at = start;
    for (const byte of [0xf3, 0x89, 0x9a, 0xc2]) output[at++] = byte;
    if (this.#keysAreText) at += output.latin1Write(this.#keyText, at, this.#keyText.length);
    else for (const key of this.#partitionKeys.keys()) at = putKey(output, at, 0x0a, key);
    for (const key of this.#explicitHashKeys.keys()) at = putKey(output, at, 0x12, key);

    const sealed = new BufferView(output.buffer, output.byteOffset + start, total);
    sealed.latin1Write(md5(sealed.subarray(4, total - 16)), total - 16, 16);
    return sealed;
  }
}

/** All records, closed aggregates in order. */
function aggregate(records, maxBytes) {
  const aggregator = new Aggregator(maxBytes);
  const closed = [];
  for (const record of records) {
    const full = aggregator.addUserRecord(record);
    if (full !== undefined) closed.push(full);
  }
  const last = aggregator.flush();
  if (last !== undefined) closed.push(last);
  return closed;
}

function varintBytes(value) {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  return value < 0x200000 ? 3 : 4;
}

function putVarint(output, start, value) {
  let at = start;
  let rest = value;
  while (rest > 0x7f) {
    output[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  output[at++] = rest;
  return at;
}

function putKey(output, start, tag, key) {
  const keyBytes = Buffer.byteLength(key);
  output[start] = tag;
  const at = putVarint(output, start + 1, keyBytes);
  return at + output.utf8Write(key, at, keyBytes);
}

module.exports = { Aggregator, aggregate };
