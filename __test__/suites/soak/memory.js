'use strict';

// The process's memory over time: a line of CSV each second, and how much it grows.

const fs = require('node:fs');

const COLUMNS = ['seconds', 'rss', 'heapTotal', 'heapUsed', 'external', 'arrayBuffers', 'userRecords'];
const SECOND = 1000;
const HOUR = 3600;

/**
 * Writes a sample each second; gives a function that ends it. Nothing is kept in memory.
 *
 * @param {string} file
 * @param {() => number} userRecords how many went through so far
 */
function sampleMemory(file, userRecords) {
  const from = process.hrtime.bigint();
  fs.writeFileSync(file, `${COLUMNS.join()}\n`);
  const timer = setInterval(() => {
    const seconds = Number(process.hrtime.bigint() - from) / 1e9;
    const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
    const row = [seconds.toFixed(1), rss, heapTotal, heapUsed, external, arrayBuffers, userRecords()];
    fs.appendFileSync(file, `${row.join()}\n`);
  }, SECOND);
  return () => clearInterval(timer);
}

/**
 * @typedef {{ seconds: number, rss: number, heapTotal: number, heapUsed: number, external: number, arrayBuffers: number,
 *   userRecords: number }} Sample bytes
 */

/**
 * @param {string} file
 * @returns {Sample[]}
 */
function readSamples(file) {
  const [, ...rows] = fs.readFileSync(file, 'utf8').trim().split('\n');
  return rows.map((row) => {
    const values = row.split(',').map(Number);
    return /** @type {any} */ (Object.fromEntries(COLUMNS.map((name, i) => [name, values[i]])));
  });
}

/**
 * The straight line through a column's samples, by least squares.
 *
 * @param {Sample[]} samples
 * @param {keyof Sample} column
 */
function lineThrough(samples, column) {
  const meanOf = (/** @type {keyof Sample} */ name) =>
    samples.reduce((sum, row) => sum + row[name], 0) / samples.length;
  const [meanSeconds, mean] = [meanOf('seconds'), meanOf(column)];
  let [covariance, variance] = [0, 0];
  for (const row of samples) {
    covariance += (row.seconds - meanSeconds) * (row[column] - mean);
    variance += (row.seconds - meanSeconds) ** 2;
  }
  const perSecond = covariance / variance;
  return {
    perHour: perSecond * HOUR,
    at: (/** @type {number} */ seconds) => mean + perSecond * (seconds - meanSeconds),
  };
}

module.exports = { lineThrough, readSamples, sampleMemory };
