'use strict';

// What the package exports, to require and to import.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { commands, faces } = require('../../scripts/faces');
const { thrownBy } = require('../support/thrown');

const child = (name) => path.join(__dirname, 'children', name);
/** Where a package finds itself by its own name. */
const cwd = path.join(__dirname, '..', '..');
const run = (...args) => execFileSync(process.execPath, args, { encoding: 'utf8', cwd });

const NAMES = [
  'KplError',
  'RecordAggregator',
  'UserRecordBatch',
  'aggregate',
  'deaggregate',
  'deaggregateAsync',
  'decode',
  'hashKey',
  'isAggregated',
  'iterDeaggregate',
];

// Where the bundle is missing, the sources would be found in its place without a word.
test.each([...faces(), { specifier: '../..', file: path.join(cwd, 'dist/index.js') }])(
  '$specifier, as the tests load it, is the file that is shipped',
  ({ specifier, file }) => {
    expect(require.resolve(specifier)).toBe(file);
  },
);

test('require gives the public names', () => {
  const face = require('../..');
  expect(Object.keys(face)).toEqual(expect.arrayContaining(NAMES));
  for (const name of NAMES) expect(typeof face[name]).toBe('function');
  for (const name of NAMES) expect(face[name].name).toBe(name);
});

test('no name is exported that the types do not declare', () => {
  const types = require('node:fs').readFileSync(path.join(__dirname, '..', '..', 'index.d.ts'), 'utf8');
  for (const name of Object.keys(require('../..'))) {
    expect(types).toMatch(new RegExp(`export (class|function) ${name}\\b`));
  }
});

test('import finds the same names, and the package by its own name', () => {
  const printed = JSON.parse(run(child('named-imports.mjs')));
  expect(printed.missing).toEqual([]);
  expect(printed.isSame).toBe(true);
  expect(printed.texts).toEqual(['x', 'y']);
  expect(printed.isKplError).toBe(true);
});

test('require works in a process of its own, by the package name', () => {
  const printed = run('-e', "process.stdout.write(Object.keys(require('kinesis-agg')).join())");
  expect(printed.split(',')).toEqual(expect.arrayContaining(NAMES));
});

test('package.json can be required, what is inside cannot', () => {
  expect(run('-p', "require('kinesis-agg/package.json').name").trim()).toBe('kinesis-agg');
  expect(() =>
    execFileSync(process.execPath, ['-e', "require('kinesis-agg/lib/stage')"], { stdio: 'pipe', cwd }),
  ).toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

test('it works in worker threads, many at a time', () => {
  expect(JSON.parse(run(child('workers.js')))).toEqual(Array.from({ length: 6 }, (_, i) => [`x${i}`, `y${i}`]));
});

test('nothing keeps a process alive', () => {
  expect(run('-e', "require('kinesis-agg'); process.stdout.write('done')")).toBe('done');
});

test('what is shipped is small, and yet stacks name the functions that they went through', () => {
  const { RecordAggregator } = require('../..');
  const error = thrownBy(() => new RecordAggregator().addUserRecord(5));
  expect(error.stack).toMatch(/^KplError: .*\n +at readUserRecord .*\n.*\n? +at RecordAggregator\.addUserRecord /);
  for (const { file } of faces()) {
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    // Node prints the line that threw.
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(500);
    expect(lines.length).toBeGreaterThan(5);
  }
});

test('no source is shipped, and compiled at a cold start, twice', () => {
  const maps = [...faces(), ...commands()].map(({ file }) => JSON.parse(fs.readFileSync(`${file}.map`, 'utf8')));
  const sources = maps.flatMap((map) => map.sources).filter((source) => source.startsWith('../lib/'));
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.filter((source, index) => sources.indexOf(source) !== index)).toEqual([]);
});
