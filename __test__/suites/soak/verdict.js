'use strict';

const { lineThrough } = require('./memory');

const MIB = 2 ** 20;
const HOUR = 3600;
/** By how much resident size may grow, in a run of an hour or more: eight times the standard error of an hour's line. */
const MOST_MIB_PER_HOUR = 16;
/** Before, V8 and the allocator are still finding their size. */
const WARM_UP = 1 / 6;

/**
 * Whether memory stayed level. Garbage moves the line about, and the shorter it is the more: by the power of one and a
 * half, since the same error has less time and fewer samples to even out. So a short run finds coarse leaks alone.
 *
 * @param {import('./memory').Sample[]} samples
 */
function judge(samples) {
  const { seconds, userRecords } = samples[samples.length - 1];
  const settled = samples.filter((row) => row.seconds >= WARM_UP * seconds);
  const line = lineThrough(settled, 'rss');
  const mostPerHour = MOST_MIB_PER_HOUR * Math.max(1, HOUR / seconds) ** 1.5;
  const rss = settled.map((row) => row.rss / MIB);
  return {
    line,
    from: settled[0].seconds,
    mostPerHour: mostPerHour * MIB,
    held: line.perHour / MIB <= mostPerHour,
    text: [
      `${samples.length} samples in ${Math.round(seconds)} s, ${userRecords} user records`,
      `resident size from second ${Math.round(settled[0].seconds)} on: ${mib(Math.min(...rss))} to ${mib(Math.max(...rss))} MiB`,
      ...['rss', 'heapTotal', 'heapUsed', 'external', 'arrayBuffers'].map(
        (column) =>
          `growth of ${column} by the fitted line: ${mib(lineThrough(settled, /** @type {any} */ (column)).perHour / MIB)} MiB an hour`,
      ),
      `allowed for rss: ${mib(mostPerHour)} MiB an hour`,
    ],
  };
}

function mib(value) {
  return value.toFixed(2);
}

module.exports = { judge };
