// The way into the core. Entering it costs as much as adding a few records, so records wait in front of it as long as
// the core's headroom says that they will all be taken and close nothing. What a caller sees is as if each entered at
// once.

import type { AggregatedRecord, AggregatorOptions, UserRecordInput } from '../../index';
import { KplError } from '../error';
import type { Collect, NativeAggregator } from '../native/addon';
import { BYTES_PER_UNIT, isShared } from '../native/bytes';
import { fromNative } from '../native/thrown';
import { aggregatedRecord } from './aggregated-record';
import { type ReadUserRecord, readUserRecord } from './input';
import { type InternalOptions, ignoresExplicitHashKeys, openAggregator, openShards } from './options';
import { Rows } from './rows';

/** Headroom is for partition keys of that many code points: a string has no more of them than units. */
const MAX_UNITS = 256;
/** More rows than that enter the core, while their bytes still are in the processor's cache. */
const MAX_WAITING_BYTES = 64 * 1024;
const MAX_WAITING_RECORDS = 512;
/** Larger data goes straight from the caller's memory into the core. */
const LARGE_BYTES = 8 * 1024;
/** What is not large goes into a record of that size, whatever is around it. */
const AMPLE_RECORD_BYTES = 2 * LARGE_BYTES;

/** More is not worth copying: Kinesis takes hundreds of times less. */
const MOST_BATCHED_BYTES = 0xffff_ffff;

/** What would happen to a record: the core's numbers. */
const JOINS = 0;
const TOO_LARGE = 2;

/** What is kept of an aggregate that has closed. */
type Make<Closed> = (...collected: Parameters<Collect>) => Closed;

const entry: Make<AggregatedRecord> = (data, partitionKey, explicitHashKey, userRecordCount) =>
  aggregatedRecord(partitionKey, explicitHashKey, data, userRecordCount);

export class BufferedAggregator<Closed = AggregatedRecord> {
  /** Tests set it to 0: then every record enters at once. */
  static maxWaitingRecords = MAX_WAITING_RECORDS;

  readonly #aggregator: NativeAggregator;
  readonly #ignoresExplicitHashKeys: boolean;
  /** None while nothing is open: an aggregator may rest for long. */
  #rows: Rows | undefined;
  /** Whether records may wait that close something: so nobody has to know at once. */
  readonly #closesLate: boolean;
  /** What has closed. Whoever takes it sets it back to nothing, with no call in between: see rows.ts. */
  closed: Closed[] = [];
  /** Whether a record that waits may close something. */
  mayClose = false;
  /** The core calls it in the middle of its work, with each aggregate that has closed: so it does nothing else. */
  readonly #collect: Collect;

  constructor(options?: AggregatorOptions, internal?: InternalOptions, make = entry as Make<Closed>) {
    this.#aggregator = openAggregator(options, internal);
    this.#ignoresExplicitHashKeys = ignoresExplicitHashKeys(options);
    this.#closesLate = internal?.tracks === true && (options?.maxRecordBytes ?? 0) >= AMPLE_RECORD_BYTES;
    this.#collect = (...collected) => {
      this.closed.push(make(...collected));
    };
  }

  add(input: UserRecordInput): void {
    this.take(readUserRecord(input, 0, this.#ignoresExplicitHashKeys));
  }

  /** All of them or, if one is refused, none. */
  addAll(inputs: Iterable<UserRecordInput>): void {
    // Rows of its own, since an iterator may call us again.
    const batch = Rows.take();
    for (const input of inputs) {
      this.#layInto(batch, input, batch.count);
      batch.push();
    }
    this.catchUp();
    this.#rows?.spendAll();
    this.#enter(batch, batch.count, 0);
    Rows.giveBack(batch);
  }

  /** As `addAll`, for an aggregator that is thrown away if a record is refused: none has to wait for the last. */
  addPiecewise(inputs: Iterable<UserRecordInput>): void {
    const batch = Rows.take();
    let firstIndex = 0;
    const enter = () => {
      const { count } = batch;
      this.#enter(batch, count, 0, firstIndex);
      firstIndex += count;
    };
    for (const input of inputs) {
      this.#layInto(batch, input, firstIndex + batch.count);
      batch.push();
      if (batch.count === MAX_WAITING_RECORDS || batch.dataBytes >= MAX_WAITING_BYTES) enter();
    }
    enter();
    Rows.giveBack(batch);
  }

  take(record: ReadUserRecord): void {
    const rows = this.#openRows();
    const large = largeDataOf(record);
    if (large !== undefined) {
      rows.layWithoutData(record);
      this.#enter(rows, rows.count + 1, rows.count, 0, large);
      return;
    }
    const { partitionKey, explicitHashKey, dataBytes } = record;
    const mayBeNested = rows.lay(record);
    const mostBytes = dataBytes + partitionKey.length * BYTES_PER_UNIT;
    const isSureToBeTaken =
      explicitHashKey === null &&
      partitionKey !== '' &&
      partitionKey.length <= MAX_UNITS &&
      dataBytes <= LARGE_BYTES &&
      !mayBeNested;
    const isSureToJoin = isSureToBeTaken && rows.hasRoomFor(mostBytes);
    if (isSureToJoin) {
      rows.spend(mostBytes);
    } else if (isSureToBeTaken && this.#closesLate) {
      rows.spendAll();
      this.mayClose = true;
    } else {
      this.#enter(rows, rows.count + 1, rows.count);
      return;
    }
    rows.push();
    if (rows.count >= BufferedAggregator.maxWaitingRecords || rows.dataBytes >= MAX_WAITING_BYTES) this.catchUp();
  }

  /** The same, of a record with an ordinal, for an aggregator that tracks. */
  takeNumbered(record: ReadUserRecord, ordinal: number): void {
    this.#openRows().number(ordinal);
    this.take(record);
  }

  fits(input: UserRecordInput): boolean {
    return this.joins(readUserRecord(input, 0, this.#ignoresExplicitHashKeys));
  }

  /** Whether the record would go in without closing an aggregate. */
  joins(record: ReadUserRecord): boolean {
    return this.#fit(record) === JOINS;
  }

  /** Whether the record would be taken. */
  takes(record: ReadUserRecord): boolean {
    return this.#fit(record) !== TOO_LARGE;
  }

  /**
   * Records that wait enter. The rest of the headroom stays good: no record cost more than was paid for it. If one was not paid
   * for, the core looks at the last, so that it says what has closed and how much headroom there is now.
   */
  catchUp(): void {
    const rows = this.#rows;
    if (rows === undefined || rows.count === 0) return;
    this.#enter(rows, rows.count, this.mayClose ? rows.count - 1 : rows.count);
  }

  flush(): void {
    this.catchUp();
    this.#call(() => this.#aggregator.flush(this.#collect));
    this.#letGoOfRows();
  }

  clear(): void {
    this.#letGoOfRows();
    this.#aggregator.clear();
  }

  setShards(shards: Parameters<typeof openShards>[0]): void {
    const bounds = openShards(shards);
    this.catchUp();
    this.#rows?.spendAll();
    this.#call(() => this.#aggregator.setShards(bounds, this.#collect));
  }

  /** Rows of what is open, as the core has them. */
  openGroups(): Uint32Array {
    this.catchUp();
    return this.#aggregator.openGroups();
  }

  closeGroups(groups: readonly number[]): void {
    this.catchUp();
    this.#rows?.spendAll();
    this.#call(() => this.#aggregator.closeGroups(Uint32Array.from(groups), this.#collect));
  }

  releaseGroups(groups: readonly number[]): void {
    this.#aggregator.releaseGroups(Uint32Array.from(groups));
  }

  get userRecordCount(): number {
    return this.#aggregator.userRecordCount() + (this.#rows?.count ?? 0);
  }

  get sizeBytes(): number {
    this.catchUp();
    return this.#aggregator.sizeBytes();
  }

  /** How many bytes of message the record would add. */
  addedBytes(record: ReadUserRecord): number {
    this.#fit(record);
    return this.#openRows().addedBytes;
  }

  /** What has closed, which now is the caller's. */
  drain(): Closed[] {
    const { closed } = this;
    this.closed = [];
    return closed;
  }

  #fit(record: ReadUserRecord): number {
    const rows = this.#openRows();
    const large = largeDataOf(record);
    if (large === undefined) rows.lay(record);
    else rows.layWithoutData(record);
    rows.encode(true);
    return this.#call(() => this.#aggregator.fit(rows.words, rows.bytes, large));
  }

  #layInto(batch: Rows, input: UserRecordInput, recordIndex: number): void {
    const record = readUserRecord(input, recordIndex, this.#ignoresExplicitHashKeys);
    if (record.dataBytes > MOST_BATCHED_BYTES) {
      const message = `data has ${record.dataBytes} bytes, more than the maxRecordBytes of any stream`;
      throw new KplError('ERR_KPL_RECORD_TOO_LARGE', message, { recordIndex });
    }
    batch.lay(record);
  }

  #openRows(): Rows {
    this.#rows ??= Rows.take();
    return this.#rows;
  }

  #letGoOfRows(): void {
    const rows = this.#rows;
    this.#rows = undefined;
    if (rows !== undefined) Rows.giveBack(rows);
  }

  /**
   * Rows enter the core, those from `checked` on all or none.
   *
   * @param lastData of the last row, if it is not among the bytes
   */
  #enter(rows: Rows, count: number, checked: number, firstIndex = 0, lastData?: Uint8Array): void {
    rows.encode(count > rows.count);
    try {
      this.#aggregator.add(rows.words, rows.bytes, count, checked, lastData, this.#collect);
    } catch (thrown) {
      throw fromNative(thrown, firstIndex);
    }
    this.mayClose = false;
  }

  #call<T>(call: () => T): T {
    try {
      return call();
    } catch (thrown) {
      throw fromNative(thrown);
    }
  }
}

/** Data that goes straight from the caller's memory; `undefined` for data that is copied first. */
function largeDataOf({ data, dataBytes }: ReadUserRecord): Uint8Array | undefined {
  return dataBytes > LARGE_BYTES && typeof data !== 'string' && !isShared(data) ? data : undefined;
}
