import type { PutResult } from '../../producer';
import type { Epoch } from './epochs';
import type { ProducerError } from './errors';
import { type Landing, type Owner, type Run, Runs } from './members';

/** A `put`: one user record and its promise. With one record it is a run by itself. */
export class Put implements Owner, Run {
  readonly owner = this;
  at = 0;
  epoch!: Epoch;
  isGone = false;
  /** Takes the promise out of its signal's list. */
  release: (() => void) | undefined;
  #resolve: (result: PutResult) => void;
  #reject: (reason: unknown) => void;

  constructor(resolve: (result: PutResult) => void, reject: (reason: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  runOf(at: number, epoch: Epoch): Run {
    this.at = at;
    this.epoch = epoch;
    return this;
  }

  taken(): void {}

  refused(reason: unknown): void {
    this.reject(reason);
  }

  stored(landing: Landing, subSequenceNumber: number): void {
    if (this.isGone) return;
    this.release?.();
    const { shardId, sequenceNumber, aggregated, mayBeDuplicated, attempts } = landing;
    this.#resolve({ shardId, sequenceNumber, subSequenceNumber, aggregated, mayBeDuplicated, attempts });
  }

  failed(error: ProducerError): void {
    this.reject(error);
  }

  /** Rejects the promise; if its record was taken, it goes on without an owner. */
  reject(reason: unknown): void {
    this.isGone = true;
    this.release?.();
    this.#reject(reason);
  }
}

const MOST_FAILURES = 100;
const MOST_FAILED_BYTES = 8 * 1_048_576;

/** A `putAll`: the records that it has put, and what became of them. */
export class Batch implements Owner {
  isGone = false;
  takenCount = 0;
  storedCount = 0;
  failedCount = 0;
  failures: { error: ProducerError; userRecords: number; bytes: number }[] = [];
  /** Set while somebody waits until all is settled, or too much has failed. */
  onChange: (() => void) | undefined;
  #runs = new Runs(this);
  #failedBytes = 0;
  #mayOverflow: boolean;

  /** @param isTold whether failures are told elsewhere, one by one */
  constructor(isTold: boolean) {
    this.#mayOverflow = !isTold;
  }

  get isSettled(): boolean {
    return this.storedCount + this.failedCount === this.takenCount;
  }

  /** Whether so much has failed that pulling on is of no use. */
  get isBroken(): boolean {
    return this.#mayOverflow && (this.failures.length >= MOST_FAILURES || this.#failedBytes >= MOST_FAILED_BYTES);
  }

  runOf(at: number, epoch: Epoch): Run {
    return this.#runs.of(at, epoch);
  }

  taken(): void {
    this.takenCount++;
  }

  /** The `putAll` itself waits for it. */
  refused(): void {}

  stored(_: Landing, __: number, userRecords: number): void {
    this.storedCount += userRecords;
    this.#changed();
  }

  failed(error: ProducerError, userRecords: number, bytes: number): void {
    this.failedCount += userRecords;
    this.failures.push({ error, userRecords, bytes });
    this.#failedBytes += bytes;
    this.#changed();
  }

  /** Its failures were told to `onFailure`. */
  toldElsewhere(userRecords: number): void {
    this.failedCount += userRecords;
    this.#changed();
  }

  #changed(): void {
    if (this.isSettled || this.isBroken) this.onChange?.();
  }
}
