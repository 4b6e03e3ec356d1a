'use strict';

// One row: its input made, all contestants' results compared, then rounds of fresh processes.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { PACKAGE } = require('./contestants');
const { writeInput } = require('./input');
const { contestantsOf } = require('./rows');
const { ratio, summary } = require('./statistics');

const CHILD = path.join(__dirname, 'child.js');

/** @typedef {import('./rows').Row} Row */
/** @typedef {import('./child').Finding} Finding */

/**
 * @param {Row} row
 * @param {{ node: string, effort: any, progress: (text: string) => void }} how
 */
async function measure(row, { node, effort, progress }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-bench-'));
  try {
    progress('making the input');
    const inputFile = path.join(folder, 'input');
    const size = writeInput(inputFile, row.workload);
    const ask = (/** @type {string} */ contestant, /** @type {object} */ order) =>
      inFreshProcess(node, { job: row.job, contestant, inputFile, ...order });
    await compareResults(row, ask, progress);
    const rounds = await measureRounds(row, ask, effort[row.growth ? 'growth' : row.measure], progress);
    return { ...findings(row, rounds), ...size, loadAverage: os.loadavg()[0], date: new Date().toISOString(), rounds };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function compareResults(row, ask, progress) {
  let expected;
  for (const contestant of contestantsOf(row)) {
    progress(`comparing the results of ${contestant}`);
    const { digest } = await ask(contestant, { measure: 'compare' });
    expected ??= digest;
    if (digest !== undefined && digest !== expected) {
      throw new Error(`${row.name}: ${contestant} has other results than ${PACKAGE}`);
    }
  }
}

/** Contestants take turns, and the turns change direction each round: A B C, C B A. */
async function measureRounds(row, ask, effort, progress) {
  const contestants = contestantsOf(row);
  /** @type {Record<string, Finding[]>} */
  const rounds = Object.fromEntries(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < effort.rounds; round++) {
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      progress(`round ${round + 1} of ${effort.rounds}, ${contestant}`);
      rounds[contestant].push(await ask(contestant, { measure: row.measure, ...effort }));
    }
  }
  return rounds;
}

/**
 * @param {Row} row
 * @param {Record<string, Finding[]>} rounds
 */
function findings({ title, measure, workload, rivals, targets = {}, growth }, rounds) {
  const contestants = Object.entries(rounds).map(([contestant, found]) => [contestant, summary(found)]);
  const ratios = rivals.map((rival) => [rival, { ...ratio(rounds[PACKAGE], rounds[rival]), target: targets[rival] }]);
  return {
    title,
    unit: measure === 'peakMemory' ? 'bytes' : 'ms',
    workload,
    growth,
    contestants: Object.fromEntries(contestants),
    ratios: Object.fromEntries(ratios),
  };
}

/**
 * @param {string} node
 * @param {import('./child').Order} order
 */
async function inFreshProcess(node, order) {
  try {
    const { stdout } = await promisify(execFile)(node, [CHILD, JSON.stringify(order)]);
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`${order.contestant} failed at ${order.job}: ${error.stderr || error.message}`);
  }
}

module.exports = { measure };
