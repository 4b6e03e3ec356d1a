'use strict';

// Calls every public function 100 000 times and looks whether memory grows: `npm test -- memory`.

const { execFile } = require('node:child_process');
const { availableParallelism } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { ready } = require('../../../scripts/setup');

ready();
const { DROP_IN, MODERN, PLANTED } = require('./cases');
const { runTests } = require('../../support/report');

const CHILD = path.join(__dirname, 'child.js');
/** A small young generation: how far V8 lets it grow is not the question here. */
const FLAGS = ['--expose-gc', '--max-semi-space-size=1'];

/**
 * What each function of a group leaves behind. A process for each, and one process for each core.
 *
 * @param {'DROP_IN' | 'MODERN' | 'PLANTED'} group
 * @param {string[]} names
 * @returns {Promise<{ name: string, leaks: string[] }[]>}
 */
async function leaksOf(group, names) {
  const found = [];
  const waiting = [...names];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, CHILD, group, name]);
      found.push({ name, leaks: JSON.parse(stdout) });
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return found;
}

/** The names of all that a face exports, and of all that its classes' objects can do. */
function namesOf(face) {
  return Object.entries(face).flatMap(([name, value]) => [
    name,
    ...Object.getOwnPropertyNames(value.prototype ?? {})
      .filter((member) => member !== 'constructor')
      .map((member) => `${name}.${member}`),
  ]);
}

/** A case begins with the name of the function that it calls. */
function withoutCase(face, cases) {
  const called = new Set(Object.keys(cases).map((name) => name.split(/[ ,]/)[0]));
  return namesOf(face).filter((name) => !called.has(name));
}

runTests(async (report) => {
  const faces = [
    { title: 'kinesis-agg', group: 'MODERN', cases: MODERN, face: require('../../..') },
    { title: 'kinesis-agg/compat', group: 'DROP_IN', cases: DROP_IN, face: require('kinesis-agg/compat') },
  ];
  for (const { title, group, cases, face } of faces) {
    report.heading(`${title}: ${Object.keys(cases).length} cases`);
    report.check(`${title}: every public function has a case`, () => {
      const missing = withoutCase(face, cases);
      if (missing.length > 0) throw new Error(`none for ${missing.join(', ')}`);
    });
    for (const { name, leaks } of await leaksOf(/** @type {any} */ (group), Object.keys(cases))) {
      report.check(`${title}: ${name}`, () => {
        if (leaks.length > 0) throw new Error(leaks.join('; '));
      });
    }
  }
  report.heading('planted leaks');
  for (const { name, leaks } of await leaksOf('PLANTED', Object.keys(PLANTED))) {
    report.figure(`${name}: ${leaks.join('; ')}`);
    report.check(`${name} is found`, () => {
      if (leaks.length === 0) throw new Error('it is not');
    });
  }
});
