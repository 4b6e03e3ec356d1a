import type { Log } from './log';

const HOUR_MS = 3_600_000;
const WIDE_SHARDS = 16;
const THIN_ENTRY = 4;

/** How many user records entries have. Routing by shards aggregates little where records spread over many of them. */
export class Filling {
  readonly #stream: string;
  readonly #log: Log;
  #since: number;
  #entries = 0;
  #userRecords = 0;

  constructor(stream: string, log: Log, now: number) {
    this.#stream = stream;
    this.#log = log;
    this.#since = now;
  }

  /** An entry was stored, on a stream of so many shards. Warns once an hour if there is a reason. */
  count(userRecords: number, shards: number, now: number): void {
    this.#entries++;
    this.#userRecords += userRecords;
    if (now - this.#since < HOUR_MS) return;
    const userRecordsPerEntry = this.#userRecords / this.#entries;
    this.#since = now;
    this.#entries = 0;
    this.#userRecords = 0;
    if (shards <= WIDE_SHARDS || userRecordsPerEntry >= THIN_ENTRY) return;
    this.#log.warn(
      'WIDE_STREAM',
      "routing 'shards' aggregates little on a stream of so many shards: routing { lanes } or 'pinned' would send fewer entries",
      { stream: this.#stream, shards, userRecordsPerEntry },
    );
  }
}
