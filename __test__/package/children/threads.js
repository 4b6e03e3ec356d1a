'use strict';

// Run as a process of its own: eight threads at once, each through the whole face with every result checked. With
// `terminate` as argument they work until they are ended, wherever they then are.

const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const { Tally, workOneRound } = require('../../suites/soak/round');
const { Random } = require('../../support/random');

const THREADS = 8;
const ROUNDS = 3;
const GENERATIONS = 3;

/** @param {{ seed: number, rounds: number }} order */
async function work({ seed, rounds }) {
  const random = new Random(seed);
  const tally = new Tally();
  parentPort?.postMessage('working');
  while (tally.rounds < rounds) await workOneRound(random, tally);
  return tally;
}

/** @param {number} rounds */
function startThreads(rounds) {
  return Array.from({ length: THREADS }, (_, seed) => new Worker(__filename, { workerData: { seed, rounds } }));
}

/** @param {Worker} worker */
function finished(worker) {
  return new Promise((resolve, reject) => {
    worker.on('error', reject).on('message', (message) => message !== 'working' && resolve(message));
  });
}

/** @param {Worker} worker at a moment of its own */
async function terminated(worker, seed) {
  await new Promise((resolve, reject) => worker.once('error', reject).once('message', resolve));
  await new Promise((resolve) => setTimeout(resolve, 7 * seed));
  return worker.terminate();
}

async function main() {
  if (process.argv[2] !== 'terminate') return Promise.all(startThreads(ROUNDS).map(finished));
  const codes = [];
  for (let generation = 0; generation < GENERATIONS; generation++) {
    codes.push(...(await Promise.all(startThreads(Infinity).map(terminated))));
  }
  return { codes, after: await work({ seed: 0, rounds: 1 }) };
}

if (isMainThread) main().then((result) => process.stdout.write(JSON.stringify(result)));
else work(workerData).then((tally) => parentPort?.postMessage({ ...tally }));
