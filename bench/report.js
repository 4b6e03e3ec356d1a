'use strict';

// Findings as a table to read in a terminal.

const { PACKAGE, RIVALS } = require('./contestants');
const { evaluate } = require('./statistics');

/**
 * @param {import('./rows').Row} row
 * @param {Awaited<ReturnType<typeof import('./measure').measure>>} measured
 */
function report(row, { rounds, userRecords, bytes }) {
  const { figures, rivals, limits } = evaluate(row, rounds);
  const show = (name, of, judged) =>
    [name.padEnd(22), ...columns(row, of, userRecords).map((text) => text.padStart(12)), judged].join('');
  const size = userRecords === 0 ? [] : [`${userRecords} user records, ${megabytes(bytes)}`];
  return [
    `\n${row.title.replaceAll('`', '')}`,
    ...size,
    show(PACKAGE, figures, limits.map((limit) => `   ${limited(limit, figures)}`).join('')),
    ...rivals.map((rival) => show(rival.contestant, rival.figures, `   ${against(rival)}`)),
  ].join('\n');
}

/** What stands above the columns. */
function heading() {
  const names = ['median', 'mean', 'CPU', 'per record'].map((name) => name.padStart(12));
  return `${' '.repeat(22)}${names.join('')}   times as much as kinesis-agg: median, mean, CPU; target`;
}

function columns({ measure }, { median, mean, cpu }, userRecords) {
  const isMemory = measure === 'peakMemory';
  const perRecord = !isMemory && userRecords > 0 ? `${((1e6 * median) / userRecords).toFixed(0)} ns` : '';
  return [...[median, mean].map(isMemory ? megabytes : milliseconds), milliseconds(cpu), perRecord];
}

function against({ contestant, times, target, isMet }) {
  const ratios = [times.median, times.mean, times.cpu].map((value) => `${twoDigits(value)}x`).join(', ');
  const judged = target === undefined ? '' : `; ${target}x ${isMet ? 'met' : 'missed'}`;
  const wins = times.median < 1 && RIVALS.includes(contestant) ? `; better than ${PACKAGE}` : '';
  return ratios + judged + wins;
}

function limited({ what, most, isMet }, figures) {
  const name = what === 'meanToMedian' ? "the worst round's mean by its median" : what;
  return `${name} ${twoDigits(figures[what])}; at most ${most}: ${isMet ? 'met' : 'missed'}`;
}

/** @param {number} value */
function twoDigits(value) {
  return value.toFixed(value < 10 ? 2 : 1);
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
