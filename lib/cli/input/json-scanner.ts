// JSON of any size, piece by piece. It finds where a record begins and ends, keeps its text, and forgets the rest: the array of
// a GetRecords answer with a million records, or of an event, is never in memory as a whole. Reading the text of a record is
// left to JSON.parse; here only the structure counts.

import type { Item } from './item';
import { MOST_BYTES } from './item';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const LINE_FEED = 0x0a;

/** Of the objects that hold records, the fields with an array of them. */
const ARRAYS = new Set(['Records', 'records']);
/** Fields with an object that holds records. */
const ENVELOPES = new Set(['SubscribeToShardEvent', 'payload']);
const LONGEST_NAME = 32;
const DEEPEST = 1000;

type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end';

interface Frame {
  isArray: boolean;
  /** What is in it is taken one by one: each is a record, or holds records. */
  isOfRecords: boolean;
  /** It may hold records. */
  isEnvelope: boolean;
  /** Of an object, the field that is read. */
  name: string;
  expected: Expected;
}

export class JsonScanner {
  readonly #frames: Frame[] = [];
  /** Pieces of the record that is read. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #isKeeping = false;
  #recordLine = 0;
  /** The line on which the outermost value began. */
  #valueLine = 0;
  #isInString = false;
  #isName = false;
  #name: Buffer[] = [];
  #isEscaped = false;
  #isInScalar = false;
  line: number;

  constructor(line: number) {
    this.line = line;
  }

  get isBetweenValues(): boolean {
    return this.#frames.length === 0 && !this.#isInString && !this.#isInScalar;
  }

  get valueLine(): number {
    return this.#valueLine;
  }

  /**
   * Reads from `from` on, to the end of the outermost value or of the chunk.
   *
   * @returns where it stopped; what is wrong, if it is not JSON there
   */
  *scan(chunk: Buffer, from: number): Generator<Item, { end: number; wrong: string | undefined }> {
    let position = from;
    let keptFrom = from;
    const keep = (end: number) => {
      if (this.#isKeeping && end > keptFrom) {
        this.#kept.push(Buffer.from(chunk.subarray(keptFrom, end)));
        this.#keptBytes += end - keptFrom;
      }
    };
    while (position < chunk.length) {
      if (this.#keptBytes + (position - keptFrom) > MOST_BYTES) {
        return { end: position, wrong: 'a value that is larger than any Kinesis record' };
      }
      if (this.#isInString) {
        position = this.#string(chunk, position);
        if (position < 0) return { end: -position - 1, wrong: 'a line that ends within a string' };
        if (this.#isInString) continue;
        if (this.#isName) this.#expect('colon');
        else if (this.#valueEnds()) {
          keep(position);
          yield this.#record();
        }
        if (this.isBetweenValues) return { end: position, wrong: undefined };
        continue;
      }
      const byte = chunk[position] as number;
      if (this.#isInScalar) {
        if (!isDelimiter(byte)) {
          position++;
          continue;
        }
        this.#isInScalar = false;
        if (this.#valueEnds()) {
          keep(position);
          yield this.#record();
        }
        if (this.isBetweenValues) return { end: position, wrong: undefined };
        continue;
      }
      if (isSpace(byte)) {
        if (byte === LINE_FEED) this.line++;
        position++;
        continue;
      }
      const frame = this.#frames.at(-1);
      const expected = frame?.expected ?? 'value';
      if (byte === COMMA || byte === COLON) {
        if (expected !== (byte === COMMA ? 'comma or end' : 'colon'))
          return { end: position, wrong: `a ${byte === COMMA ? 'comma' : 'colon'} where none can be` };
        this.#expect(byte === COLON || frame?.isArray ? 'value' : 'name');
        position++;
        continue;
      }
      if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (frame === undefined || frame.isArray !== (byte === CLOSE_BRACKET) || !expected.endsWith('end')) {
          return { end: position, wrong: 'an end where none can be' };
        }
        position++;
        this.#frames.pop();
        if (this.#valueEnds()) {
          keep(position);
          yield this.#record();
        }
        if (this.isBetweenValues) return { end: position, wrong: undefined };
        continue;
      }
      if (expected.startsWith('name')) {
        if (byte !== QUOTE) return { end: position, wrong: 'something else where the name of a field must be' };
        this.#isInString = true;
        this.#isName = true;
        this.#name = [];
        position++;
        continue;
      }
      if (!expected.startsWith('value')) return { end: position, wrong: 'a value without a comma before it' };
      if (this.#frames.length >= DEEPEST) return { end: position, wrong: `values more than ${DEEPEST} deep` };
      if (frame === undefined) this.#valueLine = this.line;
      if (this.#begins(byte, frame)) keptFrom = position;
      if (byte === QUOTE) {
        this.#isInString = true;
        this.#isName = false;
      } else if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET) this.#isInScalar = true;
      position++;
    }
    keep(position);
    return { end: position, wrong: undefined };
  }

  /** At the end of the input: a number has no end of its own. */
  *finish(): Generator<Item, boolean> {
    if (this.#isInScalar && this.#frames.length === 0) {
      this.#isInScalar = false;
      if (this.#valueEnds()) yield this.#record();
    }
    return this.isBetweenValues;
  }

  /** A value begins with this byte. @returns whether it is to be kept from here on */
  #begins(byte: number, frame: Frame | undefined): boolean {
    const isObject = byte === OPEN_BRACE;
    const isArray = byte === OPEN_BRACKET;
    const isTakenAlone = frame === undefined || frame.isOfRecords;
    const holdsRecords = frame?.isEnvelope === true && isArray && ARRAYS.has(frame.name);
    const isOfRecords = isArray && (isTakenAlone || holdsRecords);
    // Its records are kept one by one, and nothing of what stands around them.
    if (holdsRecords) this.#forget();
    const begins = isTakenAlone && !isOfRecords;
    if (begins) {
      this.#forget();
      this.#isKeeping = true;
      this.#recordLine = this.line;
    }
    if (isObject || isArray) {
      this.#frames.push({
        isArray,
        isOfRecords,
        isEnvelope: isObject && (isTakenAlone || (frame?.isEnvelope === true && ENVELOPES.has(frame.name))),
        name: '',
        expected: isArray ? 'value or end' : 'name or end',
      });
    }
    return begins;
  }

  /** A value has ended. @returns whether it is a record */
  #valueEnds(): boolean {
    const frame = this.#frames.at(-1);
    this.#expect('comma or end');
    return this.#isKeeping && (frame === undefined || frame.isOfRecords);
  }

  #expect(expected: Expected): void {
    const frame = this.#frames.at(-1);
    if (frame !== undefined) frame.expected = expected;
  }

  /** To behind the string or the end of the chunk; minus the position of a line feed in it, minus one. */
  #string(chunk: Buffer, from: number): number {
    let position = from;
    if (this.#isEscaped) {
      this.#isEscaped = false;
      position++;
    }
    for (;;) {
      const quote = chunk.indexOf(QUOTE, position);
      const end = quote < 0 ? chunk.length : quote;
      const lineFeed = chunk.subarray(position, end).indexOf(LINE_FEED);
      if (lineFeed >= 0) return -(position + lineFeed) - 1;
      let backslashes = 0;
      while (end - backslashes > position && chunk[end - backslashes - 1] === BACKSLASH) backslashes++;
      const isEscaped = backslashes % 2 === 1;
      if (quote >= 0 && isEscaped) {
        position = quote + 1;
        continue;
      }
      if (this.#isName) this.#name.push(Buffer.from(chunk.subarray(from, Math.min(end, from + LONGEST_NAME))));
      if (quote < 0) {
        this.#isEscaped = isEscaped;
        return end;
      }
      this.#isInString = false;
      const frame = this.#frames.at(-1);
      if (this.#isName && frame !== undefined) frame.name = Buffer.concat(this.#name).toString();
      return quote + 1;
    }
  }

  #record(): Item {
    const text = this.#kept.length === 1 ? (this.#kept[0] as Buffer) : Buffer.concat(this.#kept);
    this.#forget();
    return { kind: 'json', text, line: this.#recordLine };
  }

  #forget(): void {
    this.#kept = [];
    this.#keptBytes = 0;
    this.#isKeeping = false;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === LINE_FEED;
}

function isDelimiter(byte: number): boolean {
  return isSpace(byte) || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte === COLON;
}
