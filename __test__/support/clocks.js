'use strict';

// Time for tests of deadlines: Node's own, or jest's, which stands still while nothing waits.

const { setTimeout: sleep } = require('node:timers/promises');

/**
 * @typedef {object} Clock
 * @property {(ms: number) => Promise<void>} wait
 * @property {(ms: number) => { getRemainingTimeInMillis(): number }} contextOf a function's with so much time left
 * @property {<T>(promise: Promise<T>) => Promise<T>} until lets time pass until it settles
 */

const contextOf = (/** @type {number} */ ms) => {
  const end = Date.now() + ms;
  return { getRemainingTimeInMillis: () => end - Date.now() };
};

/** @type {Clock} */
const realClock = { wait: (ms) => sleep(ms), contextOf, until: (promise) => promise };

/** @type {Clock} for tests between `jest.useFakeTimers()` and `jest.useRealTimers()` */
const fakeClock = {
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  contextOf,
  until: async (promise) => {
    let isSettled = false;
    promise.then(
      () => (isSettled = true),
      () => (isSettled = true),
    );
    for (let i = 0; i < 10_000 && !isSettled; i++) await jest.advanceTimersByTimeAsync(10);
    return promise;
  },
};

/**
 * Describes something under both clocks.
 *
 * @param {string} name
 * @param {(clock: Clock) => void} tests
 */
function underBothClocks(name, tests) {
  describe(`${name}, on a fake clock`, () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());
    tests(fakeClock);
  });
  describe(`${name}, on the real clock`, () => tests(realClock));
}

module.exports = { underBothClocks };
