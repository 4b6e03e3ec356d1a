// User records as objects, made one at a time out of what was read of their Kinesis record.

import type { UserRecord } from '../../index';
import { BufferView, copyOf, viewOf } from '../native/bytes';
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
    const data = new BufferView(this.#buffer, this.#byteOffset + outline.start(i), outline.length(i));
    return new PlainUserRecord(
      outline.partitionKey(i, this.#keys),
      outline.explicitHashKey(i, this.#keys),
      this.#copy ? copyOf(data) : data,
      this.#source.sequenceNumber,
      i,
      true,
    );
  }
}

/** All of them at once: a loop costs less than as many calls of `next`. */
export function fillUserRecords(source: Source, copy: boolean, all: UserRecord[]): void {
  const { outline, payload, sequenceNumber, first, end } = source;
  if (!outline.isAggregate) {
    if (first < end) all.push(unaggregated(source, copy));
    return;
  }
  const keys = outline.keys(payload, copy);
  if (!copy) source.keepTogether();
  const { buffer, byteOffset } = payload;
  for (let i = first; i < end; i++) {
    const data = new BufferView(buffer, byteOffset + outline.start(i), outline.length(i));
    all.push(
      new PlainUserRecord(
        outline.partitionKey(i, keys),
        outline.explicitHashKey(i, keys),
        copy ? copyOf(data) : data,
        sequenceNumber,
        i,
        true,
      ),
    );
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

/**
 * What an object literal makes, since the prototype is that of all objects, but for V8: it takes the place of a literal
 * that lives as long as an event does for one whose objects are best made in old space, and then frees them late.
 */
const PlainUserRecord = function (
  this: UserRecord,
  partitionKey: string | null,
  explicitHashKey: string | null,
  data: Buffer,
  sequenceNumber: string,
  subSequenceNumber: number,
  aggregated: boolean,
) {
  this.partitionKey = partitionKey;
  this.explicitHashKey = explicitHashKey;
  this.data = data;
  this.sequenceNumber = sequenceNumber;
  this.subSequenceNumber = subSequenceNumber;
  this.aggregated = aggregated;
} as unknown as new (
  partitionKey: string | null,
  explicitHashKey: string | null,
  data: Buffer,
  sequenceNumber: string,
  subSequenceNumber: number,
  aggregated: boolean,
) => UserRecord;
PlainUserRecord.prototype = Object.prototype;
