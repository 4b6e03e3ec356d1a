'use strict';

// The command by `npx` from the packed tarball, under each Node that the package supports.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { nodeBinary, versionsOf } = require('../../../bench/node-binary');
const { version } = require('../../../package.json');
const { ROOT, emptyFolder, installed, pack, ran, withoutRust } = require('./tarball');

const RECORDS = path.join(ROOT, 'examples/events/get-records.json');
const LINES = [
  '{"celsius":20.5}',
  '{"celsius":21}',
  '{"celsius":20.75}',
  '{"celsius":18}',
  '{"celsius":19.25}',
  '{"celsius":21.5}',
];

/** An environment in which `node` is this one. */
function under(node) {
  const env = withoutRust();
  fs.rmSync(path.join(env.PATH, 'node'));
  fs.symlinkSync(node, path.join(env.PATH, 'node'));
  return env;
}

for (const major of ['20', '22', '24']) {
  test(`npx kinesis-agg under Node ${major}`, () => {
    const node = process.versions.node.startsWith(`${major}.`) ? process.execPath : nodeBinary(major);
    assert.ok(versionsOf(node).node.startsWith(`${major}.`));
    const cwd = emptyFolder();
    fs.writeFileSync(path.join(cwd, 'package.json'), '{ "private": true }\n');
    const options = { cwd, env: under(node) };
    // From the tarball itself, as `npx kinesis-agg` takes it from the registry.
    const npx = (...args) =>
      ran('npm', ['exec', '--offline', '--yes', '--package', pack().file, '--', 'kinesis-agg', ...args], options);
    assert.strictEqual(npx('--version'), `${version}\n`);
    assert.deepStrictEqual(npx('cat', RECORDS).trimEnd().split('\n'), LINES);
    assert.match(npx('inspect', RECORDS), /3 Kinesis records, 6 user records, 0 broken, 0 dropped by a KCL\n$/);
    assert.strictEqual(npx('verify', '--json', RECORDS), '');
  });
}

const home = installed();

test('installed, it is a command of the project', () => {
  const command = path.join(home, 'node_modules/.bin/kinesis-agg');
  assert.strictEqual(ran(command, ['cat', RECORDS], { cwd: home, env: withoutRust() }).trimEnd().split('\n').length, 6);
});

test('nobody who imports the package loads a line of it, or can', () => {
  const script = `
    for (const face of ['', '/compat', '/producer', '/lambda', '/testing']) require('kinesis-agg' + face);
    console.log(Object.keys(require.cache).filter((file) => file.endsWith('cli.js')).length);
    try { require('kinesis-agg/dist/cli.js'); } catch ({ code }) { console.log(code); }`;
  assert.strictEqual(ran(process.execPath, ['-e', script], { cwd: home }), '0\nERR_PACKAGE_PATH_NOT_EXPORTED\n');
});

test('to a terminal that is one, no control characters', () => {
  const steering = Buffer.from('\x1b[2J\x07\x9b5m\u202e').toString('base64');
  const file = path.join(emptyFolder(), 'record.json');
  fs.writeFileSync(file, JSON.stringify({ Data: steering, PartitionKey: 'a', SequenceNumber: '1' }));
  const command = `'${process.execPath}' '${path.join(home, 'node_modules/kinesis-agg/dist/cli.js')}' cat '${file}'`;
  const { status, stdout, error } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
  assert.ifError(error);
  assert.strictEqual(status, 0);
  assert.strictEqual(stdout, '\\x1b[2J\\x07\\x9b5m\\u{202e}\r\n');
});
