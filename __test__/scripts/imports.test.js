'use strict';

// Imports run one way: suites and tests stand on support, support on the slow implementations, and those on nothing of ours.

const fs = require('node:fs');
const path = require('node:path');
const { commands, faces } = require('../../scripts/faces');

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

/** What the sources of a folder import that is not in it, types aside, which leave nothing behind. */
function importedBy(folder) {
  const files = fs.readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = path.join(ROOT, folder, name);
      const imports = fs.readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*? from '(\.[^']*)';$/gm);
      return [...imports].map(([, imported]) => path.relative(ROOT, path.join(path.dirname(file), imported)));
    });
  return [...new Set(found)].filter((name) => !name.startsWith(`${folder}${path.sep}`)).sort();
}

test('the command stands on the public face, as whoever imports the package does', () => {
  expect(importedBy('lib/cli')).toEqual(['lib/index', 'package.json']);
});

test('the reader that goes on past damage stands on nothing, and only the command knows it', () => {
  const room = 'lib/cli/dissection';
  expect(importedBy(room)).toEqual([]);
  const others = fs.readdirSync(path.join(ROOT, 'lib')).filter((name) => name !== 'cli');
  const folders = others.filter((name) => fs.statSync(path.join(ROOT, 'lib', name)).isDirectory());
  expect(folders).toContain('deaggregate');
  for (const folder of folders) {
    expect(importedBy(`lib/${folder}`).filter((name) => name.startsWith('lib/cli'))).toEqual([]);
  }
  for (const { file } of faces()) expect(fs.readFileSync(file, 'utf8')).not.toContain('partition key index');
  expect(fs.readFileSync(commands()[0].file, 'utf8')).toContain('partition key index');
});

test.each([
  ['__test__/oracle', []],
  ['__test__/support', ['__test__/oracle', 'the package']],
  ['demo', ['__test__/support', 'scripts', 'the package']],
])('%s stands on %j', (folder, others) => {
  expect(foldersRequiredBy(folder)).toEqual(others);
});
