'use strict';

// Some thousand random cases; `npm test -- differential` runs as many as one likes.

const { KINDS, Tally, runCase } = require('./differential');
const DELTAS = require('./differential/deltas');

const CASES = { deaggregation: 3000, aggregator: 400, aggregate: 300 };

const total = new Tally();

test.each(KINDS)(
  'the packages differ by the listed deltas only: %s',
  async (kind) => {
    const tally = new Tally();
    for (let seed = 1; seed <= CASES[kind]; seed++) {
      const deltas = await runCase(kind, seed);
      tally.add(deltas);
      total.add(deltas);
    }
    expect(tally.equal).toBeGreaterThan(CASES[kind] / 3);
  },
  120_000,
);

test('every delta came up', () => {
  expect(Object.entries(total.deltas).filter(([, cases]) => cases === 0)).toEqual([]);
  expect(Object.keys(total.deltas)).toEqual([...DELTAS]);
});
