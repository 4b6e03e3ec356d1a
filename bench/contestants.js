'use strict';

// Who competes. Each is loaded where it is used, so that a process pays for its own contestant alone.

const { createRequire } = require('node:module');
const path = require('node:path');

const PACKAGE = 'kinesis-agg';
const BEFORE = 'kinesis-agg before';
const INCUMBENT = 'aws-kinesis-agg';
const BEST_JS = 'best JS';
const KEPT = 'best JS (kept)';
const MD5 = "node:crypto's MD5s";
const CREATE_HASH = 'createHash + BigInt';
const NOBODY = 'nobody';

/** Those that do the job. The others are there to say what a part of it costs. */
const RIVALS = [INCUMBENT, BEST_JS, KEPT, CREATE_HASH];

let packageFolder = path.join(__dirname, '..');

const load = {
  package: () => require(packageFolder),
  dropIn: () => createRequire(path.join(packageFolder, 'package.json'))('kinesis-agg/compat'),
  incumbent: () => require('aws-kinesis-agg'),
  bestJs: () => require('./rivals/best-js'),
};

/**
 * Takes the package from another checkout.
 *
 * @param {string} folder
 */
function usePackageOf(folder) {
  packageFolder = folder;
}

/**
 * @typedef {object} Contestant
 * @property {(visit: (result: any) => void) => void} run does the job once and shows each result
 * @property {(result: any) => number} touch reads a result, as its consumer would; a number, so that nothing is optimised away
 * @property {(result: any) => string} [plain] the result in lines of one form for all contestants, to be compared; without it
 *   there is nothing to compare
 */

/** @typedef {Record<string, (input: any, options: any) => Contestant>} Job starts a contestant on an input, by name */

module.exports = {
  BEFORE,
  BEST_JS,
  CREATE_HASH,
  INCUMBENT,
  KEPT,
  MD5,
  NOBODY,
  PACKAGE,
  RIVALS,
  load,
  usePackageOf,
};
