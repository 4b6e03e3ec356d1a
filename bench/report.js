'use strict';

// Findings as a table to read in a terminal.

const { MD5, NOBODY, PACKAGE } = require('./contestants');

/** @param {Awaited<ReturnType<typeof import('./measure').measure>>} found */
function report(found) {
  const lines = Object.entries(found.contestants).map(([contestant, summary]) =>
    [contestant.padEnd(22), ...figures(found, summary), against(contestant, found.ratios[contestant])].join(''),
  );
  return [`\n${found.title}${size(found)}`, ...lines].join('\n');
}

/** What stands above the columns. */
function heading() {
  const columns = ['median', 'mean', 'least', 'per record'].map((name) => name.padStart(12));
  return `${' '.repeat(22)}${columns.join('')}   times as much as kinesis-agg: median (mean, CPU time), target`;
}

function figures({ unit, userRecords }, { median, mean, least }) {
  const all = [median, mean, least].map((value) => (unit === 'bytes' ? megabytes(value) : milliseconds(value)));
  const perRecord = unit === 'ms' && userRecords > 0 ? `${((1e6 * median) / userRecords).toFixed(0)} ns` : '';
  return [...all, perRecord].map((text) => text.padStart(12));
}

function against(contestant, ratio) {
  if (ratio === undefined) return '';
  const { median, mean, cpu, target } = ratio;
  const also = cpu === undefined ? times(mean) : `${times(mean)}, ${times(cpu)}`;
  const judged = target === undefined ? '' : `, target ${times(target)}: ${median >= target ? 'met' : 'missed'}`;
  const wins = median < 1 && doesTheJob(contestant) ? `, better than ${PACKAGE}` : '';
  return `   ${times(median)} (${also})${judged}${wins}`;
}

function doesTheJob(contestant) {
  return contestant !== MD5 && contestant !== NOBODY;
}

function size({ userRecords, bytes }) {
  return userRecords === 0 ? '' : `\n${userRecords} user records, ${megabytes(bytes)}`;
}

/** @param {number} ratio */
function times(ratio) {
  return `${ratio.toFixed(ratio < 10 ? 2 : 1)}x`;
}

/** @param {number} ms */
function milliseconds(ms) {
  return `${ms.toPrecision(3)} ms`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toPrecision(3)} MB`;
}

module.exports = { heading, report };
