// User records on their way into the core, laid end to end in memory that both sides share: src/node/rows.rs.
//
// V8 may end a call between two instructions: where the stack is full, or a time limit of node:vm is over. It looks for
// a reason to only where a function or a loop begins, and never comes back to run a `finally`. So a row counts from one
// assignment on, before which everything is in place; and rows that the core has taken are struck out by the core.

import { native } from '../native';
import { BYTES_PER_UNIT, bytesAsMeasured, isShared } from '../native/bytes';
import type { ReadUserRecord } from './input';

// The head of the words.
/** How many rows wait for the next call of the core. */
const WAITING = 0;
const HEADROOM_BYTES = 1;
const HEADROOM_RECORDS = 2;
const COST_PER_RECORD = 3;
const KEYS_AT = 4;
const KEY_UNITS = 5;
const KEY_BYTES = 6;
const ADDED_BYTES = 7;
const FIRST_ORDINAL = 8;
const HEAD = 9;

/** Units of the partition key, units of the explicit hash key plus one or 0, bytes of the data. */
const ROW = 3;
/** What a row can say. Kinesis takes hundreds of times less, so more may go for that many: it is refused either way. */
const MOST_BYTES = 0xffff_ffff;
const FIRST_ROWS = 64;
const FIRST_BYTES = 16 * 1024;
/** Memory that one record has made larger than this is not used again. */
const RESTING_BYTES = 256 * 1024;

/**
 * Rows and their bytes. Laying one out runs no code of the caller's.
 *
 * Keys are put together as a string, which costs a third of writing each: they are encoded, all at once, when the core
 * asks for them.
 */
export class Rows {
  /** Of one that is not in use, so that an aggregator that rests holds no memory. Whoever takes it has it alone. */
  static #resting: Rows | undefined;

  #words = new Uint32Array(HEAD + ROW * FIRST_ROWS);
  #bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Of the rows that wait. */
  #keys = '';
  #dataEnd = 0;
  /** The same, with the row that was laid out last. */
  #nextKeys = '';
  #nextEnd = 0;

  static take(): Rows {
    const rows = Rows.#resting ?? new Rows();
    Rows.#resting = undefined;
    return rows;
  }

  /** The memory of rows that their owner has let go of. */
  static giveBack(rows: Rows): void {
    if (rows.#words.byteLength + rows.#bytes.length > RESTING_BYTES) return;
    rows.#words[HEADROOM_BYTES] = 0;
    rows.#words[HEADROOM_RECORDS] = 0;
    rows.#words[WAITING] = 0;
    rows.#keys = '';
    rows.#nextKeys = '';
    Rows.#resting = rows;
  }

  get count(): number {
    return this.#words[WAITING] as number;
  }

  /** How many bytes of data wait. */
  get dataBytes(): number {
    return this.count === 0 ? 0 : this.#dataEnd;
  }

  get words(): Uint32Array {
    return this.#words;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Whether the core is sure to take a record of that size and to close nothing for it. */
  hasRoomFor(mostBytes: number): boolean {
    const words = this.#words;
    const cost = mostBytes + (words[COST_PER_RECORD] as number);
    return cost <= (words[HEADROOM_BYTES] as number) && (words[HEADROOM_RECORDS] as number) > 0;
  }

  /** Pays for a record that waits from now on. */
  spend(mostBytes: number): void {
    const words = this.#words;
    (words[HEADROOM_BYTES] as number) -= mostBytes + (words[COST_PER_RECORD] as number);
    (words[HEADROOM_RECORDS] as number) -= 1;
  }

  /** How many bytes of message the record would add that the core was asked about. */
  get addedBytes(): number {
    return this.#words[ADDED_BYTES] as number;
  }

  /** From now on nothing can wait until the core has said how much. */
  spendAll(): void {
    this.#words[HEADROOM_RECORDS] = 0;
  }

  /**
   * Lays a record out behind the rows that wait. It counts once it is `push`ed.
   *
   * @returns whether its first byte is that of an aggregate: only the core can tell whether it is one
   */
  lay({ partitionKey, explicitHashKey, data, dataBytes }: ReadUserRecord): boolean {
    const at = this.dataBytes;
    const written = typeof data === 'string' ? this.#writeText(data, at) : this.#writeBytes(data, dataBytes, at);
    this.#layRow(partitionKey, explicitHashKey, written);
    this.#nextEnd = at + written;
    return this.#bytes[at] === FIRST_BYTE;
  }

  /** The same, of a record whose data is not written here. */
  layWithoutData({ partitionKey, explicitHashKey, dataBytes }: ReadUserRecord): void {
    this.#nextEnd = this.dataBytes;
    this.#layRow(partitionKey, explicitHashKey, Math.min(dataBytes, MOST_BYTES));
  }

  /** Numbers the next row, and with it those that wait: ordinals count up by one. */
  number(ordinal: number): void {
    this.#words[FIRST_ORDINAL] = ordinal - this.count;
  }

  /** The row that was laid out last counts. */
  push(): void {
    const count = this.count;
    this.#keys = this.#nextKeys;
    this.#dataEnd = this.#nextEnd;
    this.#words[WAITING] = count + 1;
  }

  /** Gets the rows that wait ready for the core, and with them the one that was laid out last. */
  encode(withLast: boolean): void {
    const keys = withLast ? this.#nextKeys : this.#keys;
    const at = withLast ? this.#nextEnd : this.#dataEnd;
    const most = keys.length * BYTES_PER_UNIT;
    if (at + most > this.#bytes.length && at + Buffer.byteLength(keys, 'utf8') > this.#bytes.length) {
      this.#growBytes(at, most);
    }
    const written = this.#bytes.write(keys, at, 'utf8');
    const words = this.#words;
    words[KEYS_AT] = at;
    words[KEY_UNITS] = keys.length;
    words[KEY_BYTES] = written;
  }

  #layRow(partitionKey: string, explicitHashKey: string | null, dataBytes: number): void {
    const count = this.count;
    const row = HEAD + ROW * count;
    if (row + ROW > this.#words.length) this.#growWords();
    const words = this.#words;
    const keys = (count === 0 ? '' : this.#keys) + partitionKey;
    words[row] = partitionKey.length;
    words[row + 1] = explicitHashKey === null ? 0 : explicitHashKey.length + 1;
    words[row + 2] = dataBytes;
    this.#nextKeys = explicitHashKey === null ? keys : keys + explicitHashKey;
  }

  /** @param length as it was measured: another thread may have grown shared memory since */
  #writeBytes(data: Uint8Array, length: number, at: number): number {
    if (at + length > this.#bytes.length) this.#growBytes(at, length);
    try {
      this.#bytes.set(data, at);
    } catch (thrown) {
      if (!isShared(data)) throw thrown;
      this.#bytes.set(bytesAsMeasured(data, length), at);
    }
    return length;
  }

  #writeText(data: string, at: number): number {
    const room = this.#bytes.length - at;
    // Only where the room may be too small is the exact length worth counting.
    if (data.length * BYTES_PER_UNIT > room) {
      const length = Buffer.byteLength(data, 'utf8');
      if (length > room) this.#growBytes(at, length);
    }
    return this.#bytes.write(data, at, 'utf8');
  }

  #growWords(): void {
    const larger = new Uint32Array(2 * this.#words.length);
    larger.set(this.#words);
    this.#words = larger;
  }

  #growBytes(end: number, needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, end + needed));
    larger.set(this.#bytes.subarray(0, end));
    this.#bytes = larger;
  }
}

const FIRST_BYTE = native.firstByteOfAggregates();
