import { type AggregatedRecord, RecordAggregator, type UserRecordInput } from 'kinesis-agg';
import { requests } from './producer';

/**
 * Collects user records and sends aggregates as they close, after `lingerMs` at the latest. `put(entries)` sends one
 * PutRecords request and resends what failed; `onFailed` hears of entries that it gave up.
 */
export class BufferingProducer {
  readonly #aggregator = new RecordAggregator();
  #timer: NodeJS.Timeout | undefined;
  #sending = Promise.resolve();

  constructor(
    private readonly put: (entries: AggregatedRecord[]) => Promise<void>,
    private readonly onFailed: (error: unknown, entries: AggregatedRecord[]) => void,
    private readonly lingerMs = 100,
  ) {}

  add(record: UserRecordInput): void {
    const closed = this.#aggregator.addUserRecord(record);
    if (closed !== undefined) this.#send([closed]);
    this.#timer ??= setTimeout(() => void this.flush(), this.lingerMs);
  }

  /** Sends what is still open. Await it before the process ends: what is open is nowhere else. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#send(this.#aggregator.flush());
    return this.#sending;
  }

  #send(entries: AggregatedRecord[]): void {
    for (const request of requests(entries)) {
      this.#sending = this.#sending.then(() => this.put(request)).catch((error) => this.onFailed(error, request));
    }
  }
}
