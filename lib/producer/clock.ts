import type { Environment } from './environment';

/** While records are held, the event loop turns at least that often, and the clock advances by no more in a turn. */
export const LONGEST_STEP_MS = 1000;

/**
 * A clock that stands still while the process does. A Lambda that was frozen, a process that was stopped and an event
 * loop that was blocked come back with at most a second gone, so that nothing expires that could not be tried.
 */
export class Clock {
  #environment: Environment;
  #turnBegan: number;
  #timeThen = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#turnBegan = environment.now();
  }

  now(): number {
    const elapsed = Math.max(0, this.#environment.now() - this.#turnBegan);
    return this.#timeThen + Math.min(elapsed, LONGEST_STEP_MS);
  }

  /** The event loop has come round: a timer has fired, or an answer has come. */
  turn(): void {
    this.#timeThen = this.now();
    this.#turnBegan = this.#environment.now();
  }
}
