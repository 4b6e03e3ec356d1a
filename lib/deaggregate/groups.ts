// Kinesis records one after the other, the MD5s of several computed together. One by one, hashing would take as long as
// all the rest; together it takes a fifth. So of an array, 1, 2, 4, 8 and then 16 records are taken at a time. Of any
// other iterable, each record is taken when it is asked for: its pace is the caller's.

import type { KinesisRecord } from '../../index';
import type { Settings } from './options';
import { read, reportBroken } from './read';
import { Source } from './source';

/** As many as keep all lanes of hashing busy. */
export const MAX_GROUP = 16;
/** A group is not made larger than this by one more record: its payloads stay in memory meanwhile. */
const MAX_GROUP_BYTES = 1024 * 1024;

/** Counts the records of one input. */
export interface Count {
  taken: number;
}

/** @param firstSize of a group: a caller who leaves after the first record shall not have paid for sixteen */
export function* readOneByOne(
  records: Iterable<KinesisRecord>,
  settings: Settings,
  count: Count = { taken: 0 },
  firstSize = 1,
): Generator<Source, void> {
  if (isPlainArray(records)) {
    yield* readGroups(records, settings, count, firstSize);
    return;
  }
  for (const record of records) {
    const source = sourceOf(record, count.taken++, settings);
    if (source !== undefined) yield* handedOut([source], settings);
  }
}

function* readGroups(
  records: readonly KinesisRecord[],
  settings: Settings,
  count: Count,
  firstSize: number,
): Generator<Source, void> {
  let next = 0;
  for (let size = firstSize; next < records.length; size = Math.min(2 * size, MAX_GROUP)) {
    const group: Source[] = [];
    for (let bytes = 0; group.length < size && bytes < MAX_GROUP_BYTES && next < records.length; next++) {
      try {
        const source = sourceOf(records[next] as KinesisRecord, count.taken, settings);
        count.taken++;
        if (source === undefined) continue;
        group.push(source);
        bytes += source.payload.length;
      } catch (error) {
        // Its turn has not come: those before it are handed out first.
        if (group.length > 0) break;
        throw error;
      }
    }
    if (group.length > 0) yield* handedOut(group, settings);
  }
}

function* handedOut(group: Source[], settings: Settings): Generator<Source, void> {
  read(group, settings);
  for (const source of group) {
    reportBroken(source, settings);
    yield source;
  }
}

/** An array that is iterated as arrays are. */
function isPlainArray(records: Iterable<KinesisRecord>): records is readonly KinesisRecord[] {
  return Array.isArray(records) && records[Symbol.iterator] === Array.prototype.values;
}

function sourceOf(record: KinesisRecord, recordIndex: number, { after, copy }: Settings): Source | undefined {
  const source = new Source(record, recordIndex);
  if (after !== undefined && !source.isAfter(after)) return undefined;
  source.hold(copy);
  source.decode();
  return source;
}
