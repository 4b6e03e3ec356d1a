'use strict';

// Eight threads at once, threads that are ended in mid-call, and garbage collection at every turn. Each in a process of its
// own, since a crash would take the test runner with it.

const { execFileSync } = require('node:child_process');
const path = require('node:path');

/** A child that fails, or is ended by a signal, throws. */
const run = (name, { flags = [], args = [] } = {}) =>
  JSON.parse(
    execFileSync(process.execPath, [...flags, path.join(__dirname, 'children', name), ...args], { encoding: 'utf8' }),
  );

test('eight threads call every function, and each gets its own records back', () => {
  const tallies = run('threads.js');
  expect(tallies).toHaveLength(8);
  for (const tally of tallies) {
    expect(tally).toMatchObject({ rounds: 3 });
    expect(tally.readBack).toBeGreaterThan(tally.userRecords);
    expect(tally.asyncCalls).toBeGreaterThan(0);
  }
});

test('threads that are ended in mid-call leave the process whole', () => {
  const { codes, after } = run('threads.js', { args: ['terminate'] });
  expect(codes).toHaveLength(24);
  expect(after.readBack).toBeGreaterThan(after.userRecords);
});

test('every record comes back while garbage is collected before and after the calls', () => {
  const { collections, readBack, userRecords } = run('collecting.js', { flags: ['--expose-gc'] });
  expect(collections).toBeGreaterThan(300);
  expect(readBack).toBeGreaterThan(userRecords);
});
