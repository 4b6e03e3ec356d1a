'use strict';

// Looks whether memory grows: every public function 100 000 times, and what takes much at once. `npm test -- memory`.

const { execFile } = require('node:child_process');
const { availableParallelism } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { faces } = require('../../../scripts/faces');
const { ready } = require('../../../scripts/setup');

ready();
const { FACES, PLANTED } = require('./cases');
const { testCommandLine } = require('./command-line');
const { PEAKS, PLANTED_PEAKS } = require('./peaks');
const { runTests } = require('../../support/report');

/** A small young generation: how far V8 lets it grow is not the question here. */
const LEAKS = ['--expose-gc', '--max-semi-space-size=1', path.join(__dirname, 'child.js')];
/** As V8 is by default. */
const PEAK = ['--expose-gc', path.join(__dirname, 'peak.js')];

/**
 * What a process for each name says, of which one for each core runs at a time.
 *
 * @param {string[]} args
 * @param {string[]} names
 * @returns {Promise<{ name: string, said: any }[]>}
 */
async function askedFor(args, names) {
  const found = [];
  const waiting = [...names];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { stdout } = await promisify(execFile)(process.execPath, [...args, name]);
      found.push({ name, said: JSON.parse(stdout) });
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
  for (const { specifier, name: face } of faces()) {
    const cases = FACES[face] ?? {};
    report.heading(`${specifier}: ${Object.keys(cases).length} cases`);
    report.check(`${specifier}: every public function has a case`, () => {
      const missing = withoutCase(require(specifier), cases);
      if (missing.length > 0) throw new Error(`none for ${missing.join(', ')}`);
    });
    for (const { name, said: leaks } of await askedFor([...LEAKS, face], Object.keys(cases))) {
      report.check(`${specifier}: ${name}`, () => {
        if (leaks.length > 0) throw new Error(leaks.join('; '));
      });
    }
  }
  report.heading('planted leaks');
  for (const { name, said: leaks } of await askedFor([...LEAKS, 'planted'], Object.keys(PLANTED))) {
    report.figure(`${name}: ${leaks.join('; ')}`);
    report.check(`${name} is found`, () => {
      if (leaks.length === 0) throw new Error('it is not');
    });
  }

  report.heading('peaks');
  for (const { name, said: mib } of await askedFor(PEAK, Object.keys(PEAKS))) {
    const { mostMiB } = PEAKS[name];
    report.figure(`${name}: ${mib.toFixed(1)} MiB of ${mostMiB}`);
    report.check(name, () => {
      if (mib > mostMiB) throw new Error(`it takes ${mib.toFixed(1)} MiB, ${mostMiB} are allowed`);
    });
  }
  for (const { name, said: mib } of await askedFor(PEAK, Object.keys(PLANTED_PEAKS))) {
    const { mostMiB } = PLANTED_PEAKS[name];
    report.figure(`planted, ${name}: ${mib.toFixed(1)} MiB of ${mostMiB}`);
    report.check(`${name}: that is found`, () => {
      if (mib <= mostMiB) throw new Error('it is not');
    });
  }

  await testCommandLine(report);
});
