'use strict';

// Every kind of JavaScript value in every argument of every public function: a result, or an error that says what is
// wrong; never a crash. It runs in processes of its own, since a crash would take the test runner with it.

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const { status, signal, stdout, stderr } = spawnSync(
  process.execPath,
  [path.join(__dirname, 'children', 'hostile.js')],
  {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  },
);

test('the process lives to the end', () => {
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
});

test('each call gives a result, or a KplError, RangeError or TypeError, or what the value itself threw', () => {
  const { calls, errors, surprises } = JSON.parse(stdout);
  expect(surprises).toEqual([]);
  expect(calls).toBeGreaterThan(9000);
  expect(errors.KplError).toBeGreaterThan(1000);
});

test('nothing that was thrown tells of Rust or of a panic', () => {
  expect(JSON.parse(stdout).panics).toEqual([]);
});

test('the package works as before afterwards', () => {
  expect(JSON.parse(stdout).after).toEqual(['x', 'y']);
});

describe('while prototypes of the language are polluted', () => {
  const child = spawnSync(process.execPath, [path.join(__dirname, 'children', 'polluted.js')], { encoding: 'utf8' });

  test('the process lives to the end', () => {
    expect({ status: child.status, signal: child.signal, stderr: child.stderr }).toEqual({
      status: 0,
      signal: null,
      stderr: '',
    });
  });

  test('nothing reaches the native side that its JavaScript has not checked', () => {
    const { count, panics } = JSON.parse(child.stdout);
    expect(panics).toEqual([]);
    expect(count).toBeGreaterThan(400);
  });

  test('the package works as before as soon as they are clean', () => {
    expect(JSON.parse(child.stdout).spoilt).toEqual([]);
  });
});
