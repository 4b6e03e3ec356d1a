'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { commands, faces } = require('../../../scripts/faces');
const { withSize } = require('../../../scripts/release/size');
const { TARGETS } = require('../../../scripts/release/targets');
const { CONSUMERS, ROOT, installed, pack, place, ran, withoutRust } = require('./tarball');

const FILES = Object.keys(TARGETS);
const isComplete = FILES.every((name) => fs.existsSync(path.join(ROOT, `prebuilds/kinesis-agg.${name}.node`)));
const bin = (name) => path.join(ROOT, 'node_modules', name);

const home = installed();
place(home, CONSUMERS, ...fs.readdirSync(CONSUMERS));
const env = withoutRust();
const node = (...args) => ran(process.execPath, args, { cwd: home, env });

test('the tarball holds every binary, in less than 2 MB, and less than 4 MB unpacked', {
  skip: !isComplete && 'npm run release:build -- all',
}, () => {
  const { files, size, unpackedSize } = pack();
  const names = files.map((file) => file.path);
  for (const name of FILES) assert.ok(names.includes(`prebuilds/kinesis-agg.${name}.node`), name);
  assert.ok(size < 2e6, `${size} bytes packed`);
  assert.ok(unpackedSize < 4e6, `${unpackedSize} bytes unpacked`);
});

test('docs/platforms.md says how large it is', { skip: !isComplete && 'npm run release:build -- all' }, () => {
  const page = fs.readFileSync(path.join(ROOT, 'docs/platforms.md'), 'utf8');
  assert.strictEqual(page, withSize(page, pack()), 'stale: node scripts/release/size.js');
});

test('the tarball holds nothing but what a user needs', () => {
  const shipped = [...faces().flatMap(({ file, types }) => [file, types]), ...commands().map(({ file }) => file)];
  const needed = shipped.map((name) => path.relative(ROOT, name));
  const isNeeded = (name) =>
    needed.includes(path.normalize(name)) ||
    /^(package\.json|README\.md|LICENSE|THIRD-PARTY-LICENSES|CHANGELOG\.md|prebuilds\/.*\.node)$/.test(name);
  const strangers = pack()
    .files.map((file) => file.path)
    .filter((name) => !isNeeded(name));
  assert.deepStrictEqual(strangers, []);
});

test('the tarball holds the notices of what is linked into the addon', () => {
  const notices = fs.readFileSync(path.join(home, 'node_modules/kinesis-agg/THIRD-PARTY-LICENSES'), 'utf8');
  for (const crate of ['napi', 'prost', 'md-5', 'hashbrown', 'windows-link'])
    assert.match(notices, new RegExp(`^${crate} [\\d.]+ \\(`, 'm'));
});

test('no install script and no run-time dependency', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(home, 'node_modules/kinesis-agg/package.json'), 'utf8'));
  assert.deepStrictEqual(
    Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name)),
    [],
  );
  for (const field of ['dependencies', 'optionalDependencies', 'peerDependencies', 'os', 'cpu'])
    assert.ok(!(field in manifest), field);
});

test('CommonJS', () => assert.match(node('round-trip.cjs'), /round trip of 100/));

test('ESM', () => assert.match(node('round-trip.mjs'), /round trip of 2/));

test('TypeScript to CommonJS and to ESM', () => {
  const options = [
    '--strict',
    '--module',
    'node16',
    '--target',
    'es2022',
    '--lib',
    'es2023',
    '--types',
    'node',
    '--typeRoots',
    bin('@types'),
  ];
  node(bin('typescript/bin/tsc'), ...options, 'round-trip.mts', 'round-trip.cts');
  assert.match(node('round-trip.mjs'), /round trip of 1/);
  assert.match(node('round-trip.cjs'), /round trip of 1/);
});

test('jest, two workers', () => {
  fs.copyFileSync(path.join(home, 'realms.test.js'), path.join(home, 'realms-too.test.js'));
  fs.writeFileSync(path.join(home, 'jest.config.json'), '{ "transform": {} }');
  const { status, stderr } = require('node:child_process').spawnSync(
    process.execPath,
    [bin('jest/bin/jest.js'), '--ci', '--maxWorkers=2'],
    { cwd: home, env, encoding: 'utf8' },
  );
  assert.strictEqual(status, 0, stderr);
  assert.match(stderr, /Tests: +6 passed, 6 total/);
});

test('eight threads load at once and are terminated in mid-call', () => {
  for (let round = 0; round < 3; round++) assert.match(node('threads.cjs'), /8 threads worked/);
});

test('two copies in one process', () => {
  assert.match(node('two-copies.cjs', home, installed()), /two copies worked/);
});

test('installed for another platform, the same files are there', () => {
  const listing = (folder) => fs.readdirSync(path.join(folder, 'node_modules/kinesis-agg/prebuilds'));
  assert.deepStrictEqual(listing(installed('--cpu=arm64', '--os=linux')), listing(home));
});

test('publint', () => {
  ran(process.execPath, [bin('publint/src/cli.js'), '--strict', 'node_modules/kinesis-agg'], { cwd: home });
});

test('are the types wrong?', () => {
  ran(process.execPath, [bin('@arethetypeswrong/cli/dist/index.js'), pack().file], { cwd: home });
});
