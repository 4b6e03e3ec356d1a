'use strict';

// What is known of user records in open aggregates, by their ordinals.

const { OpenRecords } = require('../../lib/producer/open-records');

const LAST = 2 ** 32 - 1;

/** Records of these ordinals, each with things of its own. */
function given(...ordinals) {
  const records = new OpenRecords();
  const of = new Map();
  const add = (ordinal) => {
    const what = { owner: { ordinal }, at: ordinal / 2, cost: ordinal + 1, epoch: { pending: 1 } };
    of.set(ordinal, what);
    records.add(ordinal, what.owner, what.at, what.cost, what.epoch);
  };
  for (const ordinal of ordinals) add(ordinal);
  const expectRemoved = (...removed) => {
    const { owners, times, costs, epochs } = records.remove(Uint32Array.from(removed));
    expect(owners.map((owner, i) => ({ owner, at: times[i], cost: costs[i], epoch: epochs[i] }))).toEqual(
      removed.map((ordinal) => of.get(ordinal)),
    );
    expect(epochs.every((epoch, i) => epoch === of.get(removed[i]).epoch)).toBe(true);
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

test('one without an owner', () => {
  const records = new OpenRecords();
  const epoch = { pending: 1 };
  records.add(3, undefined, 4, 5, epoch);
  expect(records.remove(Uint32Array.of(3))).toMatchObject({ owners: [undefined], times: [4], costs: [5] });
});

test('those that stay are as they were, also where the page went and came again', () => {
  const { records, add, expectRemoved } = given(1, 2, 3);
  expectRemoved(2);
  expect(records.at(3)).toBe(1.5);
  expectRemoved(1, 3);
  add(4);
  add(2000);
  expect(records.at(4)).toBe(2);
  expectRemoved(2000, 4);
});

test('nothing is kept of a page once all of it is removed', () => {
  const { records, expectRemoved } = given(10, 11, 1024);
  expectRemoved(10);
  expect(records.at(10)).toBe(5);
  expectRemoved(11);
  expect(records.at(10)).toBe(0);
  expect(records.at(1024)).toBe(512);
});
