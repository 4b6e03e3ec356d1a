// A routing that the caller has switched on: any number of open aggregates, which the core keeps to itself.

import type { AggregatorOptions, EncodedRecord } from '../../compat';
import { Intake } from '../aggregate/buffered-aggregator';
import { openAggregator } from '../aggregate/options';
import { encodedRecord } from './encoded-record';
import type { Batches } from './record-aggregator';
import { type Deliver, Undelivered } from './undelivered';
import type { GivenUserRecord, LooseUserRecord } from './user-record';

export class RoutedBatches implements Batches {
  readonly #intake: Intake;
  readonly #closed = new Undelivered();
  constructor(options: AggregatorOptions) {
    this.#intake = new Intake(openAggregator(options, { checkKeys: false, sealLater: false }));
  }

  /** None: the core does not keep the objects. */
  get records(): LooseUserRecord[] {
    return [];
  }

  get length(): number {
    return this.#closed.userRecords + this.#intake.userRecordCount();
  }

  get totalBytes(): number {
    return this.#intake.messageBytes();
  }

  fits(userRecord: GivenUserRecord): boolean {
    return this.#intake.joins(userRecord);
  }

  fitsAlone(userRecord: GivenUserRecord): boolean {
    return this.#intake.fitsWrapped(userRecord);
  }

  sizeOf(userRecord: GivenUserRecord): number {
    return this.#intake.userRecordLen(userRecord);
  }

  join(userRecord: GivenUserRecord): boolean {
    return this.#intake.join(userRecord);
  }

  joinAfterClosing(userRecord: GivenUserRecord, deliver: Deliver): void {
    this.#keep(this.#intake.take(userRecord));
    this.#closed.deliverTo(deliver);
  }

  closeAll(deliver: Deliver): void {
    this.#keep(this.#intake.flush());
    this.#closed.deliverTo(deliver);
  }

  closeOne(): EncodedRecord | undefined {
    if (this.#closed.isEmpty) this.#keep(this.#intake.flush());
    return this.#closed.shift();
  }

  clear(): void {
    this.#intake.clear();
    this.#closed.clear();
  }

  #keep(values: (Buffer | string | number | null)[] | null): void {
    for (let i = 0; values !== null && i < values.length; i += 4) {
      const [data, partitionKey, explicitHashKey, userRecords] = values.slice(i, i + 4);
      const encoded = encodedRecord(partitionKey, data as Buffer, explicitHashKey ?? undefined);
      this.#closed.push(encoded, userRecords as number);
    }
  }
}
