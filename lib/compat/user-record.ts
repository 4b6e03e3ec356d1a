// A user record as the older package takes it: keys of any kind, explicit hash keys only if they are truthy. Unlike the
// older package, nothing of the caller's is changed, and data of every kind of view is read as its bytes.

import { KplError } from '../error';
import { bytesOf, isSharedArrayBuffer, mostBytesOf } from '../native/bytes';

/** What a caller gives for a user record. */
export interface LooseUserRecord {
  partitionKey?: unknown;
  explicitHashKey?: unknown;
  data?: unknown;
}

/** All that is needed of it, read at once: a getter may call us again, and what it sees must not be half done. */
export interface GivenUserRecord {
  /** The object itself, and its keys as it spells them. */
  given: { record: LooseUserRecord; partitionKey: unknown; explicitHashKey: unknown };
  partitionKey: string;
  explicitHashKey: string | null;
  data: string | Uint8Array;
  dataBytes: number;
}

/** Throws the problem that `addUserRecord` and the two methods of sizes find. */
export function validateUserRecord(record: LooseUserRecord): void {
  if (!record.data) throw new Error('Record.Data field is mandatory');
  if (!record.partitionKey) throw new Error('record.partitionKey field is mandatory');
}

/** Throws what the older package ran into where a field is of no use at all. */
export function readUserRecord(record: LooseUserRecord): GivenUserRecord {
  const { partitionKey, explicitHashKey } = record;
  if (partitionKey === undefined || partitionKey === null) {
    throw new TypeError(`Cannot read properties of ${partitionKey} (reading 'length')`);
  }
  const data = dataOf(record.data);
  return {
    given: { record, partitionKey, explicitHashKey },
    partitionKey: textOf(partitionKey),
    explicitHashKey: explicitHashKey ? textOf(explicitHashKey) : null,
    data,
    dataBytes: mostBytesOf(data),
  };
}

/** A number is written in decimal. A lone surrogate becomes U+FFFD, as it does in data. */
export function textOf(key: unknown): string {
  return `${key}`.toWellFormed();
}

function dataOf(data: unknown): string | Uint8Array {
  if (typeof data === 'string') return data;
  const bytes = bytesOf(data);
  if (bytes !== undefined) return bytes;
  if (isSharedArrayBuffer(data)) return new Uint8Array(data);
  Buffer.byteLength(data as string, 'binary'); // throws the older package's error for what holds no bytes
  throw new KplError('ERR_KPL_DATA', 'data must be readable, got memory that was transferred away');
}
