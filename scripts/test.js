'use strict';

// All tests: `npm test`. Installs and builds what is missing or stale first.

const { ready } = require('./setup');
const { countCargo, countJest, countPlain, runSteps } = require('./steps');

ready();
runSteps([
  {
    name: 'the core, without Node',
    command: ['cargo', 'test', '--no-default-features', '--quiet'],
    count: countCargo,
  },
  {
    name: 'the package, on the built addon',
    command: [process.execPath, require.resolve('jest/bin/jest'), '--ci'],
    count: countJest,
  },
  { name: 'the types', command: [process.execPath, 'scripts/test-types.js'], count: countPlain },
]);
