// The table of numbers that the core makes of Kinesis records. src/deaggregate/table.rs says what the words mean; a test
// holds the numbers here to those.

import type { UserRecord } from '../../index';
import { native } from '../native';
import { BufferView, copyOf, type Payload } from '../native/bytes';
import { PlainUserRecord } from './plain-record';

export const HEADER_WORDS = 8;
export const OUTCOME = 0;
export const USER_RECORDS = 1;
export const BODY = 2;
export const PARTITION_KEYS = 3;
export const EXPLICIT_HASH_KEYS = 4;
export const FLAGS = 5;
export const KEYS_START = 6;
export const KEYS_END = 7;

export const NOT_AGGREGATED = 0;
export const AGGREGATED = 1;

export const KEYS_ARE_ASCII = 1;
export const DATA_IS_ASCII = 2;
export const KEYS_ARE_UTF8 = 4;

export const SPAN_WORDS = 2;

export const ROW_WORDS = 4;
export const ROW_PARTITION_KEY = 0;
export const ROW_EXPLICIT_HASH_KEY = 1;
export const ROW_START = 2;
export const ROW_LENGTH = 3;

/** What the table says of one Kinesis record: the only place that reads its words. */
export class Outline {
  /** Of a record that was not read: it is not an aggregate. */
  static readonly NONE = new Outline(new Uint32Array(HEADER_WORDS), 0);

  readonly #table: Uint32Array;
  readonly #header: number;
  /** Where the rows of its user records begin. */
  readonly #rows: number;
  readonly isAggregate: boolean;
  /** How many user records an aggregate holds. */
  readonly userRecords: number;
  #keys: string[] | undefined = undefined;

  /** @param index position of the Kinesis record among those that were read together */
  constructor(table: Uint32Array, index: number) {
    const header = index * HEADER_WORDS;
    this.#table = table;
    this.#header = header;
    this.isAggregate = table[header + OUTCOME] === AGGREGATED;
    this.userRecords = this.isAggregate ? (table[header + USER_RECORDS] as number) : 0;
    this.#rows = this.#word(BODY) + SPAN_WORDS * (this.#word(PARTITION_KEYS) + this.#word(EXPLICIT_HASH_KEYS));
  }

  /** Of a record that begins with the magic number and is not an aggregate: what is wrong, and where. */
  get broken(): { outcome: number; position: number } | undefined {
    const outcome = this.#word(OUTCOME);
    if (outcome === AGGREGATED || outcome === NOT_AGGREGATED) return undefined;
    return { outcome, position: this.#word(USER_RECORDS) };
  }

  get dataIsAscii(): boolean {
    return (this.#word(FLAGS) & DATA_IS_ASCII) !== 0;
  }

  /**
   * User record `i` as a plain object. All of it in one method: V8 makes fast what is called often, a hundred records into a
   * process's first event; a loop of several calls it makes fast late, and a cold start waits for that.
   *
   * @param keys what `keys` gave
   * @param buffer that the payload is in, from `byteOffset` on
   */
  userRecord(
    i: number,
    keys: string[],
    buffer: ArrayBufferLike,
    byteOffset: number,
    sequenceNumber: string,
    copy: boolean,
  ): UserRecord {
    const table = this.#table;
    const row = this.#rows + ROW_WORDS * i;
    const start = table[row + ROW_START] as number;
    const data = new BufferView(buffer, byteOffset + start, table[row + ROW_LENGTH] as number);
    const hashKey = table[row + ROW_EXPLICIT_HASH_KEY] as number;
    return new PlainUserRecord(
      keys[table[row + ROW_PARTITION_KEY] as number] as string,
      hashKey === 0 ? null : (keys[this.#word(PARTITION_KEYS) + hashKey - 1] as string),
      copy ? copyOf(data) : data,
      sequenceNumber,
      i,
      true,
    );
  }

  /** @param keys what `keys` gave */
  partitionKey(i: number, keys: string[]): string {
    return keys[this.#table[this.#rows + ROW_WORDS * i + ROW_PARTITION_KEY] as number] as string;
  }

  /** @param keys what `keys` gave */
  explicitHashKey(i: number, keys: string[]): string | null {
    const position = this.#table[this.#rows + ROW_WORDS * i + ROW_EXPLICIT_HASH_KEY] as number;
    // Explicit hash keys follow the partition keys, and rows count them from 1.
    return position === 0 ? null : (keys[this.#word(PARTITION_KEYS) + position - 1] as string);
  }

  /** Where the data of user record `i` begins. */
  start(i: number): number {
    return this.#table[this.#rows + ROW_WORDS * i + ROW_START] as number;
  }

  /** How many bytes the data of user record `i` has. */
  length(i: number): number {
    return this.#table[this.#rows + ROW_WORDS * i + ROW_LENGTH] as number;
  }

  /** The rows from `first` to before `end`, for the core. */
  rows(first: number, end: number): Uint32Array {
    return this.#table.subarray(this.#rows + ROW_WORDS * first, this.#rows + ROW_WORDS * end);
  }

  /**
   * All keys of an aggregate: its partition keys, then its explicit hash keys. If they are ASCII, one string is made of
   * the region that holds them and each key is a slice of it.
   *
   * @param copy whether each key is a string of its own, which keeps no longer one alive
   */
  keys(payload: Payload, copy = false): string[] {
    this.#keys ??= this.#keysOf(payload, copy);
    return this.#keys;
  }

  forgetKeys(): void {
    this.#keys = undefined;
  }

  #keysOf(payload: Payload, copy: boolean): string[] {
    const flags = this.#word(FLAGS);
    if (flags & KEYS_ARE_ASCII) return copy ? this.#sliced(payload, 'latin1Slice') : this.#asciiKeys(payload);
    if (flags & KEYS_ARE_UTF8) return this.#sliced(payload, 'utf8Slice');
    return native.keysAsText(payload, this.#table.subarray(this.#word(BODY), this.#rows));
  }

  #asciiKeys(payload: Payload): string[] {
    const start = this.#word(KEYS_START);
    const region = payload.latin1Slice(start, this.#word(KEYS_END));
    const keys = this.#placeForKeys();
    for (let i = 0, span = this.#word(BODY); i < keys.length; i++, span += SPAN_WORDS) {
      const from = (this.#table[span] as number) - start;
      keys[i] = region.slice(from, from + (this.#table[span + 1] as number));
    }
    return keys;
  }

  #sliced(payload: Payload, slice: 'latin1Slice' | 'utf8Slice'): string[] {
    const keys = this.#placeForKeys();
    for (let i = 0, span = this.#word(BODY); i < keys.length; i++, span += SPAN_WORDS) {
      const from = this.#table[span] as number;
      keys[i] = payload[slice](from, from + (this.#table[span + 1] as number));
    }
    return keys;
  }

  /** Of the full length: an array that grows leaves twice as much garbage as it holds. */
  #placeForKeys(): string[] {
    return new Array(this.#word(PARTITION_KEYS) + this.#word(EXPLICIT_HASH_KEYS));
  }

  #word(name: number): number {
    return this.#table[this.#header + name] as number;
  }
}
