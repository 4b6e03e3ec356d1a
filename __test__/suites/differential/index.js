'use strict';

// Runs the drop-in against aws-kinesis-agg on as many random cases as asked for:
// npm test -- differential --cases 100000 [--seed 1] [--kind deaggregation|aggregator|aggregate]

const { parseArgs } = require('node:util');
const { KINDS, Tally, runCase } = require('../../compat/differential');

/** Of a hundred cases; those with a megabyte of records and those with handlers take their time. */
const SHARES = { deaggregation: 70, aggregator: 15, aggregate: 15 };

async function run({ cases, seed, kind }) {
  const tallies = Object.fromEntries(KINDS.map((name) => [name, new Tally()]));
  const kinds = kind ? [kind] : KINDS.flatMap((name) => Array(SHARES[name]).fill(name));
  for (let i = 0; i < cases; i++) {
    const name = kinds[i % kinds.length];
    tallies[name].add(await runCase(name, seed + i));
    if ((i + 1) % 10_000 === 0) console.error(`${i + 1} cases`);
  }
  return tallies;
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
  },
});

run({ cases: Number(values.cases), seed: Number(values.seed), kind: values.kind }).then(
  (tallies) => {
    for (const [name, { cases, equal, deltas }] of Object.entries(tallies)) {
      console.log(`${name}: ${cases} cases, ${equal} the same in both packages, the others by these deltas:`);
      for (const [delta, count] of Object.entries(deltas)) if (count > 0) console.log(`  ${delta}: ${count}`);
    }
  },
  (failure) => {
    console.error(failure.message);
    process.exitCode = 1;
  },
);
