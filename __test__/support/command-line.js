'use strict';

// The command as it is shipped, in a process of its own.

const { spawnSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');
const { bin } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const COMMAND = path.join(ROOT, bin['kinesis-agg']);

/**
 * @param {string[]} args
 * @param {object} [options]
 * @param {string | Buffer} [options.input]
 * @param {string} [options.terminals] which of the standard streams are to be taken for one, such as 'stdout stderr'
 * @param {number} [options.columns] how many such a terminal has
 * @param {boolean} [options.slowly] its clock runs a thousand times as fast, so that it is long at work
 * @param {string} [options.cwd]
 */
function run(args, { input = '', terminals = '', columns = 80, slowly = false, cwd } = {}) {
  const preload = ['--require', path.join(__dirname, 'terminals.js')];
  const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, [...preload, COMMAND, ...args], {
    input,
    cwd,
    env: { ...process.env, TERMINALS: terminals, COLUMNS: String(columns), CLOCK: slowly ? '1000' : '1' },
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  if (error || signal) throw error ?? new Error(`it died by ${signal}\n${stderr}`);
  return { status, stdout, stderr };
}

/** The lines of JSON that it prints. */
function jsonOf(args, options) {
  return linesOf(run(args, options).stdout).map((line) => JSON.parse(line));
}

function linesOf(text) {
  return text.split('\n').slice(0, -1);
}

module.exports = { COMMAND, jsonOf, linesOf, run };
