// What all functions of deaggregation have in common: Kinesis records read, and each turned into what it holds.

import type { DeaggregateOptions, KinesisRecord } from '../../index';
import { MAX_GROUP, readOneByOne } from './groups';
import { type Cursor, OneByOne } from './one-by-one';
import { KNOWN_BESIDE_STREAMS, type Settings, settingsOf } from './options';
import { read, reportAllBroken } from './read';
import { each, type Source } from './source';

/** What a Kinesis record turns into. */
export type Expansion<T> = new (source: Source, copy: boolean) => Cursor<T>;

/** Several records or one, or an asynchronous source of either. */
export type Records = KinesisRecord | Iterable<KinesisRecord>;
export type AsyncRecords = AsyncIterable<Records>;

/** Fills an array of the right length with what a Kinesis record turns into. */
export type Fill<T> = (source: Source, copy: boolean, all: T[]) => void;

/** A group is as large as makes hashing fast, and not larger, so that it is still in the processor's cache when it is read. */
const GROUP_RECORDS = 16;
const GROUP_BYTES = 512 * 1024;

export function expandAll<T>(sources: Source[], settings: Settings, fill: Fill<T>): T[] {
  const arrays: T[][] = [];
  let end = 0;
  // Once at least: without records, the core still judges the options.
  do {
    const first = end;
    for (let bytes = 0; end < sources.length && (end - first < GROUP_RECORDS || bytes < GROUP_BYTES); end++) {
      const source = sources[end] as Source;
      source.decode();
      bytes += source.length;
    }
    const group = sources.slice(first, end);
    read(group, settings);
    fillArrays(group, settings, fill, arrays);
  } while (end < sources.length);
  return concat(arrays);
}

/** @param sources that were read */
export function fillAll<T>(sources: Source[], settings: Settings, fill: Fill<T>): T[] {
  const arrays: T[][] = [];
  fillArrays(sources, settings, fill, arrays);
  return concat(arrays);
}

/**
 * One array for each Kinesis record, of its full length from the beginning: with arrays that grow, an event takes 1.7 times as
 * long under Node 22 and a fifth longer under Node 24, garbage of twice their size aside. V8 keeps a single one of an event's
 * length among its large old objects, and then looks at all of it each time it collects the young ones: under Node 22 that takes
 * half as much CPU time again.
 */
function fillArrays<T>(sources: Source[], settings: Settings, fill: Fill<T>, arrays: T[][]): void {
  reportAllBroken(sources, settings);
  for (const source of sources) {
    const array = new Array<T>(source.end - source.first);
    fill(source, settings.copy, array);
    arrays.push(array);
  }
}

/** What `flat` gives, ten times as fast. */
function concat<T>(arrays: T[][]): T[] {
  /** As many arguments as fit on any stack. */
  const GROUP = 1024;
  if (arrays.length === 1) return arrays[0] as T[];
  if (arrays.length <= GROUP) return ([] as T[]).concat(...arrays);
  const groups: T[][] = [];
  for (let from = 0; from < arrays.length; from += GROUP) groups.push(concat(arrays.slice(from, from + GROUP)));
  return concat(groups);
}

/** An object with both iterators counts as synchronous. */
export function expandOneByOne<T extends object>(
  records: Records | AsyncRecords,
  options: DeaggregateOptions | undefined,
  Expansion: Expansion<T>,
): IterableIterator<T> | AsyncIterableIterator<T> {
  const settings = settingsOf(options, KNOWN_BESIDE_STREAMS);
  return isAsync(records)
    ? expandAsync(records, settings, Expansion)
    : new OneByOne(expansions(each(records), settings, Expansion));
}

function* expansions<T>(records: Iterable<KinesisRecord>, settings: Settings, Expansion: Expansion<T>) {
  for (const source of readOneByOne(records, settings)) yield new Expansion(source, settings.copy);
}

async function* expandAsync<T>(items: AsyncRecords, settings: Settings, Expansion: Expansion<T>) {
  const count = { taken: 0 };
  for await (const item of items) {
    // The item is there as a whole, so that its records are hashed together from the first on.
    for (const source of readOneByOne(each(item, count.taken), settings, count, MAX_GROUP)) {
      const expansion = new Expansion(source, settings.copy);
      for (let next = expansion.next(); next !== undefined; next = expansion.next()) yield next;
    }
  }
}

function isAsync(records: Records | AsyncRecords): records is AsyncRecords {
  if (records === null || typeof records !== 'object') return false;
  return Symbol.asyncIterator in records && !(Symbol.iterator in records);
}
