// An inspection as a line of JSON.

import type { InspectArguments } from './arguments';
import type { Place } from './input/records';
import type { Inspection, ListedUserRecord } from './inspection';
import { contentOf } from './user-record';

export function linesOfUnreadable({ input, record, line }: Place, message: string): string {
  return JSON.stringify({ input, record, line, unreadable: message });
}

export function linesOfInspection(
  { input, record, line }: Place,
  found: Inspection,
  { showsData, listsUserRecords }: InspectArguments,
): string {
  const { shardId, sequenceNumber, partitionKey, bytes, aggregated, userRecords, partitionKeys, hashKeys } = found;
  const { checksum, kcl, decodeError, dissection, wrapping, nested } = found;
  return JSON.stringify({
    input,
    record,
    line,
    shardId,
    sequenceNumber,
    partitionKey,
    bytes,
    aggregated,
    userRecords,
    partitionKeys,
    hashKeys,
    checksum,
    kcl: kcl.says,
    lost: kcl.lost,
    decodeError,
    damage: dissection?.damage ?? (wrapping && { kind: wrapping.kind, says: wrapping.says }),
    nested: nested === 0 ? undefined : nested,
    message: dissection && {
      magic: 'right',
      end: dissection.messageEnd,
      readableTo: dissection.stop?.offset ?? dissection.messageEnd,
      reason: dissection.stop?.reason,
      userRecord: dissection.stop?.userRecord,
      md5Written: dissection.written,
      md5Computed: dissection.computed,
      partitionKeyTable: dissection.partitionKeys,
      explicitHashKeyTable: dissection.explicitHashKeys,
    },
    list: dissection || listsUserRecords ? Array.from(found.list(), (one) => listed(one, showsData)) : undefined,
  });
}

function listed({ offset, partitionKey, explicitHashKey, hashKey, data }: ListedUserRecord, showsData: boolean) {
  return {
    offset,
    partitionKey: partitionKey ?? null,
    explicitHashKey: explicitHashKey ?? null,
    hashKey: typeof hashKey === 'bigint' ? String(hashKey) : null,
    problem: typeof hashKey === 'string' ? hashKey : undefined,
    bytes: data.length,
    ...(showsData && contentOf(data)),
  };
}
