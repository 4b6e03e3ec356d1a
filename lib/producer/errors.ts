import type { AggregatedRecord, UserRecord } from '../../index';
import type { Attempt, ProducerErrorCode } from '../../producer';
import { KplError } from '../error';
import { deaggregate } from '../index';

interface Details {
  attempts?: readonly Attempt[];
  mayBeStored?: boolean;
  entry?: AggregatedRecord;
  /** Which of the entry's user records the error tells of; all of them by default. */
  members?: readonly number[];
  errors?: readonly ProducerError[];
  cause?: unknown;
}

export class ProducerError extends KplError {
  declare readonly code: ProducerErrorCode;
  readonly attempts: readonly Attempt[];
  readonly mayBeStored: boolean;
  declare readonly entry?: AggregatedRecord;
  declare readonly errors?: readonly ProducerError[];
  declare readonly cause?: unknown;
  #source: AggregatedRecord | undefined;
  #members: readonly number[] | undefined;
  #userRecords: readonly UserRecord[] | undefined;

  constructor(code: ProducerErrorCode, message: string, details: Details = {}) {
    super(code, message, { cause: details.cause });
    this.attempts = details.attempts ?? [];
    this.mayBeStored = details.mayBeStored ?? false;
    if (details.errors !== undefined) this.errors = details.errors;
    this.#source = details.entry;
    this.#members = details.members;
    // Bytes of users do not belong into a log that prints the error.
    if (details.entry !== undefined && details.members === undefined) {
      Object.defineProperty(this, 'entry', { ...HIDDEN, value: details.entry });
    }
  }

  /** Taken out of the entry when it is first asked for. */
  get userRecords(): readonly UserRecord[] {
    this.#userRecords ??= this.#read();
    return this.#userRecords;
  }

  #read(): readonly UserRecord[] {
    if (this.#source === undefined) return [];
    const all = userRecordsOf(this.#source);
    return this.#members === undefined ? all : this.#members.map((member) => all[member] as UserRecord);
  }
}

Object.defineProperty(ProducerError.prototype, 'name', { value: 'ProducerError', writable: true, configurable: true });

const HIDDEN = { enumerable: false, configurable: true, writable: true };

export function userRecordsOf({ Data, PartitionKey, ExplicitHashKey }: AggregatedRecord): UserRecord[] {
  const userRecords = deaggregate({ Data, PartitionKey, SequenceNumber: '' }, {}) as UserRecord[];
  const [lone] = userRecords;
  // A Kinesis record that is read has no explicit hash key any more; one that is to be put again has.
  if (lone !== undefined && !lone.aggregated && ExplicitHashKey !== undefined) lone.explicitHashKey = ExplicitHashKey;
  return userRecords;
}
