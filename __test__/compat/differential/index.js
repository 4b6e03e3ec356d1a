'use strict';

// Random cases, each run three times: on the drop-in, on aws-kinesis-agg 4.2.8, and on a model of the latter without its
// defects. The drop-in must do what the model does in every case; the older package must too, up to the point where the
// model notes a delta. So the two packages differ by the listed deltas and by nothing else.

const assert = require('node:assert');
const older = require('aws-kinesis-agg');
const compat = require('kinesis-agg/compat');
const DELTAS = require('./deltas');
const { describeAggregateCase, runAggregateCase } = require('./aggregate-cases');
const { describeAggregatorCase, runAggregatorCase } = require('./aggregator-cases');
const { describeDeaggregationCase, runDeaggregationCase } = require('./deaggregation-cases');
const { Random } = require('../../support/random');
const { modelAggregate } = require('../../oracle/compat/aggregate');
const { modelDeaggregation } = require('../../oracle/compat/deaggregate');
const { ModelAggregator } = require('../../oracle/compat/record-aggregator');

/** The kinds of cases. Each runs one case and gives the names of the deltas that were noted. */
const KINDS = { deaggregation, aggregator, aggregate };

function deaggregation(random) {
  const described = describeDeaggregationCase(random);
  const deltas = new Set();
  const expected = runDeaggregationCase(modelDeaggregation(deltas), described);
  assert.deepStrictEqual(runDeaggregationCase(compat, described), expected, 'the drop-in and the model');
  if (deltas.size === 0) assert.deepStrictEqual(runDeaggregationCase(older, described), expected, 'the older package');
  return deltas;
}

function aggregator(random) {
  const described = describeAggregatorCase(random);
  const withoutDeltas = (steps) => steps.map(({ deltas: _, ...seen }) => seen);
  const noted = runAggregatorCase(ModelAggregator, described);
  const expected = withoutDeltas(noted);
  assert.deepStrictEqual(
    withoutDeltas(runAggregatorCase(compat.RecordAggregator, described)),
    expected,
    'the drop-in and the model',
  );
  const seen = withoutDeltas(runAggregatorCase(older.RecordAggregator, described));
  const firstDelta = noted.findIndex(({ deltas }) => deltas.length > 0);
  const agreed = firstDelta === -1 ? noted.length : firstDelta;
  assert.deepStrictEqual(seen.slice(0, agreed), expected.slice(0, agreed), 'the older package');
  return new Set(noted.flatMap(({ deltas }) => deltas));
}

async function aggregate(random) {
  const described = describeAggregateCase(random);
  const deltas = new Set();
  const [expected, ours, theirs] = await Promise.all([
    runAggregateCase(modelAggregate(deltas), described),
    runAggregateCase(compat.aggregate, described),
    runAggregateCase(older.aggregate, described),
  ]);
  assert.deepStrictEqual(ours, expected, 'the drop-in and the model');
  if (deltas.size === 0) assert.deepStrictEqual(theirs, expected, 'the older package');
  return deltas;
}

/**
 * Runs the case that a seed makes.
 *
 * @param {keyof typeof KINDS} kind
 * @param {number} seed
 */
async function runCase(kind, seed) {
  try {
    const deltas = await KINDS[kind](new Random(seed));
    for (const delta of deltas) assert(DELTAS.has(delta), `"${delta}" is not in the list of deltas`);
    return deltas;
  } catch (thrown) {
    throw new Error(`${kind} case ${seed}: ${thrown.message}`, { cause: thrown });
  }
}

/** What a run of many cases came to. */
class Tally {
  cases = 0;
  /** Cases in which the older package does the same throughout. */
  equal = 0;
  /** Cases by delta. */
  deltas = Object.fromEntries([...DELTAS].map((name) => [name, 0]));

  add(deltas) {
    this.cases++;
    if (deltas.size === 0) this.equal++;
    for (const name of deltas) this.deltas[name]++;
  }
}

module.exports = { KINDS: Object.keys(KINDS), Tally, runCase };
