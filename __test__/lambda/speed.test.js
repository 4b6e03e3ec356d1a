'use strict';

// What the handler costs on top of reading.

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const cwd = path.join(__dirname, '..', '..');
const run = (...args) => Number(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }));

test('50 000 user records through a synchronous handler take at most 1.5 times as long as reading them', () => {
  // The least of up to ten: what disturbs only adds.
  let least = Infinity;
  for (let i = 0; i < 10 && least >= 1.5; i++) {
    least = Math.min(least, run(path.join(__dirname, 'children', 'speed.js')));
  }
  expect(least).toBeLessThan(1.5);
}, 120_000);

test('require takes at most a millisecond more than that of kinesis-agg', () => {
  const script = (name) => `
    const start = performance.now();
    require('${name}');
    const taken = performance.now() - start; // before stdout is opened, which takes as long again
    process.stdout.write(String(taken));`;
  // As a share of the three milliseconds that kinesis-agg takes on an idle machine, since both grow on a busy one. The least of
  // twenty, or of as many as a hundred: what disturbs only adds.
  let [least, withLambda] = [Infinity, Infinity];
  const isLittleMore = () => withLambda - least < least / 3;
  for (let i = 0; i < 20 || (i < 100 && !isLittleMore()); i++) {
    least = Math.min(least, run('-e', script('kinesis-agg')));
    withLambda = Math.min(withLambda, run('-e', script('kinesis-agg/lambda')));
  }
  expect(withLambda - least).toBeLessThan(least / 3);
}, 120_000);
