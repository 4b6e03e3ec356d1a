'use strict';

// The message of an aggregate, read the slow and obvious way, as protobuf-java reads it: every number is a bigint. What
// becomes of it is the business of kcl.js and of compat/.

const { WIRE } = require('./format');

const MAX_DEPTH = 100;

class Malformed extends Error {}

/**
 * @typedef {object} Read
 * @property {Aggregate | null} aggregate null: it is none
 * @property {boolean} isOdd there is something that protobufjs reads otherwise: known fields of another wire type, groups,
 *   numbers of more than 32 bits
 *
 * @typedef {object} Aggregate
 * @property {Buffer[]} partitionKeys
 * @property {Buffer[]} explicitHashKeys
 * @property {{ partitionKeyIndex: bigint, explicitHashKeyIndex: bigint | undefined, data: Buffer }[]} records
 */

/** @param {Buffer} message @returns {Read} */
function readMessage(message) {
  const reader = new JavaReader(message);
  let aggregate = null;
  try {
    aggregate = readAggregate(reader);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
  }
  return { aggregate, isOdd: reader.isOdd };
}

function readAggregate(reader) {
  const aggregate = { partitionKeys: [], explicitHashKeys: [], records: [] };
  reader.fields(0, {
    1: { [WIRE.LENGTH_DELIMITED]: () => aggregate.partitionKeys.push(reader.bytes()) },
    2: { [WIRE.LENGTH_DELIMITED]: () => aggregate.explicitHashKeys.push(reader.bytes()) },
    3: { [WIRE.LENGTH_DELIMITED]: () => aggregate.records.push(reader.message(() => readRecord(reader))) },
  });
  return aggregate;
}

function readRecord(reader) {
  /** @type {any} */
  const record = { partitionKeyIndex: undefined, explicitHashKeyIndex: undefined, data: undefined };
  const set = (name, value) => {
    record[name] = value;
  };
  reader.fields(1, {
    1: { [WIRE.VARINT]: () => set('partitionKeyIndex', reader.varint()) },
    2: { [WIRE.VARINT]: () => set('explicitHashKeyIndex', reader.varint()) },
    3: { [WIRE.LENGTH_DELIMITED]: () => set('data', reader.bytes()) },
    4: { [WIRE.LENGTH_DELIMITED]: () => reader.message(() => readTag(reader)) },
  });
  if (record.partitionKeyIndex === undefined || record.data === undefined) reader.isIncomplete = true;
  return record;
}

function readTag(reader) {
  let key = false;
  reader.fields(2, {
    1: {
      [WIRE.LENGTH_DELIMITED]: () => {
        reader.bytes();
        key = true;
      },
    },
    2: { [WIRE.LENGTH_DELIMITED]: () => reader.bytes() },
  });
  if (!key) reader.isIncomplete = true;
}

/** protobuf-java's CodedInputStream, in what it accepts. */
class JavaReader {
  isOdd = false;
  /** A required field was missing somewhere: protobuf-java says so only after it has read everything. */
  isIncomplete = false;
  #bytes;
  #position = 0;
  #end;

  constructor(bytes) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** All fields up to the end of the message; a field that `known` does not name with that wire type is skipped. */
  fields(depth, known) {
    while (this.#position < this.#end) {
      const { field, wireType } = this.#tag();
      const read = known[field]?.[wireType];
      if (read) read();
      else {
        if (field <= 4) this.isOdd = true;
        this.#skip(field, wireType, depth);
      }
    }
    if (depth === 0 && this.isIncomplete) throw new Malformed('required field');
  }

  message(read) {
    const length = this.#length();
    const outerEnd = this.#end;
    this.#end = this.#position + length;
    const message = read();
    this.#end = outerEnd;
    return message;
  }

  bytes() {
    const length = this.#length();
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }

  varint() {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (value >= 2n ** 32n) this.isOdd = true;
      return BigInt.asUintN(64, value);
    }
    throw new Malformed('varint');
  }

  #byte() {
    if (this.#position >= this.#end) throw new Malformed('end');
    return this.#bytes[this.#position++];
  }

  #int32() {
    return Number(BigInt.asUintN(32, this.varint()));
  }

  #tag() {
    const tag = this.#int32();
    if (tag >>> 3 === 0) throw new Malformed('field number 0');
    return { field: tag >>> 3, wireType: tag & 7 };
  }

  #length() {
    const length = this.#int32();
    if (length > this.#end - this.#position) throw new Malformed('length');
    return length;
  }

  #advance(length) {
    if (length > this.#end - this.#position) throw new Malformed('end');
    this.#position += length;
  }

  #skip(field, wireType, depth) {
    switch (wireType) {
      case WIRE.VARINT:
        return void this.varint();
      case WIRE.FIXED64:
        return this.#advance(8);
      case WIRE.LENGTH_DELIMITED:
        return void this.bytes();
      case WIRE.START_GROUP:
        return this.#skipGroup(field, depth + 1);
      case WIRE.FIXED32:
        return this.#advance(4);
      default:
        throw new Malformed('wire type');
    }
  }

  #skipGroup(field, depth) {
    this.isOdd = true;
    if (depth > MAX_DEPTH) throw new Malformed('depth');
    while (this.#position < this.#end) {
      const inner = this.#tag();
      if (inner.wireType !== WIRE.END_GROUP) this.#skip(inner.field, inner.wireType, depth);
      else if (inner.field === field) return;
      else throw new Malformed('end of another group');
    }
    throw new Malformed('group without end');
  }
}

module.exports = { readMessage };
