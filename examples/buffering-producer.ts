import { type AggregatedRecord, RecordAggregator, type UserRecordInput } from 'kinesis-agg';

/** Collects user records and hands over aggregates as they fill, or after `lingerMs` at the latest. */
export class BufferingProducer {
  readonly #aggregator = new RecordAggregator({ maxBytes: 51_200 });
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly put: (entries: AggregatedRecord[]) => void,
    private readonly lingerMs = 100,
  ) {}

  add(record: UserRecordInput): void {
    const closed = this.#aggregator.addUserRecord(record);
    if (closed !== undefined) this.put([closed]);
    this.#timer ??= setTimeout(() => this.flush(), this.lingerMs);
  }

  /** To be called before the process ends, too: what is still open is nowhere else. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const closed = this.#aggregator.flush();
    if (closed.length > 0) this.put(closed);
  }
}
