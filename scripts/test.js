'use strict';

// `npm test`: all tests of the package. `npm test -- SUITE [ARGUMENTS]`: one of the programs of __test__/suites, with its own
// arguments. Installs and builds what is missing or stale first.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { ROOT, ready } = require('./setup');
const { countCargo, countJest, countPlain, runSteps } = require('./steps');

const SUITES = path.join(ROOT, '__test__/suites');

function testAll() {
  runSteps([
    {
      name: 'the core, without Node',
      command: ['cargo', 'test', '--no-default-features', '--quiet'],
      count: countCargo,
    },
    // Only what the feature adds: the rest is what has just run.
    { name: 'the binding, in Rust', command: ['cargo', 'test', '--lib', '--quiet'], count: countCargo },
    {
      name: 'the package, on the built addon',
      command: [process.execPath, require.resolve('jest/bin/jest'), '--ci'],
      count: countJest,
    },
    { name: 'the types', command: [process.execPath, path.join(SUITES, 'types')], count: countPlain },
  ]);
}

/** @param {string} suite @param {string[]} args */
function testSuite(suite, args) {
  const suites = fs.readdirSync(SUITES);
  if (!suites.includes(suite)) {
    console.error(`npm test -- SUITE: there is no suite '${suite}', but ${suites.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const { status } = spawnSync(process.execPath, [path.join(SUITES, suite), ...args], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

const [suite, ...args] = process.argv.slice(2);
ready();
if (suite === undefined) testAll();
else testSuite(suite, args);
