'use strict';

// Run as a process of its own, with --expose-gc: the whole face with every result checked, while garbage is collected
// before and after calls. What the addon holds on to by a thread that is too thin is gone then.

const gc = /** @type {(options?: { type: 'minor' }) => void} */ (globalThis.gc);
const EVERY = 7;
let calls = 0;
let collections = 0;

function collect() {
  if (calls++ % EVERY !== 0) return;
  collections++;
  gc(collections % 2 === 0 ? { type: 'minor' } : undefined);
}

const collecting = {
  apply(call, self, args) {
    collect();
    const result = Reflect.apply(call, self, args);
    collect();
    return result;
  },
  construct(Class, args, target) {
    collect();
    return Reflect.construct(Class, args, target);
  },
};

// Before anything takes the functions out of the faces.
for (const face of [require('../../..'), require('kinesis-agg/compat')]) {
  for (const [name, value] of Object.entries(face)) {
    for (const [method, { value: call }] of Object.entries(Object.getOwnPropertyDescriptors(value.prototype ?? {}))) {
      if (typeof call === 'function' && method !== 'constructor') value.prototype[method] = new Proxy(call, collecting);
    }
    face[name] = new Proxy(value, collecting);
  }
}

const { Tally, workOneRound } = require('../../suites/soak/round');
const { Random } = require('../../support/random');

async function main() {
  const tally = new Tally();
  await workOneRound(new Random(1), tally);
  process.stdout.write(JSON.stringify({ ...tally, collections }));
}

main();
