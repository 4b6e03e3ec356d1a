// Kinesis records in, records of the same shape out: every field that came in stays, the user record's are set.

import type { DeaggregateOptions, KinesisRecord, UserRecord } from '../../index';
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
  for (let i = 0; i < all.length; i++) all[i] = records.next() as KinesisRecord;
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
  readonly #keys: string[];
  /** Base64 where base64 came in, so that no view is made there; bytes where bytes did. */
  readonly #data: Base64Texts | Views;
  readonly #end: number;
  #next: number;

  constructor(source: Source, copy: boolean) {
    const { outline, payload, first, end, cameAsBytes } = source;
    this.#source = source;
    this.#keys = outline.keys(payload, copy);
    this.#data = cameAsBytes ? new Views(source, copy) : new Base64Texts(payload, outline, first, end, copy);
    this.#next = first;
    this.#end = end;
  }

  next(): KinesisRecord | undefined {
    const i = this.#next;
    if (i === this.#end) return undefined;
    this.#next++;
    const { record, shape, outline } = this.#source;
    if (!outline.isAggregate) return record;
    const keys = this.#keys;
    const fields = {
      partitionKey: outline.partitionKey(i, keys),
      explicitHashKey: outline.explicitHashKey(i, keys),
      subSequenceNumber: i,
      aggregated: true as const,
    };
    return shape.write(record, fields, this.#data.next());
  }
}

/** The data of user records, one after the other. */
class Views {
  readonly #userRecords: UserRecords;

  constructor(source: Source, copy: boolean) {
    this.#userRecords = new UserRecords(source, copy);
  }

  /** The next user record's. There must be one. */
  next(): Buffer {
    return (this.#userRecords.next() as UserRecord).data;
  }
}
