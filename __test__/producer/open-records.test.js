'use strict';

// What is known of user records in open aggregates, by their ordinals.

const { OpenRecords } = require('../../lib/producer/open-records');

const LAST = 2 ** 32 - 1;

function runsOf(members) {
  const runs = [];
  members.forEachRun((...run) => runs.push(run));
  return runs;
}

/** Records of these ordinals, each with things of its own. */
function given(...ordinals) {
  const records = new OpenRecords();
  const of = new Map();
  const add = (ordinal) => {
    const run = { owner: { ordinal }, at: ordinal / 2, epoch: { pending: 1 } };
    of.set(ordinal, run);
    records.add(ordinal, run, ordinal + 1);
  };
  for (const ordinal of ordinals) add(ordinal);
  const expectRemoved = (...removed) => {
    const members = records.remove(Uint32Array.from(removed));
    expect(members).toMatchObject({
      length: removed.length,
      cost: removed.reduce((sum, ordinal) => sum + ordinal + 1, 0),
    });
    expect(runsOf(members)).toEqual(removed.map((ordinal, place) => [of.get(ordinal), place, 1]));
    expect(removed.every((ordinal, place) => members.runAt(place) === of.get(ordinal))).toBe(true);
  };
  return { records, add, expectRemoved };
}

test('they come out with all that went in, in the order that is asked for', () => {
  const { expectRemoved } = given(7, 8, 9);
  expectRemoved(9, 7, 8);
});

test('those of several pages, and around the end of the ordinals', () => {
  const { records, expectRemoved } = given(1023, 1024, 1025, 5000, LAST, 0);
  expect([1023, 1024, 5000, LAST, 0].map((ordinal) => records.at(ordinal))).toEqual([511.5, 512, 2500, LAST / 2, 0]);
  expectRemoved(LAST, 0, 1024, 5000);
  expectRemoved(1025, 1023);
});

test('they are counted', () => {
  const { records, expectRemoved } = given(1, 2, 2000);
  expect(records.count).toBe(3);
  expectRemoved(2, 2000);
  expect(records.count).toBe(1);
  expectRemoved(1);
  expect(records.count).toBe(0);
});

test('those of a run that follow one another are one in the books, and a run that comes again is another', () => {
  const records = new OpenRecords();
  const [a, b] = [1, 2].map((at) => ({ owner: undefined, at, epoch: { pending: 3 } }));
  for (const [ordinal, run] of [a, a, b, a, a, a].entries()) records.add(ordinal, run, 10 ** ordinal);
  const members = records.remove(Uint32Array.of(0, 1, 2, 4, 5));
  expect(runsOf(members)).toEqual([
    [a, 0, 2],
    [b, 2, 1],
    [a, 3, 2],
  ]);
  expect([0, 1, 2, 3, 4].map((place) => members.runAt(place).at)).toEqual([1, 1, 2, 1, 1]);
  expect(members).toMatchObject({ length: 5, cost: 110_111 });
});

test('those that stay are as they were, also where the page went and came again', () => {
  const { records, add, expectRemoved } = given(1, 2, 3);
  expectRemoved(2);
  expect(records.at(3)).toBe(1.5);
  expectRemoved(1, 3);
  add(2000);
  add(4);
  expect(records.at(4)).toBe(2);
  expectRemoved(2000, 4);
});

test('nothing is kept of one that was removed', () => {
  const { records, expectRemoved } = given(10, 11, 1024);
  expect(records.at(10)).toBe(5);
  expectRemoved(10);
  expect(() => records.at(10)).toThrow(TypeError);
  expectRemoved(11);
  expect(() => records.at(11)).toThrow(TypeError);
  expect(records.at(1024)).toBe(512);
});

test('what it holds goes with the records', () => {
  const records = new OpenRecords();
  const run = { owner: undefined, at: 0, epoch: { pending: 0 } };
  const before = process.memoryUsage().arrayBuffers;
  // One of a thousand ordinals, 20 000 times: 160 MB, if all of it stayed.
  for (let ordinal = 0; ordinal < 20_480_000; ordinal += 1024) {
    records.add(ordinal, run, 1);
    records.remove(Uint32Array.of(ordinal));
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(120e6);
});
