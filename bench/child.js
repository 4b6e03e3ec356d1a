'use strict';

// A fresh process for one contestant of one row. Says what it found as JSON on its standard output.
// It loads nothing that a contestant would have to load itself.

const { readInput } = require('./input');

/**
 * @typedef {object} Order
 * @property {'compare' | import('./rows').Row['measure']} measure
 * @property {string} job
 * @property {string} contestant
 * @property {string} inputFile
 * @property {number} [warmUpMs]
 * @property {number} [measureMs]
 * @property {number} [leastRuns]
 */

/** @typedef {{ median: number, mean: number, least: number, runs: number, cpu?: number }} Finding in ms, or bytes */

const REPETITIONS_FOR_MEMORY = 100;

const measures = { compare, firstRun, peakMemory, runs };

/** @param {Order} order */
async function obey(order) {
  const input = readInput(order.inputFile);
  const start = require(`./jobs/${order.job}`)[order.contestant];
  console.log(JSON.stringify(await measures[order.measure](() => start(input), order)));
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

/** Loading and the first run. */
function firstRun(start) {
  const from = process.hrtime.bigint();
  const { run, touch } = start();
  const total = summing(run, touch);
  total();
  const ms = Number(process.hrtime.bigint() - from) / 1e6;
  return { median: ms, mean: ms, least: ms, runs: 1 };
}

/** All in one turn of the event loop: a batch that is decoded in a loop gives Node no other. */
function peakMemory(start) {
  const { run, touch } = start();
  const total = summing(run, touch);
  for (let i = 0; i < REPETITIONS_FOR_MEMORY; i++) total();
  const bytes = process.resourceUsage().maxRSS * 1024;
  return { median: bytes, mean: bytes, least: bytes, runs: 1 };
}

/** One run in each turn of the event loop, as events come. */
async function runs(start, { warmUpMs = 0, measureMs = 0, leastRuns = 1 }) {
  const { run, touch } = start();
  const total = summing(run, touch);
  const expected = total();
  await repeat(total, warmUpMs, 1);

  const cpuBefore = process.cpuUsage();
  const times = await repeat(total, measureMs, leastRuns);
  const cpu = worked(cpuBefore);
  if (total() !== expected) throw new Error('a later run has another result than the first');

  const sum = times.reduce((a, b) => a + b, 0);
  times.sort((a, b) => a - b);
  return {
    median: times[times.length >> 1],
    mean: sum / times.length,
    least: times[0],
    runs: times.length,
    cpu: cpu / times.length,
  };
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

/** So often that the process has worked for the time given: on a busy machine a clock on the wall would give it less. */
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

/** Milliseconds of CPU time. */
function worked(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

obey(JSON.parse(process.argv[2]));
