'use strict';

// Imports run one way: suites and tests stand on support, support on the slow implementations, and those on nothing of ours.

const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');

/** The first two folders of all that the files of a folder require of this project, and of the package itself. */
function foldersRequiredBy(folder) {
  const files = fs.readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => {
      const file = path.join(ROOT, folder, name);
      const names = fs.readFileSync(file, 'utf8').matchAll(/require\(\s*'(\.[^']*|kinesis-agg[^']*)'/g);
      return [...names].map(([, required]) => {
        if (!required.startsWith('.')) return 'the package';
        const parts = path.relative(ROOT, path.join(path.dirname(file), required)).split(path.sep);
        return parts[0] === '' ? 'the package' : parts.slice(0, parts[0] === '__test__' ? 2 : 1).join('/');
      });
    });
  return [...new Set(found)].filter((name) => name !== folder).sort();
}

test.each([
  ['__test__/oracle', []],
  ['__test__/support', ['__test__/oracle', 'the package']],
  ['demo', ['__test__/support', 'scripts', 'the package']],
])('%s stands on %j', (folder, others) => {
  expect(foldersRequiredBy(folder)).toEqual(others);
});
