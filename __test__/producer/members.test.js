'use strict';

// Which user records are in the books together.

const { Runs } = require('../../lib/producer/members');
const { Batch, Put } = require('../../lib/producer/owners');

const epoch = { pending: 0, whenSettled: [] };

function ofPutAll() {
  const owner = new Batch(false);
  return { owner, runOf: (at, its) => owner.runOf(at, its) };
}

function ofNobody() {
  const runs = new Runs(undefined);
  return { owner: undefined, runOf: (at, its) => runs.of(at, its) };
}

describe.each([
  ['a putAll', ofPutAll],
  ['nobody', ofNobody],
])('those of %s', (_, given) => {
  test('are together for less than a millisecond', () => {
    const { owner, runOf } = given();
    const first = runOf(100, epoch);
    expect(first).toEqual({ owner, at: 100, epoch });
    expect(first.owner).toBe(owner);
    expect(runOf(100.9, epoch)).toBe(first);
    const second = runOf(101, epoch);
    expect(second).toMatchObject({ at: 101, epoch });
    expect(runOf(101.5, epoch)).toBe(second);
  });

  test('that were put before, as one that has waited was, are not', () => {
    const { runOf } = given();
    const first = runOf(200, epoch);
    expect(runOf(199.5, epoch)).not.toBe(first);
    expect(runOf(199.5, epoch).at).toBe(199.5);
  });

  test('of another flush are not', () => {
    const { runOf } = given();
    const next = { pending: 0, whenSettled: [] };
    expect(runOf(300, epoch)).not.toBe(runOf(300, next));
    expect(runOf(300, next).epoch).toBe(next);
  });
});

test('a put is a run by itself', () => {
  const [put, other] = [new Put(), new Put()];
  expect(put.runOf(100, epoch)).toBe(put);
  expect(put).toMatchObject({ at: 100, epoch });
  expect(put.owner).toBe(put);
  expect(other.runOf(100, epoch)).toBe(other);
});
