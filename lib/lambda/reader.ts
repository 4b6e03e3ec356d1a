// The user records of an event one by one, each with the Kinesis record that it came in and with what is wrong with it.

import type { UserRecord } from '../../index';
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
  /** Position of the event record that is being read. */
  #index = -1;
  #ended = false;
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
      return done ? undefined : value;
    } catch (error) {
      if (error instanceof KplError && error.code === 'ERR_KPL_NATIVE') throw error;
      this.#fail(error);
      // An iterator that threw is at its end.
      this.#iterator = this.#from(this.#index + 1);
      return unread(this.source);
    }
  }

  /** Counts what was not read yet, without a look at checksums, and is at its end then. */
  countRest(): number {
    this.#ended = true;
    let count = 0;
    while (this.next() !== undefined) count++;
    const rest = this.#records.slice(this.#index + 1);
    this.#index = this.#records.length;
    return count + (lengthOf(rest, false) ?? rest.reduce((sum, record) => sum + (lengthOf([record], false) ?? 1), 0));
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

  #from(first: number): Iterator<UserRecord> {
    const { verifyChecksum, strict } = this.#settings;
    // An array, of which what follows can be seen: that is how checksums are computed several at a time. The iterator pulls
    // a record when its first user record is asked for, so that the last one pulled is the one being read.
    const records = this.#records.slice(first);
    Object.defineProperty(records, Symbol.iterator, { value: () => this.#pull(first) });
    const onBroken = strict ? (error: KplError) => this.#fail(error) : undefined;
    return iterDeaggregate(records, { verifyChecksum, onBroken }) as unknown as Iterator<UserRecord>;
  }

  *#pull(first: number): Generator<R> {
    for (let index = first; index < this.#records.length && !this.#ended; index++) {
      this.#index = index;
      const record = this.source;
      const { sequenceNumber } = payloadOf(record);
      if (sequenceNumber !== this.#run?.sequenceNumber) {
        this.#run = { first: index, eventID: eventIdOf(record), sequenceNumber };
      }
      yield record;
    }
  }

  #fail(error: unknown): void {
    this.#failure = { error: error instanceof KplError ? located(error, this.#index) : error };
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
