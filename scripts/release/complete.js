'use strict';

// `npm publish` runs this first: a package with a file missing must not leave the house.

const fs = require('node:fs');
const path = require('node:path');
const { TARGETS } = require('./targets');

const { bin, exports: entries, files, version } = require('../../package.json');
const ROOT = path.join(__dirname, '../..');

const needed = [
  ...files.filter((name) => !name.includes('*')),
  ...Object.values(entries).flatMap((entry) => (typeof entry === 'string' ? [] : Object.values(entry))),
  ...Object.values(bin),
  ...Object.keys(TARGETS).map((target) => `prebuilds/kinesis-agg.${target}.node`),
];
const missing = [...new Set(needed.map(path.normalize))].filter((name) => !fs.existsSync(path.join(ROOT, name)));
if (missing.length > 0) {
  console.error(`kinesis-agg ${version} is not complete; missing:\n  ${missing.join('\n  ')}`);
  process.exit(1);
}
