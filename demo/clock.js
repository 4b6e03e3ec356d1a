'use strict';

const { performance } = require('node:perf_hooks');

/** Where the time goes: in the package, and on requests. */
class Clock {
  #start = performance.now();
  #inFlight = 0;
  #since = 0;

  put = 0;
  deaggregate = 0;
  /** While at least one PutRecords request was under way: the SDK, the network and the endpoints. */
  requests = 0;

  get total() {
    return performance.now() - this.#start;
  }

  /**
   * @template T
   * @param {'put' | 'deaggregate'} what
   * @param {() => T} work
   */
  package(what, work) {
    const start = performance.now();
    const result = work();
    this[what] += performance.now() - start;
    return result;
  }

  /**
   * @template T
   * @param {() => Promise<T>} request
   */
  async endpoint(request) {
    if (this.#inFlight++ === 0) this.#since = performance.now();
    try {
      return await request();
    } finally {
      if (--this.#inFlight === 0) this.requests += performance.now() - this.#since;
    }
  }
}

module.exports = { Clock };
