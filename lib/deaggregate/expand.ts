// What all functions of deaggregation have in common: Kinesis records read, and each turned into what it holds.

import type { DeaggregateOptions, KinesisRecord } from '../../index';
import { MAX_GROUP, readOneByOne } from './groups';
import { type Cursor, OneByOne } from './one-by-one';
import { KNOWN_BESIDE_STREAMS, type Settings, settingsOf } from './options';
import { reportAllBroken } from './read';
import { each, type Source } from './source';

/** What a Kinesis record turns into. */
export type Expansion<T> = new (source: Source, copy: boolean) => Cursor<T>;

/** Several records or one, or an asynchronous source of either. */
export type Records = KinesisRecord | Iterable<KinesisRecord>;
export type AsyncRecords = AsyncIterable<Records>;

export function expandAll<T>(sources: Source[], settings: Settings, Expansion: Expansion<T>): T[] {
  reportAllBroken(sources, settings);
  const all: T[] = [];
  for (const source of sources) {
    const expansion = new Expansion(source, settings.copy);
    for (let next = expansion.next(); next !== undefined; next = expansion.next()) all.push(next);
  }
  return all;
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
