'use strict';

// `npm publish` refuses a package with a file missing.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { commands, faces } = require('../../../scripts/faces');
const { TARGETS } = require('../../../scripts/release/targets');
const { ROOT, emptyFolder, failed, place, ran } = require('./tarball');

/** A project that has every file which is to be published, in name. */
function complete() {
  const folder = emptyFolder();
  place(folder, ROOT, 'package.json', 'scripts/release');
  const binaries = Object.keys(TARGETS).map((target) => `prebuilds/kinesis-agg.${target}.node`);
  const shipped = [...faces().flatMap(({ file, types }) => [file, types]), ...commands().map(({ file }) => file)];
  const entries = shipped.map((name) => path.relative(ROOT, name));
  for (const name of ['THIRD-PARTY-LICENSES', ...entries, ...binaries]) {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), '');
  }
  return folder;
}

/** What stands between `folder` and npm. */
const guard = (folder) => [process.execPath, ['scripts/release/complete.js'], { cwd: folder }];

test('all there', () => {
  ran(...guard(complete()));
});

for (const name of ['prebuilds/kinesis-agg.darwin-arm64.node', 'index.d.ts', 'dist/compat.js', 'dist/cli.js']) {
  test(`${name} missing`, () => {
    const folder = complete();
    fs.rmSync(path.join(folder, name));
    assert.match(failed(...guard(folder)), new RegExp(`is not complete; missing:\n {2}${name}\n$`));
  });
}
