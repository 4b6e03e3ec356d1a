'use strict';

// When requests may begin while nothing gets through.

const { Outage } = require('../../lib/producer/outage');

/** The longest of all delays comes with the chance of 1. */
const fail = (outage, now, chance = 1) => outage.requestFailed(now, chance);

function given() {
  const outage = new Outage();
  fail(outage, 0);
  fail(outage, 0);
  return outage;
}

test('begins with the third failure in a row, and says so once', () => {
  const outage = new Outage();
  expect([1, 2, 3, 4].map((now) => [fail(outage, now), outage.isOn])).toEqual([
    [false, false],
    [false, false],
    [true, true],
    [false, true],
  ]);
});

test.each([0, 1, 2])('does not begin if something passed after %d failures', (failures) => {
  const outage = new Outage();
  for (let i = 0; i < failures; i++) fail(outage, 0);
  outage.passed();
  expect([fail(outage, 0), fail(outage, 0), outage.isOn, outage.admits(0)]).toEqual([false, false, false, true]);
  expect(fail(outage, 0)).toBe(true);
});

test('is over with the first answer', () => {
  const outage = given();
  fail(outage, 0);
  expect(outage.admits(0)).toBe(false);
  outage.passed();
  expect([outage.isOn, outage.admits(0)]).toEqual([false, true]);
});

test('each request that fails doubles the wait for the next, up to a second', () => {
  const outage = given();
  let now = 0;
  const waits = Array.from({ length: 6 }, () => {
    fail(outage, now);
    const began = now;
    now = outage.wakesAt(now);
    expect([outage.admits(now - 1), outage.admits(now)]).toEqual([false, true]);
    outage.requestBegins(now);
    return now - began;
  });
  expect(waits).toEqual([100, 200, 400, 800, 1000, 1000]);
});

test('half of the wait is by chance', () => {
  const outage = given();
  fail(outage, 0, 0);
  expect(outage.wakesAt(0)).toBe(50);
});

test('requests that were under way and fail together make nobody wait longer', () => {
  const outage = given();
  for (let i = 0; i < 8; i++) fail(outage, i);
  expect(outage.wakesAt(7)).toBe(107);
});

test('one that hangs lets another try after a second', () => {
  const outage = given();
  fail(outage, 0);
  outage.requestBegins(100);
  expect([outage.admits(1099), outage.admits(1100)]).toEqual([false, true]);
});

test('the next outage begins as gently as the first', () => {
  const outage = given();
  for (let now = 0; now < 5000; now += 1000) {
    fail(outage, now);
    outage.requestBegins(now);
  }
  outage.passed();
  for (let i = 0; i < 3; i++) fail(outage, 10_000);
  expect(outage.wakesAt(10_000)).toBe(10_100);
});
