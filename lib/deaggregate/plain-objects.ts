// User records as objects, made one at a time out of what was read of their Kinesis record.

import type { UserRecord } from '../../index';
import { copyOf, viewOf } from '../native/bytes';
import { PlainUserRecord } from './plain-record';
import { codeOfBroken } from './read';
import type { Source } from './source';
import type { Outline } from './table';

/** The user records of a Kinesis record; if it is not aggregated, that is itself. */
export class UserRecords {
  readonly #source: Source;
  readonly #copy: boolean;
  readonly #outline: Outline;
  /** Asked for once: each costs as much as making a view. */
  readonly #buffer: ArrayBufferLike;
  readonly #byteOffset: number;
  readonly #keys: string[];
  readonly #end: number;
  #next: number;

  constructor(source: Source, copy: boolean) {
    this.#source = source;
    this.#copy = copy;
    this.#outline = source.outline;
    this.#buffer = source.payload.buffer;
    this.#byteOffset = source.payload.byteOffset;
    this.#next = source.first;
    this.#end = source.end;
    this.#keys = source.outline.keys(source.payload, copy);
    if (this.#outline.isAggregate && !copy) source.keepTogether();
  }

  /** `undefined` when there are no more. */
  next(): UserRecord | undefined {
    const i = this.#next;
    if (i === this.#end) return undefined;
    this.#next++;
    const outline = this.#outline;
    if (!outline.isAggregate) return unaggregated(this.#source, this.#copy);
    const sequenceNumber = this.#source.sequenceNumber;
    return outline.userRecord(i, this.#keys, this.#buffer, this.#byteOffset, sequenceNumber, this.#copy);
  }
}

/** All of them at once: a loop costs less than as many calls of `next`. */
export function fillUserRecords(source: Source, copy: boolean, all: UserRecord[]): void {
  const { outline, payload, sequenceNumber, first, end } = source;
  if (!outline.isAggregate) {
    if (first < end) all[0] = unaggregated(source, copy);
    return;
  }
  const keys = outline.keys(payload, copy);
  if (!copy) source.keepTogether();
  const { buffer, byteOffset } = payload;
  for (let i = first; i < end; i++) {
    all[i - first] = outline.userRecord(i, keys, buffer, byteOffset, sequenceNumber, copy);
  }
}

function unaggregated(source: Source, copy: boolean): UserRecord {
  const { partitionKey, explicitHashKey, payload, sequenceNumber, subSequenceNumber, aggregated } = source;
  // Of what was copied before, a part of larger memory still has to be.
  const data = copy && payload.length < payload.buffer.byteLength ? copyOf(payload) : viewOf(payload);
  const userRecord = new PlainUserRecord(
    partitionKey,
    explicitHashKey,
    data,
    sequenceNumber,
    subSequenceNumber,
    aggregated,
  );
  const decodeError = codeOfBroken(source.outline);
  if (decodeError) userRecord.decodeError = decodeError;
  return userRecord;
}
