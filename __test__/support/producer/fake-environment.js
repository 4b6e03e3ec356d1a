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
    for (;;) {
      await nextTurn();
      const immediates = this.#immediates;
      this.#immediates = [];
      for (const callback of immediates) callback();
      if (immediates.length > 0) continue;
      this.#events = this.#events.filter((event) => !event.isCleared);
      const next = this.#events.reduce((first, event) => (first && isBefore(first, event) ? first : event), undefined);
      if (next === undefined || next.at > until) break;
      this.#events.splice(this.#events.indexOf(next), 1);
      this.time = Math.max(this.time, next.at);
      next.callback();
    }
    if (until !== Infinity) this.time = Math.max(this.time, until);
  }

  /** Settles a promise by moving the time on; gives its result. */
  async settle(promise) {
    const settled = promise.then(
      (value) => ({ value }),
      (error) => ({ error }),
    );
    let result;
    settled.then((it) => {
      result = it;
    });
    while (result === undefined) {
      const before = this.time;
      const upcoming = Math.min(...this.#events.filter((event) => !event.isCleared).map(({ at }) => at));
      await this.run(Math.min(upcoming, before + 60_000));
      if (result === undefined && upcoming === Infinity) {
        await this.run(before);
        if (result === undefined && this.#immediates.length === 0 && this.#events.length === 0) {
          throw new Error('the promise never settles: nothing is to be done any more');
        }
      }
    }
    if ('error' in result) throw result.error;
    return result.value;
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
