'use strict';

// What npm runs, and that what is written about it is so.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { scripts } = require('../../package.json');

const ROOT = path.join(__dirname, '../..');
const SUITES = fs.readdirSync(path.join(ROOT, '__test__/suites'));
const documents = ['.ci/run', 'README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md'].concat(
  fs.readdirSync(path.join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? `docs/${name}` : [])),
);

test.each(documents)('%s names commands that exist', (name) => {
  const text = fs.readFileSync(path.join(ROOT, name), 'utf8');
  const run = [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, script]) => script);
  expect(run.filter((script) => !(script in scripts))).toEqual([]);
  const tested = [...text.matchAll(/npm test -- ([a-z][\w-]*)/g)].map(([, suite]) => suite);
  expect(tested.filter((suite) => !SUITES.includes(suite))).toEqual([]);
});

test('npm runs no script of its own accord, except those that belong to its own commands', () => {
  const hooks = Object.keys(scripts).filter((name) => /^(pre|post)/.test(name));
  expect(hooks).toEqual(['prepack', 'prepublishOnly']);
});

test.each(['unknown', 'types.js', '..'])('there is no suite %s: npm test says which there are', (suite) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(ROOT, 'scripts/test.js'), suite], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe(`npm test -- SUITE: there is no suite '${suite}', but ${SUITES.join(', ')}\n`);
});

test('npm test hands a suite its arguments and gives its exit code', () => {
  const command = [path.join(ROOT, 'scripts/test.js'), 'types', '--unknown'];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toContain("Unknown option '--unknown'");
});
