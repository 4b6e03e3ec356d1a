// The user records from the earliest unhandled one on, in the order of the event, and how far the Kinesis record of the
// latest one before them is done.

import type { UserRecord } from '../../index';
import type { EventRecord } from '../../lambda';
import type { UserRecordDelivery } from './delivery';
import type { KinesisRecordRun } from './reader';

/** What is left costs little to move then, against what went. */
const COMPACT_AT = 1024;

export interface Entry<R extends EventRecord> {
  readonly record: UserRecord;
  readonly delivery: UserRecordDelivery<R>;
  readonly run: KinesisRecordRun;
  /** Why it must not be handled, if so. */
  readonly failure: { error: unknown } | undefined;
  outcome: 'handled' | 'dropped' | 'skipped' | undefined;
}

export class Window<R extends EventRecord> {
  #entries: Entry<R>[] = [];
  /** Those before it are done and forgotten. */
  #head = 0;
  /** The Kinesis record of the last user record that was forgotten. */
  #run: KinesisRecordRun | undefined;
  /** How many user records of it were forgotten; they are its first ones. */
  #leading = 0;
  /** How many of these were not skipped. */
  #leadingWorked = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  /** The earliest unhandled user record. */
  get earliest(): Entry<R> | undefined {
    return this.#entries[this.#head];
  }

  /** How many user records of the earliest unhandled one's Kinesis record are done before it. */
  get leading(): number {
    return this.#run === this.earliest?.run ? this.#leading : 0;
  }

  /** How many of them were handled or dropped now, rather than skipped. */
  get leadingWorked(): number {
    return this.#run === this.earliest?.run ? this.#leadingWorked : 0;
  }

  /** How many user records behind the earliest unhandled one are done. */
  get done(): number {
    let count = 0;
    for (let i = this.#head; i < this.#entries.length; i++) if (this.#entries[i]?.outcome !== undefined) count++;
    return count;
  }

  /** The next one in the order of the event. */
  add(entry: Entry<R>): void {
    if (entry.outcome !== undefined && this.length === 0) this.#pass(entry);
    else this.#entries.push(entry);
  }

  /** Forgets what is done up to the earliest unhandled user record. */
  forget(): void {
    for (let entry = this.earliest; entry?.outcome !== undefined; entry = this.earliest) {
      this.#pass(entry);
      this.#head++;
    }
    if (this.#head < COMPACT_AT && this.length > 0) return;
    this.#entries.splice(0, this.#head);
    this.#head = 0;
  }

  #pass({ run, outcome }: Entry<R>): void {
    if (run !== this.#run) {
      this.#run = run;
      this.#leading = 0;
      this.#leadingWorked = 0;
    }
    this.#leading++;
    if (outcome !== 'skipped') this.#leadingWorked++;
  }
}
