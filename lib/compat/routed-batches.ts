// A routing that the caller has switched on: any number of open aggregates, which the core keeps to itself.

import type { AggregatorOptions, EncodedRecord } from '../../compat';
import { BufferedAggregator } from '../aggregate/buffered-aggregator';
import { DROP_IN } from '../aggregate/options';
import { encodedRecord } from './encoded-record';
import type { Batches } from './record-aggregator';
import { type Deliver, Undelivered } from './undelivered';
import type { GivenUserRecord, LooseUserRecord } from './user-record';

export class RoutedBatches implements Batches {
  readonly buffered: BufferedAggregator;
  readonly #closed = new Undelivered();
  constructor(options: AggregatorOptions) {
    this.buffered = new BufferedAggregator(options, DROP_IN);
  }

  /** None: the core does not keep the objects. */
  get records(): LooseUserRecord[] {
    return [];
  }

  get length(): number {
    return this.#closed.userRecords + this.buffered.userRecordCount;
  }

  get totalBytes(): number {
    return this.buffered.sizeBytes;
  }

  join(userRecord: GivenUserRecord): boolean {
    if (!this.buffered.joins(userRecord)) return false;
    this.buffered.take(userRecord);
    return true;
  }

  joinAfterClosing(userRecord: GivenUserRecord, deliver: Deliver): void {
    this.buffered.take(userRecord);
    this.#keepClosed();
    this.#closed.deliverTo(deliver);
  }

  closeAll(deliver: Deliver): void {
    this.#flush();
    this.#closed.deliverTo(deliver);
  }

  closeOne(): EncodedRecord | undefined {
    if (this.#closed.isEmpty) this.#flush();
    return this.#closed.shift();
  }

  clear(): void {
    this.buffered.clear();
    this.#closed.clear();
  }

  #flush(): void {
    this.buffered.flush();
    this.#keepClosed();
  }

  #keepClosed(): void {
    for (const { Data, PartitionKey, ExplicitHashKey, userRecordCount } of this.buffered.drain()) {
      this.#closed.push(encodedRecord(PartitionKey, Data, ExplicitHashKey), userRecordCount);
    }
  }
}
