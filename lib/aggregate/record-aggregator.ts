import type { AggregatedRecord, AggregatorOptions, Shard, UserRecordInput } from '../../index';
import { KplError } from '../error';
import { native } from '../native';
import { BufferedAggregator } from './buffered-aggregator';
import { TOGETHER } from './options';

type Callback = (aggregate: AggregatedRecord) => void;

export class RecordAggregator {
  readonly #buffered: BufferedAggregator;
  readonly #callbacks = new Set<Callback>();
  /** Closed aggregates that were not handed over yet, each with a callback that was registered when it closed. */
  #waiting: { readonly callback: Callback; readonly aggregate: AggregatedRecord }[] = [];
  /** 1 while callbacks run. */
  readonly #isDelivering = new Uint32Array(1);

  constructor(options?: AggregatorOptions) {
    this.#buffered = new BufferedAggregator(options);
  }

  addUserRecord(record: UserRecordInput): AggregatedRecord | undefined {
    this.#buffered.add(record);
    const { closed } = this.#buffered;
    if (closed.length === 0 && this.#waiting.length === 0) return undefined;
    // One at most, unless V8 has ended a call before it could give what it had closed.
    return this.#callbacks.size === 0 && this.#waiting.length === 0 ? closed.shift() : this.#handOver()[0];
  }

  addUserRecords(records: Iterable<UserRecordInput>): AggregatedRecord[] {
    this.#buffered.addAll(iterable(records));
    return this.#handOver();
  }

  flush(): AggregatedRecord[] {
    this.#buffered.flush();
    return this.#handOver();
  }

  clear(): void {
    this.#buffered.clear();
  }

  onRecordComplete(callback: Callback): this {
    if (typeof callback !== 'function') {
      throw new KplError('ERR_KPL_OPTION', `onRecordComplete takes a function, got ${typeof callback}`);
    }
    this.#callbacks.add(callback);
    return this;
  }

  clearCallbacks(): void {
    this.#callbacks.clear();
  }

  fits(record: UserRecordInput): boolean {
    return this.#buffered.fits(record);
  }

  setShards(shards: readonly Shard[]): AggregatedRecord[] {
    this.#buffered.setShards(shards);
    return this.#handOver();
  }

  get userRecordCount(): number {
    return this.#buffered.userRecordCount;
  }

  get sizeBytes(): number {
    return this.#buffered.sizeBytes;
  }

  /**
   * To the callbacks if there are any, else to the caller. The core has taken its records by now, so a callback may call
   * us again: what that closes waits its turn.
   */
  #handOver(): AggregatedRecord[] {
    const { closed } = this.#buffered;
    if (this.#callbacks.size > 0 && closed.length > 0) {
      const waiting = [...this.#waiting];
      for (const aggregate of closed) {
        for (const callback of this.#callbacks) waiting.push({ callback, aggregate });
      }
      this.#waiting = waiting;
      this.#buffered.closed = [];
    }
    // The core sets the flag back, since V8 may end a callback in the middle: no aggregator is mute for ever.
    if (this.#waiting.length > 0 && this.#isDelivering[0] === 0) {
      native.whileFlagged(this.#isDelivering, this.#deliver);
    }
    return this.#buffered.drain();
  }

  readonly #deliver = (): void => {
    const failures: unknown[] = [];
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { callback, aggregate } = next;
      try {
        callback(aggregate);
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
}

export function aggregate(records: Iterable<UserRecordInput>, options?: AggregatorOptions): AggregatedRecord[] {
  const buffered = new BufferedAggregator(options, TOGETHER);
  try {
    buffered.addPiecewise(iterable(records));
    buffered.flush();
    return buffered.drain();
  } catch (thrown) {
    // It would keep what is open until a turn of the event loop.
    buffered.clear();
    throw thrown;
  }
}

function iterable(records: Iterable<UserRecordInput>): Iterable<UserRecordInput> {
  if (typeof records === 'object' && records !== null && Symbol.iterator in records) return records;
  throw new KplError('ERR_KPL_DATA', 'records must be an iterable of user records; for one, use addUserRecord');
}
