// A user record as callers give it, read and checked.

import { KplError } from '../error';
import { bytesOf, bytesOfJson, isAnyArrayBuffer, mostBytesOf } from '../native/bytes';

export interface ReadUserRecord {
  /** Well-formed, of any length. */
  readonly partitionKey: string;
  /** Any text. */
  readonly explicitHashKey: string | null;
  readonly data: string | Uint8Array;
  /** How long a view is, or the most that a string can take in UTF-8. */
  readonly dataBytes: number;
}

/**
 * Reads everything that is needed of the caller's object at once: a getter may call us again, and what it sees must not
 * be half done.
 */
export function readUserRecord(record: unknown, recordIndex: number, ignoresExplicitHashKey = false): ReadUserRecord {
  if (record === null || typeof record !== 'object') {
    throw new KplError('ERR_KPL_DATA', `a user record must be an object, got ${kindOf(record)}`, { recordIndex });
  }
  const given = record as { readonly [name: string]: unknown };
  const lower = given.partitionKey;
  const isLower = lower !== undefined;
  const partitionKey = isLower ? lower : given.PartitionKey;
  const data = isLower ? given.data : given.Data;
  const explicitHashKey = ignoresExplicitHashKey ? null : readExplicitHashKey(given, isLower, recordIndex);
  if (given.userRecordCount !== undefined) {
    const message =
      'it is already aggregated (it has a userRecordCount): put it as it is. No consumer opens an aggregate inside an aggregate';
    throw new KplError('ERR_KPL_DATA', message, { recordIndex });
  }
  // Of a Kinesis record as Lambda gives it: the text would go on as it stands, and no consumer would expect base64 there.
  if (typeof data === 'string' && given.kinesisSchemaVersion !== undefined) throw ofLambda(recordIndex);

  if (typeof partitionKey !== 'string' || !partitionKey.isWellFormed()) {
    if (Array.isArray(record)) {
      const message = 'a user record must be an object, got an array: addUserRecords and aggregate take many';
      throw new KplError('ERR_KPL_DATA', message, { recordIndex });
    }
    if (typeof given.kinesis === 'object') throw ofLambda(recordIndex);
    const problem = typeof partitionKey === 'string' ? 'a string with a lone surrogate' : kindOf(partitionKey);
    throw new KplError('ERR_KPL_PARTITION_KEY', `partitionKey must be a string, got ${problem}`, { recordIndex });
  }
  const bytes = typeof data === 'string' ? data : (bytesOf(data) ?? bytesOfJson(data));
  if (bytes === undefined) {
    const message = `data must be a Uint8Array, another view, an ArrayBuffer or a string, got ${dataKindOf(data)}`;
    throw new KplError('ERR_KPL_DATA', message, { recordIndex });
  }
  return { partitionKey, explicitHashKey, data: bytes, dataBytes: mostBytesOf(bytes) };
}

function ofLambda(recordIndex: number): KplError {
  const message = 'it is a Kinesis record of a Lambda event, with data in base64: deaggregate gives its user records';
  return new KplError('ERR_KPL_DATA', message, { recordIndex });
}

function readExplicitHashKey(
  record: { readonly [name: string]: unknown },
  isLower: boolean,
  recordIndex: number,
): string | null {
  const explicitHashKey = isLower ? record.explicitHashKey : record.ExplicitHashKey;
  if (explicitHashKey === undefined && (isLower ? record.ExplicitHashKey : record.explicitHashKey) !== undefined) {
    const message = 'explicitHashKey is not spelled like partitionKey: write both in camelCase or both in PascalCase';
    throw new KplError('ERR_KPL_EXPLICIT_HASH_KEY', message, { recordIndex });
  }
  if (explicitHashKey === undefined || explicitHashKey === null) return null;
  if (typeof explicitHashKey === 'string' || typeof explicitHashKey === 'bigint') return String(explicitHashKey);
  const message = `explicitHashKey must be a decimal string or a bigint, got ${kindOf(explicitHashKey)}`;
  throw new KplError('ERR_KPL_EXPLICIT_HASH_KEY', message, { recordIndex });
}

/** Names a value's kind without showing the value. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value)) {
    return 'memory that was transferred, was shrunk or is shared';
  }
  return typeof value === 'object' ? 'another object' : typeof value;
}

function dataKindOf(data: unknown): string {
  const kind = Array.isArray(data) ? 'an array' : kindOf(data);
  const isJson = kind === 'an array' || kind === 'another object';
  return isJson ? `${kind}: JSON.stringify it, if it is to be sent as JSON` : kind;
}
