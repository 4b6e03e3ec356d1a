'use strict';

// The API reference, from the types: `npm run docs`.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { ROOT, ready } = require('./setup');

ready();
const typedoc = path.join(path.dirname(require.resolve('typedoc/package.json')), 'bin', 'typedoc');
process.exitCode = spawnSync(process.execPath, [typedoc], { cwd: ROOT, stdio: 'inherit' }).status ?? 1;
