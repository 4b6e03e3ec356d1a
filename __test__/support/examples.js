'use strict';

// The files of examples/, as modules of the test that asks for them.

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { formatWithOptions } = require('node:util');
const { transformSync } = require('@swc/core');

const EXAMPLES = path.join(__dirname, '..', '..', 'examples');

/**
 * Runs an example and gives what it exports.
 *
 * @param {string} name
 * @returns {any}
 */
function example(name) {
  const file = path.join(EXAMPLES, name);
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser: { syntax: name.endsWith('.ts') ? 'typescript' : 'ecmascript' } },
  });
  const module = { exports: {} };
  new Function('module', 'exports', 'require', code)(module, module.exports, resolve);
  return module.exports;
}

/** @param {string} id */
function resolve(id) {
  return id.startsWith('./') ? example(`${id}.ts`) : require(id);
}

/**
 * Runs a program, which may await at its top, and gives the lines that it prints.
 *
 * @param {string} code
 * @param {{ typescript: boolean }} language
 */
async function printedBy(code, { typescript }) {
  const { code: script } = transformSync(code, {
    filename: 'program',
    swcrc: false,
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser: { syntax: typescript ? 'typescript' : 'ecmascript' } },
  });
  /** @type {string[]} */
  const printed = [];
  const log = (/** @type {unknown[]} */ ...values) => {
    printed.push(...formatWithOptions({ colors: false }, ...values).split('\n'));
  };
  await new AsyncFunction('require', 'exports', 'console', script)(resolve, {}, { log });
  return printed;
}

const AsyncFunction = /** @type {FunctionConstructor} */ (Object.getPrototypeOf(async () => {}).constructor);

/** @returns {import('aws-lambda').KinesisStreamEvent} */
function kinesisEvent() {
  return JSON.parse(readFileSync(path.join(EXAMPLES, 'events', 'kinesis.json'), 'utf8'));
}

module.exports = { EXAMPLES, example, kinesisEvent, printedBy };
