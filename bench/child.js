'use strict';

// A fresh process for one contestant of one row. Says what it found as JSON on its standard output.
// It loads nothing that a contestant would have to load itself.

const { BEFORE, PACKAGE, usePackageOf } = require('./contestants');
const { readInput } = require('./input');

/**
 * @typedef {object} Order
 * @property {'compare' | NonNullable<import('./rows').Row['measure']>} measure
 * @property {string} job
 * @property {object} [options]
 * @property {string} contestant
 * @property {string} [before] the checkout that the contestant `BEFORE` is taken from
 * @property {string} inputFile
 * @property {number} [warmUpMs]
 * @property {number} [measureMs]
 * @property {number} [leastRuns]
 */

/** @typedef {{ median: number, mean: number, least: number, runs: number, cpu: number }} Finding in ms, or bytes; CPU time in ms */

const REPETITIONS_FOR_MEMORY = 100;
const STEADY_RUNS = 300;

const measures = {
  /** The time of a run in a process that has run for a while. */
  async runs(start, { warmUpMs = 0, measureMs = 0, leastRuns = 1 }) {
    const { run, touch } = start();
    const total = summing(run, touch);
    const expected = total();
    await repeat(total, warmUpMs, 1);

    const cpuBefore = process.cpuUsage();
    const times = await repeat(total, measureMs, leastRuns);
    const cpu = worked(cpuBefore);
    if (total() !== expected) throw new Error('a later run has another result than the first');
    return finding(times, cpu);
  },

  /** The times of the first runs of a process, the very first among them: what one mean over a long life would hide. */
  async steadiness(start, { steadyRuns = STEADY_RUNS }) {
    const { run, touch } = start();
    const cpuBefore = process.cpuUsage();
    const times = await repeat(summing(run, touch), 0, steadyRuns);
    return finding(times, worked(cpuBefore));
  },

  /** Loading and the first run. The clock is read before anything else happens, standard output above all: loading it takes a while. */
  firstRun(start) {
    const cpuBefore = process.cpuUsage();
    const from = process.hrtime.bigint();
    const { run, touch } = start();
    const total = summing(run, touch);
    total();
    const ms = Number(process.hrtime.bigint() - from) / 1e6;
    return finding([ms], worked(cpuBefore));
  },

  /** The memory of a process that runs a hundred times, all in one turn of the event loop: a loop that decodes gives Node no other. */
  peakMemory(start) {
    const { run, touch } = start();
    const total = summing(run, touch);
    const cpuBefore = process.cpuUsage();
    for (let i = 0; i < REPETITIONS_FOR_MEMORY; i++) total();
    return finding([process.resourceUsage().maxRSS * 1024], worked(cpuBefore));
  },
};

/** @param {Order} order */
async function obey(order) {
  const input = readInput(order.inputFile);
  if (order.contestant === BEFORE) usePackageOf(order.before ?? '');
  const job = require(`./jobs/${order.job}`);
  const start = () => job[order.contestant === BEFORE ? PACKAGE : order.contestant](input, order.options);
  const found = order.measure === 'compare' ? compare(start) : await measures[order.measure](start, order);
  console.log(JSON.stringify(found));
}

/** A digest of all results, to be the same for all contestants. */
function compare(start) {
  const { createHash } = require('node:crypto');
  const { run, plain } = start();
  if (plain === undefined) return { digest: undefined };
  const digest = createHash('sha256');
  run((result) => digest.update(plain(result)));
  return { digest: digest.digest('hex') };
}

/**
 * @param {number[]} values of each run
 * @param {number} cpu of all
 * @returns {Finding}
 */
function finding(values, cpu) {
  const sum = values.reduce((a, b) => a + b, 0);
  values.sort((a, b) => a - b);
  const runs = values.length;
  return { median: values[runs >> 1], mean: sum / runs, least: values[0], runs, cpu: cpu / runs };
}

/** The sum of what a run's results hold: a consumer that reads each, and proof that none was skipped. */
function summing(run, touch) {
  let sum = 0;
  const visit = (result) => {
    sum += touch(result);
  };
  return () => {
    sum = 0;
    run(visit);
    return sum;
  };
}

/**
 * One run in each turn of the event loop, as events come. So often that the process has worked for the time given: on a busy
 * machine a clock on the wall would give it less.
 */
async function repeat(total, workMs, leastRuns) {
  const times = [];
  const before = process.cpuUsage();
  do {
    const from = process.hrtime.bigint();
    total();
    times.push(Number(process.hrtime.bigint() - from) / 1e6);
    await new Promise(setImmediate);
  } while (times.length < leastRuns || worked(before) < workMs);
  return times;
}

/** Milliseconds of CPU time, V8's own threads included. */
function worked(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

obey(JSON.parse(process.argv[2]));
