/** Time and chance as the producer meets them: tests bring their own. */
export interface Environment {
  /** Monotonic, in milliseconds. */
  now(): number;
  /** Milliseconds since 1970. */
  wallClock(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  setImmediate(callback: () => void): void;
  /** From 0 up to 1. */
  random(): number;
}

export const reality: Environment = {
  now: () => performance.now(),
  wallClock: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  setImmediate: (callback) => {
    setImmediate(callback);
  },
  random: Math.random,
};
