'use strict';

// Time and chance as a test wants them. Nothing happens by itself: `run` moves the time on from event to event.

const { setImmediate: nextTurn } = require('node:timers/promises');
const { Random } = require('../random');

class FakeEnvironment {
  time = 0;
  #events = [];
  #immediates = [];
  #lastEvent = 0;
  /** The producer's timers that are armed. */
  armed = new Set();
  mostArmed = 0;

  /** @param {number} [seed] */
  constructor(seed = 1) {
    this.chance = new Random(seed);
  }

  /** From 0 up to 1. */
  random() {
    return this.chance.uint32() / 2 ** 32;
  }

  /** What the producer is given. */
  get forProducer() {
    return {
      now: () => this.time,
      wallClock: () => 1_700_000_000_000 + this.time,
      setTimeout: (callback, ms) => {
        const timer = this.after(ms, () => {
          this.armed.delete(timer);
          callback();
        });
        this.armed.add(timer);
        this.mostArmed = Math.max(this.mostArmed, this.armed.size);
        return timer;
      },
      clearTimeout: (timer) => {
        this.armed.delete(timer);
        timer.isCleared = true;
      },
      setImmediate: (callback) => this.#immediates.push(callback),
      random: () => this.random(),
    };
  }

  /** Calls back so many milliseconds from now. */
  after(ms, callback) {
    const event = { at: this.time + ms, order: ++this.#lastEvent, callback, isCleared: false };
    this.#events.push(event);
    return event;
  }

  sleep(ms) {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /**
   * Goes on until nothing is to be done any more, or until a time.
   *
   * @param {number} [until]
   */
  async run(until = Infinity) {
    while (await this.#step(until));
    if (until !== Infinity) this.time = Math.max(this.time, until);
  }

  /** Settles a promise by moving the time on; gives its result. */
  async settle(promise) {
    let isSettled = false;
    const noted = promise.finally(() => {
      isSettled = true;
    });
    noted.catch(() => {});
    while (await this.#step(Infinity)) if (isSettled) return noted;
    await nextTurn();
    if (isSettled) return noted;
    throw new Error('the promise never settles: nothing is to be done any more');
  }

  /** Does the next thing; says whether there was one. */
  async #step(until) {
    await nextTurn();
    const immediates = this.#immediates;
    this.#immediates = [];
    for (const callback of immediates) callback();
    if (immediates.length > 0) return true;
    this.#events = this.#events.filter((event) => !event.isCleared);
    const next = this.#events.reduce((first, event) => (first && isBefore(first, event) ? first : event), undefined);
    if (next === undefined || next.at > until) return false;
    this.#events.splice(this.#events.indexOf(next), 1);
    this.time = Math.max(this.time, next.at);
    next.callback();
    return true;
  }

  /** The process stands still: the time goes on, and nothing happens. */
  freeze(ms) {
    this.time += ms;
  }
}

function isBefore(a, b) {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

module.exports = { FakeEnvironment };
