// Hands encoded records to a handler, no more than so many at a time, with the timing of the older package: never before
// the next turn of the event loop, and the next one as soon as a handler is done.

import type { EncodedRecord } from '../../compat';

export interface Callbacks {
  encodedRecordHandler(encoded: EncodedRecord, done: (err?: unknown, result?: unknown) => void): unknown;
  onError(err: unknown, result?: unknown): void;
  /** Called once nothing waits and nothing runs. */
  onDrained(): void;
}

export class HandlerQueue {
  readonly #callbacks: Callbacks;
  readonly #concurrency: number;
  readonly #waiting: EncodedRecord[] = [];
  #running = 0;
  #isStarting = false;
  isStarted = false;

  constructor(callbacks: Callbacks, concurrency: unknown) {
    if (concurrency === 0) throw new Error('Concurrency must not be zero');
    this.#callbacks = callbacks;
    // Converted once and here: a value that is not a number at all has to throw in the caller's own call.
    this.#concurrency = Number(concurrency ?? 1);
  }

  push(encoded: EncodedRecord): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#start());
    this.#waiting.push(encoded);
    this.isStarted = true;
  }

  #start(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.#running < this.#concurrency) {
      const encoded = this.#waiting.shift();
      if (encoded === undefined) break;
      this.#handle(encoded);
    }
    this.#isStarting = false;
  }

  #handle(encoded: EncodedRecord): void {
    const { encodedRecordHandler, onError } = this.#callbacks;
    let state: 'running' | 'calledBack' | 'settled' = 'running';
    this.#running++;
    const returned = encodedRecordHandler(encoded, (err, result) => {
      if (err) onError(err, result);
      if (state === 'calledBack') throw new Error('Callback was already called.');
      const wasRunning = state === 'running';
      state = 'calledBack';
      if (wasRunning) this.#end();
    });
    if (!isThenable(returned)) return;

    const settled = () => {
      if (state !== 'running') return;
      state = 'settled';
      this.#end();
    };
    // A handler that takes the callback may still call it after its promise has settled, as it always could.
    const takesCallback = encodedRecordHandler.length >= 2;
    returned.then(takesCallback ? undefined : settled, (err) => {
      onError(err);
      settled();
    });
  }

  #end(): void {
    this.#running--;
    if (this.#running + this.#waiting.length === 0) this.#callbacks.onDrained();
    this.#start();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
