'use strict';

// One row: its input made, all contestants' results compared, then rounds of fresh processes.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { BEFORE, PACKAGE } = require('./contestants');
const { writeInput } = require('./input');
const { contestantsOf } = require('./rows');

const CHILD = path.join(__dirname, 'child.js');

/** @typedef {import('./rows').Row} Row */
/** @typedef {import('./child').Finding} Finding */

/**
 * @typedef {object} How
 * @property {string[]} command what starts Node
 * @property {string} [before] another checkout of the package, to be measured beside this one
 * @property {any} effort by the kind of measure
 * @property {(text: string) => void} progress
 */

/**
 * @param {Row} row
 * @param {How} how
 */
async function measure(row, { command, before, effort, progress }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-bench-'));
  try {
    progress('making the input');
    const inputFile = path.join(folder, 'input');
    const size = writeInput(inputFile, row);
    const { job, options = {}, measure = 'runs' } = row;
    const ask = (/** @type {string} */ contestant, /** @type {object} */ order) =>
      inFreshProcess(command, { job, options, contestant, before, inputFile, ...order });
    const contestants = before === undefined ? contestantsOf(row) : [...contestantsOf(row), BEFORE];
    await compareResults(row, contestants, ask, progress);
    const order = { measure, ...effort[row.growth ? 'growth' : measure] };
    return { ...size, rounds: await measureRounds(contestants, ask, order, progress), load: os.loadavg()[0] };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function compareResults(row, contestants, ask, progress) {
  let expected;
  for (const contestant of contestants) {
    progress(`comparing the results of ${contestant}`);
    const { digest } = await ask(contestant, { measure: 'compare' });
    expected ??= digest;
    if (digest !== undefined && digest !== expected) {
      throw new Error(`${row.name}: ${contestant} has other results than ${PACKAGE}`);
    }
  }
}

/** Contestants take turns, and the turns change direction each round: A B C, C B A. */
async function measureRounds(contestants, ask, order, progress) {
  /** @type {Record<string, Finding[]>} */
  const rounds = Object.fromEntries(contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < order.rounds; round++) {
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      progress(`round ${round + 1} of ${order.rounds}, ${contestant}`);
      rounds[contestant].push(await ask(contestant, order));
    }
  }
  return rounds;
}

/**
 * @param {string[]} command
 * @param {import('./child').Order} order
 */
async function inFreshProcess([program, ...args], order) {
  try {
    const { stdout } = await promisify(execFile)(program, [...args, CHILD, JSON.stringify(order)]);
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`${order.contestant} failed at ${order.job}: ${error.stderr || error.message}`);
  }
}

module.exports = { measure };
