'use strict';

// A call of `aggregate` with a handler that takes its time, at random; run on a function of that name, it gives a trace.

const { setImmediate: nextTurn } = require('node:timers/promises');
const { describeUserRecord, makeUserRecord } = require('./user-records');
const { Trace, shown } = require('./trace');

const PROFILES = [
  { oddity: 0, explicitHashKeys: 0.1, largest: 200 },
  { oddity: 0, explicitHashKeys: 0.3, largest: 900_000 },
  { oddity: 0, explicitHashKeys: 0, largest: 1_060_000 },
  { oddity: 0.1, explicitHashKeys: 0.3, largest: 500 },
];
/** More turns than any handler of a case takes, queues included. */
const TURNS = 60;

/** A case's description. */
function describeAggregateCase(random) {
  const profile = random.pick(PROFILES);
  return {
    records: random.list(0, 14, () => describeUserRecord(random, profile)),
    queueSize: random.pick([undefined, undefined, 1, 2, 3, 10, null, '2', 1.5, 0, -1]),
    // For each handler in turn: after how many turns it calls back, and with what.
    handlers: random.list(1, 6, () => ({
      turns: random.pick([0, 0, 1, 2, 5]),
      error: random.chance(0.2),
      isCalledTwice: random.chance(0.1),
      isSilent: random.chance(0.05),
    })),
  };
}

/** What is seen, up to the end or until nothing happens any more. */
async function runAggregateCase(aggregate, { records, queueSize, handlers }) {
  const trace = new Trace();
  let handled = 0;
  const handler = (encoded, callback) => {
    const number = handled++;
    const { turns, error, isCalledTwice, isSilent } = handlers[number % handlers.length];
    trace.note(`handler ${number} got ${shown(encoded)}`);
    const callBack = () => {
      trace.note(`handler ${number} calls back`);
      const values = error ? [new Error(`of ${number}`), { number }] : [null, number];
      for (const call of isCalledTwice ? ['first', 'second'] : ['only']) {
        trace.attempt(`the ${call} callback of ${number}`, () => callback(...values));
      }
    };
    if (isSilent) return;
    if (turns === 0) callBack();
    else after(turns, callBack);
  };
  const call = () =>
    aggregate(records.map(makeUserRecord), handler, trace.callback('afterPut'), trace.callback('error'), queueSize);
  trace.attempt('aggregate', call);
  for (let turn = 0; turn < TURNS; turn++) await nextTurn();
  return trace.take();
}

function after(turns, action) {
  setImmediate(() => (turns > 1 ? after(turns - 1, action) : action()));
}

module.exports = { describeAggregateCase, runAggregateCase };
