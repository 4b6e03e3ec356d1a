'use strict';

// The KCL's rules, from what protobuf-java makes of the bytes: it says of any bytes what the KCL hands on, what this package promises to hand on, and, where the two differ, by which of the written deviations.
//
// It is itself on trial: on every input of the tests its word about the KCL is compared with the real KCL's.

const { MAGIC } = require('./format');
const { MAX_HASH_KEY, hashKeyOf, md5 } = require('./hash-key');
const { readMessage } = require('./reader');

const DIGEST_BYTES = 16;

/**
 * @typedef {{ partitionKey: string, explicitHashKey: string | null, data: Buffer }} Handed
 * @typedef {{ raw: true } | { raw: false, records: Handed[] }} Verdict raw: the Kinesis record comes out as it went in
 */

/**
 * Everything the tests need to know of one Kinesis record.
 * @param {Buffer} data
 * @param {string | null} [partitionKey] its own
 */
function judge(data, partitionKey = null) {
  const magic = data.subarray(0, MAGIC.length).equals(MAGIC);
  const body = data.subarray(MAGIC.length, -DIGEST_BYTES);
  if (!magic || data.length <= MAGIC.length + DIGEST_BYTES || !md5(body).equals(data.subarray(-DIGEST_BYTES))) {
    return new Judgement(magic, null, partitionKey);
  }
  return new Judgement(magic, readMessage(body).aggregate, partitionKey);
}

class Judgement {
  /**
   * @param {boolean} magic the data begins with the magic
   * @param {import('./reader').Aggregate | null} aggregate null: not an aggregate
   * @param {string | null} partitionKey the Kinesis record's own
   */
  constructor(magic, aggregate, partitionKey) {
    this.magic = magic;
    this.aggregate = aggregate;
    this.brokenIndex =
      aggregate?.records.some((record) => keysOf(aggregate, record, String, javaText) === null) ?? false;
    this.isPinned = !this.brokenIndex && isPinned(aggregate, partitionKey);
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
    if (this.aggregate === null)
      return this.magic ? { raw: true, decodeError: /^ERR_KPL_(MALFORMED|CHECKSUM)$/ } : { raw: true };
    if (this.brokenIndex) return { raw: true, decodeError: /^ERR_KPL_INDEX$/ };
    const { aggregate } = this;
    const records = aggregate.records.map((record) => ({
      ...keysOf(aggregate, record, String, javaText),
      data: record.data,
    }));
    const shown = this.isPinned ? records.map((record) => ({ ...record, explicitHashKey: null })) : records;
    if (range === undefined) return { raw: false, records: shown };
    const kept = records.every(({ partitionKey, explicitHashKey }) => {
      const hashKey = explicitHashKey === null ? hashKeyOf(partitionKey) : decimal(explicitHashKey);
      return hashKey !== null && contains(range, hashKey);
    });
    return { raw: false, records: kept ? shown : [] };
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
    if (aggregate === null) return [];
    if (this.brokenIndex) {
      const brokenForJava = aggregate.records.some((record) => keysOf(aggregate, record, toInt32, javaText) === null);
      return brokenForJava
        ? ['an index that points nowhere']
        : ['an index of more than 32 bits, which Java cuts until it points somewhere'];
    }
    const used = aggregate.records.map((record) => keysOf(aggregate, record, String, javaText));
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
    if (this.isPinned) found.push('an explicit hash key that a routing wrote, which is not handed out');
    return found;
  }
}

/** Whether all user records carry one explicit hash key, which is the hash key of the Kinesis record's own partition key. */
function isPinned(aggregate, partitionKey) {
  if (partitionKey === null || aggregate === null || aggregate.records.length === 0) return false;
  const pin = String(hashKeyOf(partitionKey));
  return aggregate.records.every((record) => keysOf(aggregate, record, String, javaText).explicitHashKey === pin);
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

/** Without a range the KCL still takes the full one. */
const contains = (range, hashKey) =>
  hashKey >= BigInt(range?.start ?? 0) && hashKey <= BigInt(range?.end ?? MAX_HASH_KEY);

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

module.exports = { javaText, judge };
