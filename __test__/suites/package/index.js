'use strict';

// The packed tarball as users install, bundle and deploy it: `npm test -- package`.

const fs = require('node:fs');
const path = require('node:path');
const { ready } = require('../../../scripts/setup');
const { countNode, runSteps } = require('../../../scripts/steps');

ready();
const files = fs.readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
runSteps([
  {
    name: 'the package as it is installed',
    command: [process.execPath, '--test', '--test-reporter=spec', ...files.map((name) => path.join(__dirname, name))],
    count: countNode,
  },
]);
