// Who is told of a failure when there is no promise to reject.

import { ProducerError } from './errors';
import type { Log } from './log';

const MOST_KEPT = 100;
const MOST_KEPT_BYTES = 8 * 1_048_576;

export class Telling {
  #onFailure: ((failure: ProducerError) => void) | undefined;
  #log: Log;
  #stream: string;
  #untold: ProducerError[] = [];
  #untoldBytes = 0;
  #untoldRecords = 0;

  constructor(onFailure: ((failure: ProducerError) => void) | undefined, log: Log, stream: string) {
    this.#onFailure = onFailure;
    this.#log = log;
    this.#stream = stream;
  }

  get isDirect(): boolean {
    return this.#onFailure !== undefined;
  }

  /** Tells `onFailure`, or else keeps the error for the next `flush` or `close`. */
  tell(error: ProducerError, userRecords: number, bytes: number): void {
    if (this.#onFailure !== undefined) {
      try {
        this.#onFailure(error);
      } catch (thrown) {
        this.#log.error('ON_FAILURE', 'onFailure has thrown', {
          stream: this.#stream,
          error: thrown instanceof Error ? thrown.name : typeof thrown,
        });
      }
      return;
    }
    const fields = { stream: this.#stream, code: error.code, attempts: error.attempts.length };
    this.#log.error(error.code, `user records were not stored: ${error.message}`, fields, userRecords);
    this.#untoldRecords += userRecords;
    if (this.#untold.length >= MOST_KEPT || this.#untoldBytes + bytes > MOST_KEPT_BYTES) return;
    this.#untold.push(error);
    this.#untoldBytes += bytes;
  }

  /** The failures that nobody was told of, as one error: now somebody is. */
  takeUntold(): ProducerError | undefined {
    if (this.#untoldRecords === 0) return undefined;
    const errors = this.#untold;
    const error = failed(this.#untoldRecords, errors);
    this.#untold = [];
    this.#untoldBytes = 0;
    this.#untoldRecords = 0;
    return error;
  }

  /** The same, as they are. */
  takeUntoldErrors(): readonly ProducerError[] {
    return this.takeUntold()?.errors ?? [];
  }
}

export function failed(userRecords: number, errors: readonly ProducerError[], cause?: unknown): ProducerError {
  const [first] = errors;
  const because = first === undefined ? '' : `, the first because of ${first.code}: ${first.message}`;
  return new ProducerError('ERR_KPL_FAILED', `${userRecords} user records were not stored${because}`, {
    errors,
    attempts: [],
    mayBeStored: errors.some(({ mayBeStored }) => mayBeStored),
    ...(cause === undefined ? {} : { cause }),
  });
}
