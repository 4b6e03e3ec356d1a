// @ts-nocheck
// Hands encoded records to a handler, no more than so many at a time, with the timing of the older package: never before
// the next turn of the event loop, and the next one as soon as a handler is done.

/**
 * @typedef {object} Callbacks
 * @property {(encoded: any, done: (err?: any, result?: any) => void) => unknown} encodedRecordHandler
 * @property {(err: any, result?: any) => void} onError
 * @property {() => void} onDrained once nothing waits and nothing runs
 */

class HandlerQueue {
  #callbacks;
  #concurrency;
  /** @type {any[]} */
  #waiting = [];
  #running = 0;
  #isStarting = false;
  isStarted = false;

  /**
   * @param {Callbacks} callbacks
   * @param {any} concurrency
   */
  constructor(callbacks, concurrency) {
    if (concurrency === 0) throw new Error('Concurrency must not be zero');
    this.#callbacks = callbacks;
    // Converted once and here: a value that is no number at all has to throw in the caller's own call.
    this.#concurrency = Number(concurrency ?? 1);
  }

  /** @param {any} encoded */
  push(encoded) {
    if (this.#waiting.length === 0) setImmediate(() => this.#start());
    this.#waiting.push(encoded);
    this.isStarted = true;
  }

  #start() {
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.#running < this.#concurrency && this.#waiting.length > 0) this.#handle(this.#waiting.shift());
    this.#isStarting = false;
  }

  /** @param {any} encoded */
  #handle(encoded) {
    const { encodedRecordHandler, onError } = this.#callbacks;
    let state = /** @type {'running' | 'calledBack' | 'settled'} */ ('running');
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

  #end() {
    this.#running--;
    if (this.#running + this.#waiting.length === 0) this.#callbacks.onDrained();
    this.#start();
  }
}

/**
 * @param {any} value
 * @returns {value is PromiseLike<unknown>}
 */
function isThenable(value) {
  return typeof value?.then === 'function';
}

export { HandlerQueue };
