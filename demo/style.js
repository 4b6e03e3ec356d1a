'use strict';

// Colours on a terminal, plain text elsewhere. https://no-color.org

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] };

/** @typedef {Record<keyof typeof CODES, (text: string) => string>} Style */

/**
 * @param {{ isTTY?: boolean }} output
 * @param {NodeJS.ProcessEnv} env
 * @returns {Style}
 */
function styleFor(output, env) {
  const isColoured = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return /** @type {Style} */ (
    Object.fromEntries(
      Object.entries(CODES).map(([name, [on, off]]) => [
        name,
        isColoured
          ? (/** @type {string} */ text) => `\x1b[${on}m${text}\x1b[${off}m`
          : (/** @type {string} */ text) => text,
      ]),
    )
  );
}

/**
 * A number with a space between groups of three digits.
 *
 * @param {number} value
 */
function count(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** @param {number} bytes */
function size(bytes) {
  if (bytes < 10_000) return `${count(bytes)} B`;
  return bytes < 10_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** @param {number} milliseconds */
function duration(milliseconds) {
  return milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

/**
 * A share, rounded so that only all is 100 % and only nothing is 0 %.
 *
 * @param {number} part
 * @param {number} whole
 */
function percent(part, whole) {
  if (whole === 0 || part === whole) return part === 0 ? '0 %' : '100 %';
  if (part === 0) return '0 %';
  const share = Math.min(99.9, Math.max(0.1, (100 * part) / whole));
  return `${share.toFixed(1)} %`;
}

module.exports = { count, duration, percent, size, styleFor };
