'use strict';

// What goes wrong between the producer and Kinesis: a share of the entries is throttled, a share of the answers lost.

const { FaultEndpoint } = require('../__test__/support/producer/fault-endpoint');

const THROTTLED = { code: 'ProvisionedThroughputExceededException' };

/**
 * Starts an endpoint on loopback that stands before another.
 *
 * @param {{ port: number }} endpoint
 * @param {{ throttle: number, lose: number }} percent
 */
async function startFaults(endpoint, { throttle, lose }) {
  const faults = new FaultEndpoint(endpoint);
  const throttles = everySo(throttle);
  const loses = everySo(lose);
  faults.script = () => {
    faults.requests.length = 0; // nobody here looks at what it was sent
    return { entries: () => (throttles() ? THROTTLED : undefined), ...(loses() && { answers: 'reset' }) };
  };
  await faults.start();
  return faults;
}

/**
 * A function that is true so many times of a hundred, evenly spread.
 *
 * @param {number} percent
 */
function everySo(percent) {
  let due = 0;
  return () => {
    due += percent;
    if (due < 100) return false;
    due -= 100;
    return true;
  };
}

module.exports = { startFaults };
