// The message of an aggregate, read as far as it can be read, and again behind what is damaged. It accepts what protobuf-java
// accepts, as the core's reader does, but it may go on where that one must not: nothing here ever feeds deaggregation.

export const MAGIC = Buffer.from('f3899ac2', 'hex');
export const DIGEST_BYTES = 16;

const PARTITION_KEY = 1;
const EXPLICIT_HASH_KEY = 2;
const USER_RECORD = 3;
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const START_GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;
const MAX_DEPTH = 100;

/** One field of the message. Offsets count from the beginning of the data, as an operator sees them. */
export interface Part {
  kind: 'partition key' | 'explicit hash key' | 'user record' | 'other field';
  /** Of its tag. */
  start: number;
  /** Of what it holds. */
  content: number;
  end: number;
  userRecord: UserRecordPart | undefined;
}

export interface UserRecordPart {
  partitionKeyIndex: bigint;
  explicitHashKeyIndex: bigint | undefined;
  data: Buffer;
}

/** Where a message cannot be read any further. */
export interface Stop {
  offset: number;
  /** Where the field begins in which that is. */
  partStart: number;
  reason: string;
  /** How many bytes more there would have to be at least, if it is an end that came too early. */
  missing: number | undefined;
}

export interface Walk {
  parts: Part[];
  stop: Stop | undefined;
}

/** The fields from `from` on, up to `to` or to the first that cannot be read. */
export function walk(data: Buffer, from: number, to: number): Walk {
  const parts: Part[] = [];
  const reader = new Reader(data, from, to);
  let partStart = from;
  try {
    while (reader.position < to) {
      partStart = reader.position;
      parts.push(reader.part());
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { offset, reason, missing } = error;
    return { parts, stop: { offset, partStart, reason, missing } };
  }
  return { parts, stop: undefined };
}

/** Offsets from which on everything up to `to` is keys and user records, the nearest to `from` first. */
export function readableFrom(data: Buffer, from: number, to: number): number[] {
  if (from > to) return [];
  const isReadable = new Uint8Array(to - from + 1);
  isReadable[to - from] = 1;
  const found = [to];
  for (let start = to - 2; start >= from; start--) {
    const end = endOfPart(data, start, to);
    if (end === undefined || isReadable[end - from] !== 1) continue;
    if (data[start] === tagOf(USER_RECORD) && walk(data, start, end).stop !== undefined) continue;
    isReadable[start - from] = 1;
    found.push(start);
  }
  return found.reverse();
}

/** Where a key or user record that begins at `start` says that it ends, if it does so before `to`. */
export function endOfPart(data: Buffer, start: number, to: number): number | undefined {
  const tag = data[start] as number;
  if (tag !== tagOf(PARTITION_KEY) && tag !== tagOf(EXPLICIT_HASH_KEY) && tag !== tagOf(USER_RECORD)) return undefined;
  let length = 0;
  // A length of more than 4 bytes is no Kinesis record's.
  for (let digit = 0; digit < 4; digit++) {
    const byte = data[start + 1 + digit];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * digit);
    if (byte >= 0x80) continue;
    const end = start + 2 + digit + length;
    return end <= to ? end : undefined;
  }
  return undefined;
}

function tagOf(field: number): number {
  return field * 8 + LENGTH_DELIMITED;
}

/** Thrown, and no error: looking for what is readable meets thousands, and a stack for each would take most of the time. */
class Unreadable {
  readonly offset: number;
  readonly reason: string;
  readonly missing: number | undefined;

  constructor(offset: number, reason: string, missing?: number) {
    this.offset = offset;
    this.reason = reason;
    this.missing = missing;
  }
}

class Reader {
  position: number;
  readonly #data: Buffer;
  #end: number;

  constructor(data: Buffer, from: number, to: number) {
    this.#data = data;
    this.position = from;
    this.#end = to;
  }

  part(): Part {
    const start = this.position;
    const { field, wireType } = this.#tag();
    if (wireType !== LENGTH_DELIMITED) {
      this.#skip(field, wireType, 0);
      return { kind: 'other field', start, content: start, end: this.position, userRecord: undefined };
    }
    const length = this.#length();
    const content = this.position;
    const end = content + length;
    const part = { kind: KINDS[field] ?? ('other field' as const), start, content, end, userRecord: undefined };
    if (field !== USER_RECORD) {
      this.position = end;
      return part;
    }
    return { ...part, userRecord: this.#within(end, () => this.#userRecord(start)) };
  }

  #userRecord(start: number): UserRecordPart {
    let partitionKeyIndex: bigint | undefined;
    let explicitHashKeyIndex: bigint | undefined;
    let data: Buffer | undefined;
    while (this.position < this.#end) {
      const { field, wireType } = this.#tag();
      if (field === 1 && wireType === VARINT) partitionKeyIndex = this.#varint();
      else if (field === 2 && wireType === VARINT) explicitHashKeyIndex = this.#varint();
      else if (field === 3 && wireType === LENGTH_DELIMITED) data = this.#bytes();
      else if (field === 4 && wireType === LENGTH_DELIMITED) this.#recordTag();
      else this.#skip(field, wireType, 1);
    }
    if (partitionKeyIndex === undefined) throw new Unreadable(start, 'a user record without partition key index');
    if (data === undefined) throw new Unreadable(start, 'a user record without data');
    return { partitionKeyIndex, explicitHashKeyIndex, data };
  }

  /** A tag of a user record, which nobody writes: its key is required. */
  #recordTag(): void {
    const start = this.position;
    const end = this.#length() + this.position;
    this.#within(end, () => {
      let hasKey = false;
      while (this.position < this.#end) {
        const { field, wireType } = this.#tag();
        if (field === 1 && wireType === LENGTH_DELIMITED) hasKey = true;
        this.#skip(field, wireType, 2);
      }
      if (!hasKey) throw new Unreadable(start, 'a tag without key');
    });
  }

  #within<T>(end: number, read: () => T): T {
    const outerEnd = this.#end;
    this.#end = end;
    const result = read();
    this.#end = outerEnd;
    return result;
  }

  #tag(): { field: number; wireType: number } {
    const start = this.position;
    const tag = Number(BigInt.asUintN(32, this.#varint()));
    if (tag >>> 3 === 0) throw new Unreadable(start, 'a field of number 0');
    return { field: tag >>> 3, wireType: tag & 7 };
  }

  #varint(): bigint {
    const start = this.position;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.position >= this.#end) throw new Unreadable(this.position, 'the end within a number', 1);
      const byte = this.#data[this.position++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Unreadable(start, 'a number of more than 10 bytes');
  }

  #length(): number {
    const start = this.position;
    const length = Number(BigInt.asUintN(32, this.#varint()));
    const left = this.#end - this.position;
    if (length > left) {
      throw new Unreadable(start, `a length of ${length} bytes, with ${left} left`, length - left);
    }
    return length;
  }

  #bytes(): Buffer {
    const length = this.#length();
    this.position += length;
    return this.#data.subarray(this.position - length, this.position);
  }

  #skip(field: number, wireType: number, depth: number): void {
    if (wireType === VARINT) this.#varint();
    else if (wireType === FIXED64) this.#advance(8);
    else if (wireType === LENGTH_DELIMITED) this.#bytes();
    else if (wireType === START_GROUP) this.#skipGroup(field, depth + 1);
    else if (wireType === FIXED32) this.#advance(4);
    else throw new Unreadable(this.position - 1, `a field of wire type ${wireType}`);
  }

  #skipGroup(field: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new Unreadable(this.position, `groups more than ${MAX_DEPTH} deep`);
    while (this.position < this.#end) {
      const inner = this.#tag();
      if (inner.wireType !== END_GROUP) this.#skip(inner.field, inner.wireType, depth);
      else if (inner.field === field) return;
      else throw new Unreadable(this.position - 1, 'the end of another group');
    }
    throw new Unreadable(this.position, 'the end within a group', 1);
  }

  #advance(length: number): void {
    const left = this.#end - this.position;
    if (length > left) throw new Unreadable(this.position, 'the end within a number', length - left);
    this.position += length;
  }
}

const KINDS: { readonly [field: number]: Part['kind'] } = {
  [PARTITION_KEY]: 'partition key',
  [EXPLICIT_HASH_KEY]: 'explicit hash key',
  [USER_RECORD]: 'user record',
};
