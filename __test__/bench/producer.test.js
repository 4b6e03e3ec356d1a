'use strict';

// The producer's benchmark runs, and stops where a contestant sends something else than the others.

const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const MAIN = path.join(__dirname, '../../bench/producer/index.js');
const run = (...args) => promisify(execFile)(process.execPath, [MAIN, ...args]);

test('all contestants send the same to the null endpoint, and a row shows its ratios', async () => {
  const { stdout } = await run('--quick', '--row', 'null');
  expect(stdout).toMatch(/KinesisProducer putAll .*wallMs .*requests .*cpu\/record/);
  expect(stdout).toMatch(/by hand takes .*x the wallMs of KinesisProducer put; at least 0.6x: (met|missed)/);
}, 300_000);

test('a row that is not there is told of', async () => {
  await expect(run('--row', 'nothing')).rejects.toMatchObject({ stderr: 'there is no row nothing: see --list\n' });
});
