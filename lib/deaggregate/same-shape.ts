// Kinesis records in, records of the same shape out: every field that came in stays, the user record's are set.

import type { DeaggregateOptions, KinesisRecord } from '../../index';
import { Base64Texts } from './base64';
import { type AsyncRecords, expandAll, expandOneByOne, type Records } from './expand';
import { settingsOf } from './options';
import { UserRecords } from './plain-objects';
import { sourcesOf } from './read';
import type { Source } from './source';

export function deaggregateRecords(records: Records, options?: DeaggregateOptions): KinesisRecord[] {
  const settings = settingsOf(options);
  return expandAll(sourcesOf(records, settings), settings, fillRecordsInShape);
}

function fillRecordsInShape(source: Source, copy: boolean, all: KinesisRecord[]): void {
  const records = new RecordsInShape(source, copy);
  for (let next = records.next(); next !== undefined; next = records.next()) all.push(next);
}

export function iterDeaggregateRecords(records: Records, options?: DeaggregateOptions): IterableIterator<KinesisRecord>;
export function iterDeaggregateRecords(
  records: AsyncRecords,
  options?: DeaggregateOptions,
): AsyncIterableIterator<KinesisRecord>;
export function iterDeaggregateRecords(records: Records | AsyncRecords, options?: DeaggregateOptions) {
  return expandOneByOne(records, options, RecordsInShape);
}

/** A Kinesis record as its user records, each in its shape; the very object if it is not aggregated. */
class RecordsInShape {
  readonly #source: Source;
  readonly #userRecords: UserRecords;
  /** Base64 where base64 came in, bytes where bytes did. */
  readonly #texts: Base64Texts | undefined;

  constructor(source: Source, copy: boolean) {
    this.#source = source;
    this.#userRecords = new UserRecords(source, copy);
    if (source.outline.isAggregate && !source.cameAsBytes) {
      this.#texts = new Base64Texts(source.payload, source.outline, source.first, source.end, copy);
    }
  }

  next(): KinesisRecord | undefined {
    const userRecord = this.#userRecords.next();
    if (userRecord === undefined) return undefined;
    const { record, shape, outline } = this.#source;
    if (!outline.isAggregate) return record;
    return shape.write(record, userRecord, this.#texts?.next() ?? userRecord.data);
  }
}
