'use strict';

// The memory of a soak as an SVG.

const os = require('node:os');
const {
  BLUE,
  LINE,
  ORANGE,
  TEXT,
  VIOLET,
  WIDTH,
  drawing,
  keys,
  level,
  polyline,
  text,
  upright,
} = require('../../../bench/svg');
const { judge } = require('./verdict');

const MIB = 2 ** 20;
const MINUTE = 60;
const [LEFT, RIGHT, TOP, BOTTOM] = [50, WIDTH - 20, 60, 320];
/** Each point is the mean of what falls on it. */
const POINTS = 300;
const COLUMNS = /** @type {const} */ ([
  ['rss', 'resident size', BLUE],
  ['heapUsed', 'used of the heap', VIOLET],
  ['external', 'outside the heap', ORANGE],
]);

/** @param {import('./memory').Sample[]} samples */
function drawMemory(samples) {
  const { seconds: end, userRecords } = samples[samples.length - 1];
  const { line, from } = judge(samples);
  const most = Math.max(...samples.map(({ rss }) => rss / MIB));
  const x = (/** @type {number} */ seconds) => LEFT + ((RIGHT - LEFT) * seconds) / end;
  const y = (/** @type {number} */ bytes) => BOTTOM - ((BOTTOM - TOP) * bytes) / MIB / most;
  const perHour = `${(line.perHour / MIB).toFixed(2)} MiB an hour`;
  const records = `${(userRecords / 1e6).toFixed(1)} million user records aggregated and read back`;
  const title = `Memory of one process in MiB over minutes: ${records} (Node ${process.versions.node}, ${os.cpus()[0].model})`;
  return drawing(title, BOTTOM + 40, [
    keys(36, [...COLUMNS.map(([, name, colour]) => /** @type {[string, string]} */ ([name, colour])), [perHour, TEXT]]),
    ...marksUpTo(most).map(
      (mark) => level(LEFT, RIGHT, y(mark * MIB)) + text(LEFT - 6, y(mark * MIB) + 4, `${mark}`, 'text-anchor="end"'),
    ),
    ...marksUpTo(end / MINUTE).map(
      (mark) =>
        upright(x(mark * MINUTE), TOP, BOTTOM, LINE) +
        text(x(mark * MINUTE), BOTTOM + 16, `${mark}`, 'text-anchor="middle"'),
    ),
    ...COLUMNS.map(([column, , colour]) =>
      polyline(
        thinned(samples, column).map(([seconds, bytes]) => [x(seconds), y(bytes)]),
        colour,
        'stroke-width="1.5"',
      ),
    ),
    polyline(
      [from, end].map((seconds) => [x(seconds), y(line.at(seconds))]),
      TEXT,
      'stroke-dasharray="6 4"',
    ),
  ]);
}

/** @returns {[number, number][]} */
function thinned(samples, column) {
  const width = Math.ceil(samples.length / POINTS);
  const meanOf = (rows, name) => rows.reduce((sum, row) => sum + row[name], 0) / rows.length;
  return Array.from({ length: Math.ceil(samples.length / width) }, (_, i) => {
    const rows = samples.slice(i * width, (i + 1) * width);
    return [meanOf(rows, 'seconds'), meanOf(rows, column)];
  });
}

/** Round numbers from 0 up to `most`, not more than eight. */
function marksUpTo(most) {
  const step = [0.25, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500].find((width) => most / width <= 8) ?? most;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

module.exports = { drawMemory };
