// Hash keys of user records as a KCL computes them, of whatever keys a writer wrote.

import { createHash } from 'node:crypto';
import { hashKey } from '../index';
import type { HashKey } from './kcl';

const LONGEST_PARTITION_KEY = 256;

/** Remembers those of one Kinesis record: a thousand user records have few keys. */
export class HashKeys {
  readonly #known = new Map<string, HashKey>();

  /** A key is `undefined` if the user record points to none; the explicit hash key is `null` if it has none. */
  of(partitionKey: string | null | undefined, explicitHashKey: string | null | undefined): HashKey {
    if (partitionKey === undefined || partitionKey === null) return 'points to no partition key';
    if (explicitHashKey === undefined) return 'points to no explicit hash key';
    // Explicit hash keys and partition keys may be the same text.
    const name = explicitHashKey === null ? `p${partitionKey}` : `e${explicitHashKey}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = explicitHashKey === null ? ofPartitionKey(partitionKey) : bigInteger(explicitHashKey);
    this.#known.set(name, found);
    return found;
  }
}

/** Kinesis would refuse an empty partition key, or one that is too long; a KCL hashes it like any other. */
function ofPartitionKey(partitionKey: string): bigint {
  const { length } = partitionKey;
  if (length > 0 && length <= LONGEST_PARTITION_KEY && partitionKey.isWellFormed())
    return BigInt(hashKey(partitionKey));
  return BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`);
}

/** Java's `new BigInteger(text)`: a sign, leading zeros, and decimal digits of any script in Unicode's first plane. */
function bigInteger(text: string): HashKey {
  if (/^[0-9]+$/.test(text)) return BigInt(text);
  const [, sign, digits] = /^([+-]?)(\p{Nd}+)$/u.exec(text) ?? [];
  if (digits === undefined || /[\u{10000}-\u{10ffff}]/u.test(digits))
    return 'has an explicit hash key that is not a number';
  const value = BigInt(Array.from(digits, digitValue).join(''));
  return sign === '-' ? -value : value;
}

/** Decimal digits stand in runs of ten, which begin at a code point that ends in 0 or in 6. */
function digitValue(digit: string): number {
  const code = digit.codePointAt(0) as number;
  const low = code & 0xf;
  const beginsAtZero = low < 6 || (low < 10 && /\p{Nd}/u.test(String.fromCodePoint(code - low)));
  return beginsAtZero ? low : low - 6;
}
