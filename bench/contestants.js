'use strict';

// Who competes. Each is loaded where it is used, so that a process pays for its own contestant alone.

const PACKAGE = 'kinesis-agg';
const INCUMBENT = 'aws-kinesis-agg';
const BEST_JS = 'best JS';
const MD5 = "node:crypto's MD5s";
const CREATE_HASH = 'createHash + BigInt';
const NOBODY = 'nobody';

const load = {
  package: () => require('..'),
  dropIn: () => require('kinesis-agg/compat'),
  incumbent: () => require('aws-kinesis-agg'),
  bestJs: () => require('./rivals/best-js'),
};

/**
 * @typedef {object} Contestant
 * @property {(visit: (result: any) => void) => void} run does the job once and shows each result
 * @property {(result: any) => number} touch reads a result, as its consumer would; a number, so that nothing is optimised away
 * @property {(result: any) => string} [plain] the result in lines of one form for all contestants, to be compared; without it
 *   there is nothing to compare
 */

/** @typedef {Record<string, (input: any) => Contestant>} Job starts a contestant on an input, by name */

module.exports = { BEST_JS, CREATE_HASH, INCUMBENT, MD5, NOBODY, PACKAGE, load };
