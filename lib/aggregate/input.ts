// @ts-nocheck
// A user record as callers give it, read and checked.

import { KplError } from '../error';
import { bytesOf, isAnyArrayBuffer, mostBytesOf } from '../native/bytes';

/**
 * @typedef {object} ReadUserRecord
 * @property {string} partitionKey well-formed, of any length
 * @property {string | null} explicitHashKey any text
 * @property {string | Uint8Array} data
 * @property {number} dataBytes how long a view is, or the most that a string can take in UTF-8
 */

/**
 * Reads everything that is needed of the caller's object at once: a getter may call us again, and what it sees must not
 * be half done.
 *
 * @param {any} record
 * @param {number} recordIndex
 * @returns {ReadUserRecord}
 */
function readUserRecord(record, recordIndex) {
  if (record === null || typeof record !== 'object') {
    throw new KplError('ERR_KPL_DATA', `a user record must be an object, got ${kindOf(record)}`, { recordIndex });
  }
  const lower = record.partitionKey;
  const isLower = lower !== undefined;
  const partitionKey = isLower ? lower : record.PartitionKey;
  const data = isLower ? record.data : record.Data;
  const explicitHashKey = isLower ? record.explicitHashKey : record.ExplicitHashKey;
  if (explicitHashKey === undefined && (isLower ? record.ExplicitHashKey : record.explicitHashKey) !== undefined) {
    const message = 'explicitHashKey is not spelled like partitionKey: write both in camelCase or both in PascalCase';
    throw new KplError('ERR_KPL_EXPLICIT_HASH_KEY', message, { recordIndex });
  }

  if (typeof partitionKey !== 'string' || !partitionKey.isWellFormed()) {
    const problem = typeof partitionKey === 'string' ? 'a string with a lone surrogate' : kindOf(partitionKey);
    throw new KplError('ERR_KPL_PARTITION_KEY', `partitionKey must be a string, got ${problem}`, { recordIndex });
  }
  const bytes = typeof data === 'string' ? data : bytesOf(data);
  if (bytes === undefined) {
    const message = `data must be a Uint8Array, another view, an ArrayBuffer or a string, got ${kindOf(data)}`;
    throw new KplError('ERR_KPL_DATA', message, { recordIndex });
  }
  return {
    partitionKey,
    explicitHashKey: readExplicitHashKey(explicitHashKey, recordIndex),
    data: bytes,
    dataBytes: mostBytesOf(bytes),
  };
}

/**
 * @param {unknown} explicitHashKey
 * @param {number} recordIndex
 */
function readExplicitHashKey(explicitHashKey, recordIndex) {
  if (explicitHashKey === undefined || explicitHashKey === null) return null;
  if (typeof explicitHashKey === 'string' || typeof explicitHashKey === 'bigint') return String(explicitHashKey);
  const message = `explicitHashKey must be a decimal string or a bigint, got ${kindOf(explicitHashKey)}`;
  throw new KplError('ERR_KPL_EXPLICIT_HASH_KEY', message, { recordIndex });
}

/**
 * Names a value's kind without showing the value.
 *
 * @param {unknown} value
 */
function kindOf(value) {
  if (value === null) return 'null';
  if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value))
    return 'memory that was transferred, was shrunk or is shared';
  return typeof value === 'object' ? 'another object' : typeof value;
}

export { readUserRecord };
