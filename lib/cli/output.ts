// Standard output, written in pieces of some size and no faster than it is taken; messages and progress on standard error.

import { escaped, escapedJson } from './escapes';

const PIECE_BYTES = 64 * 1024;
const PROGRESS_MS = 250;
/** What is over sooner needs no progress. */
const FIRST_PROGRESS_MS = 1000;
const CLEAR_LINE = '\r\x1b[K';

export class Output {
  readonly isTerminal = process.stdout.isTTY === true;
  readonly #showsProgress = process.stderr.isTTY === true;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isProgressShown = false;
  #nextProgress = Date.now() + FIRST_PROGRESS_MS;
  #records = 0;
  #bytesRead = 0;

  /** How many columns a table may have. */
  get columns(): number {
    return Math.max((this.isTerminal && process.stdout.columns) || 80, 80);
  }

  /** Resolves when more may be written. */
  write(bytes: Buffer | string): Promise<void> | undefined {
    // A copy: data is a view, and what waits here would keep all of its Kinesis record in memory.
    const piece = Buffer.from(bytes as Buffer);
    // When the input has nothing more for now, what there is goes out: it may be a pipe that lives for days.
    if (this.#bytes === 0) setImmediate(() => void this.flush());
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    return this.#bytes >= PIECE_BYTES ? this.flush() : undefined;
  }

  /** Text of ours; what it shows of records was escaped. */
  line(text: string): Promise<void> | undefined {
    return this.write(`${text}\n`);
  }

  json(json: string): Promise<void> | undefined {
    return this.line(this.isTerminal ? escapedJson(json) : json);
  }

  flush(): Promise<void> | undefined {
    if (this.#bytes === 0) return undefined;
    this.#clearProgress();
    const written = process.stdout.write(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#bytes = 0;
    return written ? undefined : new Promise((resolve) => process.stdout.once('drain', resolve));
  }

  message(text: string): void {
    this.#clearProgress();
    process.stderr.write(`kinesis-agg: ${escaped(text)}\n`);
  }

  read(bytes: number): void {
    this.#bytesRead += bytes;
  }

  /** Another record was read. */
  progress(): void {
    this.#records++;
    if (!this.#showsProgress || this.#records % 256 !== 0) return;
    const now = Date.now();
    if (now < this.#nextProgress) return;
    this.#nextProgress = now + PROGRESS_MS;
    this.#isProgressShown = true;
    const megabytes = (this.#bytesRead / 1e6).toFixed(0);
    process.stderr.write(`${CLEAR_LINE}${this.#records} Kinesis records, ${megabytes} MB read`);
  }

  async end(): Promise<void> {
    this.#clearProgress();
    await this.flush();
  }

  #clearProgress(): void {
    if (this.#isProgressShown) process.stderr.write(CLEAR_LINE);
    this.#isProgressShown = false;
  }
}
