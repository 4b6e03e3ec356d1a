// `RecordAggregator` of aws-kinesis-agg 4.2.8.

import type { AggregatorOptions, EncodedRecord, OnReadyCallback, UserRecordInput } from '../../compat';
import type { BufferedAggregator } from '../aggregate/buffered-aggregator';
import { FirstBatch } from './first-batch';
import { RoutedBatches } from './routed-batches';
import { type Deliver, Undelivered } from './undelivered';
import { type GivenUserRecord, type LooseUserRecord, readUserRecord, textOf, validateUserRecord } from './user-record';

/** What is open, and what a routing closes. */
export interface Batches {
  /** The records in flight, if they are kept. */
  readonly records: LooseUserRecord[];
  /** How many there are. */
  readonly length: number;
  readonly totalBytes: number;
  /** Where they are open. */
  readonly buffered: BufferedAggregator;
  /** Takes the record if it fits, and says whether it did. */
  join(userRecord: GivenUserRecord): boolean;
  /** Takes a record that fits alone, and delivers what it closes. */
  joinAfterClosing(userRecord: GivenUserRecord, deliver: Deliver): void;
  closeAll(deliver: Deliver): void;
  /** The aggregate that was opened first, closed; `undefined` if nothing is open. */
  closeOne(): EncodedRecord | undefined;
  clear(): void;
}

export class RecordAggregator {
  readonly #open: Batches;
  /** Closed while there was no callback. They wait for `build` or for the next callback. */
  readonly #ready = new Undelivered();
  onReadyCallback: OnReadyCallback | undefined;

  constructor(onReadyCallback?: OnReadyCallback, options?: AggregatorOptions) {
    const { routing = 'first' } = options ?? {};
    this.#open = routing === 'first' ? new FirstBatch(options) : new RoutedBatches({ ...options, routing });
    this.onReadyCallback = onReadyCallback;
  }

  get putRecords(): UserRecordInput[] {
    return this.#open.records as UserRecordInput[];
  }

  get totalBytes(): number {
    return this.#open.totalBytes;
  }

  get partitionKeyTable(): Record<string, number> {
    return positions(this.putRecords.map((record) => record.partitionKey));
  }

  get partitionKeyCount(): number {
    return Object.keys(this.partitionKeyTable).length;
  }

  get explicitHashKeyTable(): Record<string, number> {
    return positions(this.putRecords.map((record) => record.explicitHashKey).filter(Boolean));
  }

  get explicitHashKeyCount(): number {
    return Object.keys(this.explicitHashKeyTable).length;
  }

  setOnReadyCallback(onReadyCallback?: OnReadyCallback): OnReadyCallback | undefined {
    if (onReadyCallback) this.onReadyCallback = onReadyCallback;
    return this.onReadyCallback;
  }

  clearRecords(): void {
    this.#open.clear();
    this.#ready.clear();
  }

  flushBufferedRecords(callback?: OnReadyCallback): void {
    const onReadyCallback = callback || this.onReadyCallback;
    // Nobody to hand anything over to: the records stay.
    if (!onReadyCallback) return;
    if (this.length() > 0) this.#flush(onReadyCallback);
    else onReadyCallback(null, undefined);
  }

  build(): EncodedRecord | undefined {
    return this.#ready.shift() ?? this.#open.closeOne();
  }

  length(): number {
    return this.#ready.userRecords + this.#open.length;
  }

  checkIfUserRecordFits(record: LooseUserRecord): boolean {
    validateUserRecord(record);
    return this.#open.buffered.joins(readUserRecord(record));
  }

  calculateUserRecordSize(record: LooseUserRecord): number {
    validateUserRecord(record);
    return this.#open.buffered.addedBytes(readUserRecord(record));
  }

  addUserRecord(record: LooseUserRecord): void {
    validateUserRecord(record);
    const userRecord = readUserRecord(record);
    if (this.#open.join(userRecord)) return;
    throw this.#open.buffered.takes(userRecord) ? new Error("record won't fit") : this.#tooLarge(userRecord);
  }

  aggregateRecords(
    records: { forEach(each: (record: LooseUserRecord) => void): void },
    forceFlush?: boolean,
    callback?: OnReadyCallback,
  ): void {
    const onReadyCallback = callback || this.onReadyCallback;
    records.forEach((record) => {
      this.#take(record, onReadyCallback);
    });
    if (forceFlush === true && onReadyCallback && this.length() > 0) this.#flush(onReadyCallback);
  }

  #take(record: LooseUserRecord, onReadyCallback: OnReadyCallback | undefined): void {
    const userRecord = readUserRecord(record);
    if (!userRecord.given.partitionKey) {
      if (onReadyCallback) onReadyCallback(new Error('record.partitionKey field is mandatory'));
    } else if (!this.#open.join(userRecord)) {
      if (this.#open.buffered.takes(userRecord)) {
        this.#open.joinAfterClosing(userRecord, this.#deliverTo(onReadyCallback));
      } else if (onReadyCallback) {
        onReadyCallback(this.#tooLarge(userRecord));
      }
    }
  }

  #flush(onReadyCallback: OnReadyCallback): void {
    this.#deliverReady(onReadyCallback);
    this.#open.closeAll(this.#deliverTo(onReadyCallback));
  }

  #deliverTo(onReadyCallback: OnReadyCallback | undefined): Deliver {
    if (!onReadyCallback) return (encoded, userRecords) => this.#ready.push(encoded, userRecords);
    return (encoded) => {
      this.#deliverReady(onReadyCallback);
      onReadyCallback(null, encoded);
    };
  }

  #deliverReady(onReadyCallback: OnReadyCallback): void {
    this.#ready.deliverTo((encoded) => onReadyCallback(null, encoded));
  }

  #tooLarge(userRecord: GivenUserRecord): Error {
    const { partitionKey, explicitHashKey } = userRecord.given;
    const bytes = this.#open.buffered.addedBytes(userRecord);
    return new Error(
      `Input record (PK=${partitionKey}, EHK=${explicitHashKey}, SizeBytes=${bytes}) is too large to fit inside a single Kinesis record.`,
    );
  }
}

/** Each key's position among those that are different, as the older package's tables have it. */
function positions(keys: unknown[]): Record<string, number> {
  const distinct = [...new Set(keys.map(textOf))];
  // `fromEntries` defines: a key that is called `__proto__` becomes a property like any other.
  return Object.fromEntries(distinct.map((key, position) => [key, position]));
}
