'use strict';

// The API reference, from the types: `npm run docs`.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { faces } = require('./faces');
const { ROOT, ready } = require('./setup');

ready();
const entries = faces().flatMap(({ types }) => ['--entryPoints', types]);
const typedoc = path.join(path.dirname(require.resolve('typedoc/package.json')), 'bin', 'typedoc');
process.exitCode =
  spawnSync(process.execPath, [typedoc, ...entries, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' })
    .status ?? 1;
