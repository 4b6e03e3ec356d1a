// Text, told by its content, piece by piece: JSON values one after the other, and lines of hexadecimal or base64. They may be
// mixed: each is told by how it begins.

import { type Item, MOST_BYTES } from './item';
import { JsonScanner } from './json-scanner';

export type TextFormat = 'json' | 'base64' | 'hex';

const LINE_FEED = 0x0a;
const COMMA = 0x2c;
const BRACKETS = [0x7b, 0x5b];
/** An object, an array, or a string: what a record, and what several are. */
const BEGINS_JSON = [...BRACKETS, 0x22];

type State =
  | 'between'
  | 'json'
  | 'line'
  /** What cannot be read ends with the line. */
  | 'skip line'
  /** What cannot be read is a document of many lines: up to the next that begins at the left. */
  | 'skip document';

export class TextReader {
  readonly #format: TextFormat | undefined;
  #state: State = 'between';
  #line = 1;
  #scanner = new JsonScanner(1);
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #isAtLineStart = true;
  #isFirst = true;
  #lastByte = LINE_FEED;

  constructor(format: TextFormat | undefined) {
    this.#format = format;
  }

  *feed(chunk: Buffer): Generator<Item> {
    let position = 0;
    while (position < chunk.length) {
      if (this.#state === 'json') position = yield* this.#json(chunk, position);
      else if (this.#state === 'line') position = yield* this.#lineOf(chunk, position);
      else if (this.#state === 'between') position = this.#between(chunk, position);
      else position = this.#skip(chunk, position);
    }
    this.#lastByte = chunk.at(-1) ?? this.#lastByte;
  }

  *finish(): Generator<Item> {
    if (this.#state === 'line') yield* this.#wholeLine();
    if (this.#state === 'json' && !(yield* this.#scanner.finish())) {
      yield this.#unreadable('the input ends in the middle of a JSON value', this.#scanner.valueLine);
    }
  }

  #between(chunk: Buffer, from: number): number {
    const byte = chunk[from] as number;
    if (byte === LINE_FEED) this.#line++;
    if (byte === LINE_FEED || byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === COMMA) return from + 1;
    const isJson = this.#format === 'json' || (this.#format === undefined && BEGINS_JSON.includes(byte));
    this.#state = isJson ? 'json' : 'line';
    if (isJson) this.#scanner = new JsonScanner(this.#line);
    return from;
  }

  *#json(chunk: Buffer, from: number): Generator<Item, number> {
    const scanner = this.#scanner;
    const { end, wrong } = yield* this.#counted(scanner.scan(chunk, from));
    this.#line = scanner.line;
    if (wrong !== undefined) {
      this.#isAtLineStart = (chunk[end - 1] ?? this.#lastByte) === LINE_FEED;
      // What was wrong is then the value before, which was cut off.
      const begins = this.#isAtLineStart && BRACKETS.includes(chunk[end] as number);
      yield this.#unreadable(`not JSON: ${wrong}`, begins ? scanner.valueLine : scanner.line);
      this.#state = scanner.valueLine === scanner.line ? 'skip line' : 'skip document';
    } else if (scanner.isBetweenValues) this.#state = 'between';
    return end;
  }

  *#counted<T>(items: Generator<Item, T>): Generator<Item, T> {
    for (;;) {
      const next = items.next();
      if (next.done) return next.value;
      this.#isFirst = false;
      yield next.value;
    }
  }

  *#lineOf(chunk: Buffer, from: number): Generator<Item, number> {
    const found = chunk.indexOf(LINE_FEED, from);
    const end = found < 0 ? chunk.length : found;
    this.#pieces.push(Buffer.from(chunk.subarray(from, end)));
    this.#pieceBytes += end - from;
    if (this.#pieceBytes > MOST_BYTES) {
      yield this.#unreadable('a line that is longer than any Kinesis record');
      this.#forget();
      this.#state = 'skip line';
    } else if (found >= 0) {
      yield* this.#wholeLine();
      this.#state = 'between';
    }
    return end;
  }

  *#wholeLine(): Generator<Item> {
    const text = Buffer.concat(this.#pieces).toString('latin1').trim();
    this.#forget();
    const data = bytesOf(text, this.#format);
    if (data !== undefined) {
      this.#isFirst = false;
      yield { kind: 'bytes', data, line: this.#line };
    } else yield this.#unreadable(problemOf(text, this.#format));
  }

  #unreadable(message: string, line = this.#line): Item {
    const hint = this.#isFirst && this.#format === undefined ? HINT : '';
    this.#isFirst = false;
    return { kind: 'unreadable', message: message + hint, line };
  }

  #skip(chunk: Buffer, from: number): number {
    if (this.#state === 'skip document' && this.#isAtLineStart && BRACKETS.includes(chunk[from] as number)) {
      this.#state = 'between';
      return from;
    }
    const end = chunk.indexOf(LINE_FEED, from);
    this.#isAtLineStart = end >= 0;
    if (end < 0) return chunk.length;
    this.#line++;
    if (this.#state === 'skip line') this.#state = 'between';
    return end + 1;
  }

  #forget(): void {
    this.#pieces = [];
    this.#pieceBytes = 0;
  }
}

const HINT = '. --input-format binary takes the whole input for one record';

function bytesOf(text: string, format: TextFormat | undefined): Buffer | undefined {
  if (format !== 'base64' && text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text)) return Buffer.from(text, 'hex');
  if (format !== 'hex' && isBase64(text)) return Buffer.from(text, 'base64');
  return undefined;
}

function isBase64(text: string): boolean {
  const digits = /^([A-Za-z0-9+/_-]*)={0,2}$/.exec(text)?.[1];
  return digits !== undefined && digits.length % 4 !== 1;
}

function problemOf(text: string, format: TextFormat | undefined): string {
  const { length } = text;
  if (format !== undefined)
    return `a line of ${length} characters that is not ${format === 'hex' ? 'hexadecimal' : format}`;
  return `a line of ${length} characters that is not JSON, hexadecimal or base64`;
}
