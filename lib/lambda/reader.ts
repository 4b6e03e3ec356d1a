// The user records of an event one by one, each with the Kinesis record that it came in and with what is wrong with it.

import type { LambdaRecordPayload, UserRecord } from '../../index';
import type { EventRecord } from '../../lambda';
import { decode, iterDeaggregate, KplError } from '../index';
import { eventIdOf, payloadOf } from './event';
import type { Settings } from './options';

/** A Kinesis record: in an event that was expanded before, a run of event records with one sequence number. */
export interface KinesisRecordRun {
  /** Position of its first event record. */
  first: number;
  eventID: string;
  sequenceNumber: string;
}

/** What `next` tells beside the user record that it gives. */
export class Reader<R extends EventRecord> {
  readonly #records: readonly R[];
  readonly #settings: Settings<R>;
  #iterator: Iterator<UserRecord>;
  /** Where the records begin that the iterator was given. */
  #first = 0;
  /** Position of the event record of the user record that `next` gave last. */
  #index = -1;
  /** How many user records of it `next` has given. */
  #given = 0;
  /** It was taken apart before: it is one user record. */
  #isUserRecord = false;
  #run: KinesisRecordRun | undefined;
  #failure: { error: unknown } | undefined;

  constructor(records: readonly R[], settings: Settings<R>) {
    this.#records = records;
    this.#settings = settings;
    this.#iterator = this.#from(0);
  }

  /** The event record of the user record that `next` gave last. */
  get source(): R {
    return this.#records[this.#index] as R;
  }

  get run(): KinesisRecordRun {
    return this.#run as KinesisRecordRun;
  }

  /** Why the user record that `next` gave last must not be handled, if so. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** @returns `undefined` when there are no more */
  next(): UserRecord | undefined {
    this.#failure = undefined;
    try {
      const { value, done } = this.#iterator.next();
      if (done) return undefined;
      if (!this.#goesOnWith(value)) this.#moveTo(value);
      this.#given++;
      return value;
    } catch (error) {
      if (!(error instanceof KplError) || error.recordIndex === undefined) throw error;
      // An iterator that threw is at its end.
      const index = this.#first + error.recordIndex;
      this.#begin(index);
      this.#given = 1;
      this.#failure = { error: located(error, index) };
      this.#iterator = this.#from(index + 1);
      return unread(this.source);
    }
  }

  /** Counts what `next` has not given. What comes after the current event record is counted without a look at checksums. */
  countRest(): number {
    const current = this.#index < 0 ? 0 : (lengthOf([this.source], this.#settings.verifyChecksum) ?? 1) - this.#given;
    const rest = this.#records.slice(this.#index + 1);
    return current + (lengthOf(rest, false) ?? rest.reduce((sum, record) => sum + (lengthOf([record], false) ?? 1), 0));
  }

  /** Whether the event's first Kinesis record holds several user records. */
  beginsWithSeveral(): boolean {
    const [first] = this.#records;
    if (first === undefined) return false;
    const { sequenceNumber } = payloadOf(first);
    const next = this.#records.findIndex((record) => payloadOf(record).sequenceNumber !== sequenceNumber);
    const run = this.#records.slice(0, next === -1 ? this.#records.length : next);
    return (lengthOf(run, this.#settings.verifyChecksum) ?? 0) > 1;
  }

  /** Whether it is of the same event record as the one before it. */
  #goesOnWith({ sequenceNumber, subSequenceNumber, aggregated }: UserRecord): boolean {
    return (
      this.#given > 0 &&
      !this.#isUserRecord &&
      aggregated &&
      subSequenceNumber === this.#given &&
      sequenceNumber === this.#run?.sequenceNumber
    );
  }

  /** An array, of which several records are read at a time: that is how checksums are computed together. */
  #from(first: number): Iterator<UserRecord> {
    const { verifyChecksum, strict } = this.#settings;
    this.#first = first;
    const onBroken = strict
      ? (error: KplError) => {
          this.#failure = { error: located(error, first + (error.recordIndex as number)) };
        }
      : undefined;
    return iterDeaggregate(this.#records.slice(first), { verifyChecksum, onBroken });
  }

  /** To the event record of a user record that does not follow the one before it: an aggregate may hold none at all. */
  #moveTo({ sequenceNumber }: UserRecord): void {
    let index = this.#index + 1;
    while (payloadOf(this.#records[index] as R).sequenceNumber !== sequenceNumber) index++;
    this.#begin(index);
  }

  #begin(index: number): void {
    this.#index = index;
    this.#given = 0;
    const { sequenceNumber, aggregated }: LambdaRecordPayload & { aggregated?: unknown } = payloadOf(this.source);
    this.#isUserRecord = aggregated === true;
    if (sequenceNumber !== this.#run?.sequenceNumber) {
      this.#run = { first: index, eventID: eventIdOf(this.source), sequenceNumber };
    }
  }
}

/** The same error with the record's position in the event: where reading began anew, it was counted from there. */
function located({ code, message, offset }: KplError, recordIndex: number): KplError {
  return new KplError(code, message, { recordIndex, offset });
}

/** What stands for a record that could not be read at all: its text, as it came. */
function unread(record: EventRecord): UserRecord {
  const { data, partitionKey, sequenceNumber } = payloadOf(record);
  return {
    partitionKey: partitionKey ?? null,
    explicitHashKey: null,
    data: Buffer.from(typeof data === 'string' ? data : []),
    sequenceNumber,
    subSequenceNumber: 0,
    aggregated: false,
  };
}

/** How many user records these records hold, or `undefined` if one cannot be read. */
function lengthOf(records: readonly EventRecord[], verifyChecksum: boolean): number | undefined {
  try {
    return decode(records, { verifyChecksum }).length;
  } catch (error) {
    if (error instanceof KplError && error.code === 'ERR_KPL_NATIVE') throw error;
    return undefined;
  }
}
