'use strict';

// Runs commands one after the other, shows what they print, and closes with a line that counts.

const { spawn } = require('node:child_process');
const { ROOT } = require('./setup');

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command
 * @property {(output: string) => { passed: number, failed: number }} [count] how many tests the output tells of; without
 *   it the step itself is one
 */

/** @param {Step[]} steps */
async function runSteps(steps) {
  let [passed, failed] = [0, 0];
  for (const step of steps) {
    console.log(`\n=== ${step.name}: ${step.command.join(' ')}`);
    const { status, output } = await run(step.command);
    const counted = step.count?.(output) ?? { passed: Number(status === 0), failed: Number(status !== 0) };
    passed += counted.passed;
    failed += counted.failed;
    // A runner that dies, or finds nothing to run, has not passed.
    if (counted.failed === 0 && (status !== 0 || counted.passed === 0)) failed += 1;
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/**
 * @param {string[]} command
 * @returns {Promise<{ status: number | null, output: string }>}
 */
function run([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.setEncoding('utf8').on('data', (text) => {
        output += text;
        to.write(text);
      });
    }
    child.on('error', (error) => resolve({ status: 1, output: String(error) }));
    child.on('close', (status) => resolve({ status, output }));
  });
}

/**
 * Adds up what a pattern's groups `passed` and `failed` match in an output.
 *
 * @param {RegExp} pattern
 */
function counting(pattern) {
  return (/** @type {string} */ output) => {
    const sum = { passed: 0, failed: 0 };
    for (const { groups } of output.matchAll(pattern)) {
      sum.passed += Number(groups?.passed ?? 0);
      sum.failed += Number(groups?.failed ?? 0);
    }
    return sum;
  };
}

const countCargo = counting(/^test result: \S+ (?<passed>\d+) passed; (?<failed>\d+) failed/gm);
const countJest = counting(/^Tests: +(?:(?<failed>\d+) failed, )?(?:\d+ skipped, )?(?:(?<passed>\d+) passed, )?/gm);
const countNode = counting(/^ℹ (?:pass (?<passed>\d+)|fail (?<failed>\d+))$/gm);
const countPlain = counting(/^(?<passed>\d+) passed, (?<failed>\d+) failed$/gm);

module.exports = { countCargo, countJest, countNode, countPlain, runSteps };
