// @ts-nocheck
// A user record as the older package takes it: keys of any kind, explicit hash keys only if they are truthy. Unlike the
// older package, nothing of the caller's is changed, and data of every kind of view is read as its bytes.

import { types } from 'node:util';
import { KplError } from '../error';
import { bytesOf, mostBytesOf } from '../native/bytes';

/** @typedef {import('../aggregate/input').ReadUserRecord} ReadUserRecord */

/**
 * The problem that `addUserRecord` and the two methods of sizes throw.
 *
 * @param {any} record
 */
function validateUserRecord(record) {
  if (!record.data) throw new Error('Record.Data field is mandatory');
  if (!record.partitionKey) throw new Error('record.partitionKey field is mandatory');
}

/**
 * Throws what the older package ran into where a field is of no use at all.
 *
 * @param {any} record
 * @returns {ReadUserRecord}
 */
function readUserRecord(record) {
  const partitionKey = record.partitionKey;
  if (partitionKey === undefined || partitionKey === null) {
    throw new TypeError(`Cannot read properties of ${partitionKey} (reading 'length')`);
  }
  const explicitHashKey = record.explicitHashKey;
  const data = dataOf(record.data);
  return {
    partitionKey: textOf(partitionKey),
    explicitHashKey: explicitHashKey ? textOf(explicitHashKey) : null,
    data,
    dataBytes: mostBytesOf(data),
  };
}

/**
 * A number is written in decimal. A lone surrogate becomes U+FFFD, as it does in data.
 *
 * @param {unknown} key
 */
function textOf(key) {
  return `${key}`.toWellFormed();
}

/**
 * @param {any} data
 * @returns {string | Uint8Array}
 */
function dataOf(data) {
  if (typeof data === 'string') return data;
  const bytes = bytesOf(data);
  if (bytes !== undefined) return bytes;
  if (types.isSharedArrayBuffer(data)) return new Uint8Array(data);
  Buffer.byteLength(data, 'binary'); // throws the older package's error for what holds no bytes
  throw new KplError('ERR_KPL_DATA', 'data must be readable, got memory that was transferred away');
}

export { readUserRecord, textOf, validateUserRecord };
