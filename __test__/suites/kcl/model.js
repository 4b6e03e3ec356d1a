'use strict';

// A slow second reader, written from FORMAT's rules and from how protobuf-java reads: it says of any bytes what the KCL
// hands on, what this package promises to hand on, and, where the two differ, by which of the written deviations.
//
// It is itself on trial: on every input of the tests its word about the KCL is compared with the real KCL's.

const { MAGIC, md5 } = require('./wire');

const DIGEST_BYTES = 16;
const MAX_HASH_KEY = 2n ** 128n - 1n;
const MAX_DEPTH = 100;
const WIRE = { VARINT: 0, FIXED64: 1, LENGTH_DELIMITED: 2, START_GROUP: 3, END_GROUP: 4, FIXED32: 5 };

class Malformed extends Error {}

/**
 * @typedef {{ partitionKey: string, explicitHashKey: string | null, data: Buffer }} Handed
 * @typedef {{ raw: true } | { raw: false, records: Handed[] }} Verdict raw: the Kinesis record comes out as it went in
 */

/**
 * Everything the tests need to know of one Kinesis record's data.
 * @param {Buffer} data
 */
function judge(data) {
  const magic = data.subarray(0, MAGIC.length).equals(MAGIC);
  const body = data.subarray(MAGIC.length, -DIGEST_BYTES);
  if (!magic || data.length <= MAGIC.length + DIGEST_BYTES || !md5(body).equals(data.subarray(-DIGEST_BYTES))) {
    return new Judgement(magic, null, false);
  }
  const reader = new JavaReader(body);
  try {
    return new Judgement(magic, readAggregate(reader), reader.cut);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return new Judgement(magic, null, reader.cut);
  }
}

class Judgement {
  /**
   * @param {boolean} magic the data begins with the magic
   * @param {ReturnType<typeof readAggregate> | null} aggregate null: not an aggregate
   * @param {boolean} cut protobuf-java dropped bits of a tag or a length on the way
   */
  constructor(magic, aggregate, cut) {
    this.magic = magic;
    this.aggregate = aggregate;
    this.cut = cut;
    this.brokenIndex =
      aggregate?.records.some((record) => keysOf(aggregate, record, String, whatwgText) === null) ?? false;
  }

  /** What the KCL hands on. @returns {Verdict} */
  kcl(range) {
    if (this.aggregate === null) return { raw: true };
    /** @type {Handed[]} */
    const records = [];
    for (const record of this.aggregate.records) {
      // An exception in the KCL's loop: what was taken out so far stays, the rest is lost.
      const keys = keysOf(this.aggregate, record, toInt32, javaText);
      if (keys === null) break;
      const hashKey = keys.explicitHashKey === null ? hashKeyOf(keys.partitionKey) : bigInteger(keys.explicitHashKey);
      if (hashKey === null) break;
      if (!contains(range, hashKey)) return { raw: false, records: [] };
      records.push({ ...keys, data: record.data });
    }
    return { raw: false, records };
  }

  /** What this package promises. @returns {Verdict & { decodeError?: RegExp }} */
  ours(range) {
    if (this.cut) return { raw: true, decodeError: /^ERR_KPL_MALFORMED$/ };
    if (this.aggregate === null)
      return this.magic ? { raw: true, decodeError: /^ERR_KPL_(MALFORMED|CHECKSUM)$/ } : { raw: true };
    if (this.brokenIndex) return { raw: true, decodeError: /^ERR_KPL_INDEX$/ };
    const { aggregate } = this;
    const records = aggregate.records.map((record) => ({
      ...keysOf(aggregate, record, String, whatwgText),
      data: record.data,
    }));
    if (range === undefined) return { raw: false, records };
    const kept = records.every(({ partitionKey, explicitHashKey }) => {
      const hashKey = explicitHashKey === null ? hashKeyOf(partitionKey) : decimal(explicitHashKey);
      return hashKey !== null && contains(range, hashKey);
    });
    return { raw: false, records: kept ? records : [] };
  }

  /** The hash keys of its user records, as far as they have one. @returns {bigint[]} */
  hashKeys() {
    const verdict = this.ours();
    if (verdict.raw) return [];
    return verdict.records
      .map(({ partitionKey, explicitHashKey }) =>
        explicitHashKey === null ? hashKeyOf(partitionKey) : decimal(explicitHashKey),
      )
      .filter((hashKey) => hashKey !== null);
  }

  /** Why the two may differ on this input: the written list, and nothing else. @returns {string[]} */
  deviations() {
    const { aggregate } = this;
    if (this.cut) return ['a tag or length of more than 32 bits, of which Java drops the rest'];
    if (aggregate === null) return [];
    if (this.brokenIndex) {
      const brokenForJava = aggregate.records.some((record) => keysOf(aggregate, record, toInt32, javaText) === null);
      return brokenForJava
        ? ['an index that points nowhere']
        : ['an index of more than 32 bits, which Java cuts until it points somewhere'];
    }
    const used = aggregate.records.map((record) => keysOf(aggregate, record, String, whatwgText));
    const hashed = used.filter(({ explicitHashKey }) => explicitHashKey !== null);
    const found = [];
    if (
      hashed.some(({ explicitHashKey }) => decimal(explicitHashKey) === null && bigInteger(explicitHashKey) === null)
    ) {
      found.push('an explicit hash key that is no number');
    }
    if (hashed.some(({ explicitHashKey }) => !contains(undefined, bigInteger(explicitHashKey) ?? 0n))) {
      found.push('an explicit hash key outside 0..2^128-1');
    }
    if (hashed.some(({ explicitHashKey }) => decimal(explicitHashKey) !== bigInteger(explicitHashKey))) {
      found.push('an explicit hash key in digits other than 0 to 9, which only Java takes for a number');
    }
    if ([...aggregate.partitionKeys, ...aggregate.explicitHashKeys].some((key) => javaText(key) !== whatwgText(key))) {
      found.push('a surrogate in a key, which Java replaces by one U+FFFD and others by several');
    }
    return found;
  }
}

/** The keys of a user record, or null if an index points nowhere. */
function keysOf(aggregate, record, indexOf, textOf) {
  const partitionKey = aggregate.partitionKeys[indexOf(record.partitionKeyIndex)];
  if (partitionKey === undefined) return null;
  if (record.explicitHashKeyIndex === undefined) return { partitionKey: textOf(partitionKey), explicitHashKey: null };
  const explicitHashKey = aggregate.explicitHashKeys[indexOf(record.explicitHashKeyIndex)];
  return explicitHashKey === undefined
    ? null
    : { partitionKey: textOf(partitionKey), explicitHashKey: textOf(explicitHashKey) };
}

/** Java's `(int) index`. */
const toInt32 = (value) => BigInt.asIntN(32, value).toString();

const hashKeyOf = (partitionKey) => BigInt(`0x${md5(Buffer.from(partitionKey)).toString('hex')}`);

/** Without a range the KCL still takes the full one. */
const contains = (range, hashKey) =>
  hashKey >= BigInt(range?.start ?? 0) && hashKey <= BigInt(range?.end ?? MAX_HASH_KEY);

const whatwgText = (bytes) => bytes.toString('utf8');

/** Java takes the three bytes of a surrogate for one mistake, the WHATWG's rule takes them for three. */
function javaText(bytes) {
  const marked = bytes.toString('latin1').replace(/\xed[\xa0-\xbf][\x80-\xbf]?/g, '\xef\xbf\xbd');
  return Buffer.from(marked, 'latin1').toString('utf8');
}

/** The number that this package sees in an explicit hash key: Java's, but in the digits 0 to 9 alone. */
const decimal = (text) => (/^[+-]?[0-9]+$/.test(text) ? bigInteger(text) : null);

/** `new BigInteger(text)`: a sign, leading zeros and any decimal digits of Unicode's first plane. */
function bigInteger(text) {
  const [, sign, digits] = /^([+-]?)(\p{Nd}+)$/u.exec(text) ?? [];
  if (digits === undefined || /[\u{10000}-\u{10ffff}]/u.test(digits)) return null;
  const value = BigInt([...digits].map(digitValue).join(''));
  return sign === '-' ? -value : value;
}

/** Unicode's decimal digits stand in runs of ten that begin at a code point ending in 0 or in 6. */
function digitValue(digit) {
  const low = digit.codePointAt(0) & 0xf;
  const runBeginsAtZero = low < 6 || (low < 10 && /\p{Nd}/u.test(String.fromCodePoint(digit.codePointAt(0) - low)));
  return runBeginsAtZero ? low : low - 6;
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
  if (record.partitionKeyIndex === undefined || record.data === undefined) reader.missing = true;
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
  if (!key) reader.missing = true;
}

/** protobuf-java's CodedInputStream, in what it accepts. */
class JavaReader {
  cut = false;
  /** A required field was missing somewhere: protobuf-java says so only after it has read everything. */
  missing = false;
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
      else this.#skip(field, wireType, depth);
    }
    if (depth === 0 && this.missing) throw new Malformed('required field');
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
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Malformed('varint');
  }

  #byte() {
    if (this.#position >= this.#end) throw new Malformed('end');
    return this.#bytes[this.#position++];
  }

  #int32() {
    const value = this.varint();
    if (value >= 2n ** 32n) this.cut = true;
    return Number(BigInt.asUintN(32, value));
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

module.exports = { judge, MAX_HASH_KEY };
