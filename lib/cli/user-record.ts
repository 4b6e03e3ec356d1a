// A user record as a line of JSON.

import { isUtf8 } from 'node:buffer';
import type { UserRecord } from '../../index';

/** `undefined` if the bytes are not UTF-8. */
export function textOf(data: Buffer): string | undefined {
  return isUtf8(data) ? data.toString('utf8') : undefined;
}

export function jsonOf(shardId: string | undefined, userRecord: UserRecord): string {
  const { sequenceNumber, subSequenceNumber, partitionKey, explicitHashKey, aggregated, decodeError, data } =
    userRecord;
  return JSON.stringify({
    shardId,
    sequenceNumber,
    subSequenceNumber,
    partitionKey,
    explicitHashKey,
    aggregated,
    decodeError,
    ...contentOf(data),
  });
}

/** `text` where that loses nothing. */
export function contentOf(data: Buffer): { text: string } | { data: string } {
  const text = textOf(data);
  return text === undefined ? { data: data.toString('base64') } : { text };
}
