// When there is no time left to start something. It is asked for before every start, since handlers that give no promise,
// and chains of microtasks, starve timers; and a timer watches it, for the handlers that run meanwhile.

import type { LambdaContext } from '../../lambda';

const MAX_STOP_BEFORE_MS = 10_000;
/** The longest that a timer of Node's can be set to. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export class Deadline {
  readonly #controller = new AbortController();
  readonly #context: LambdaContext | undefined;
  readonly #stopBeforeMs: number;
  #hasCome = false;
  #timer: NodeJS.Timeout | undefined;
  #onCome: () => void = () => {};

  constructor(context: LambdaContext | undefined, stopBeforeMs: number | undefined) {
    this.#context = context;
    this.#stopBeforeMs = stopBeforeMs ?? Math.min(MAX_STOP_BEFORE_MS, this.timeLeft() / 5);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Milliseconds until Lambda ends the function; without a context it never does. */
  timeLeft(): number {
    return this.#context === undefined ? Infinity : this.#context.getRemainingTimeInMillis();
  }

  hasCome(): boolean {
    if (this.#hasCome || this.timeLeft() > this.#stopBeforeMs) return this.#hasCome;
    this.#hasCome = true;
    clearTimeout(this.#timer);
    this.#controller.abort(new DOMException('the time of the invocation is nearly up', 'TimeoutError'));
    this.#onCome();
    return true;
  }

  /** @param onCome called once, when it has come */
  watch(onCome: () => void): void {
    this.#onCome = onCome;
    if (this.#context !== undefined) this.#setTimer();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#onCome = () => {};
  }

  #setTimer(): void {
    const delay = Math.min(MAX_TIMEOUT_MS, Math.max(0, this.timeLeft() - this.#stopBeforeMs));
    // A timer may fire a little early.
    this.#timer = setTimeout(() => this.hasCome() || this.#setTimer(), delay);
  }
}
