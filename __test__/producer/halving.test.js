'use strict';

// A request that was refused for its content, halved until the entry at fault stands alone.

const { Halving } = require('../../lib/producer/halving');

test('the parts go one after the other, the first first', () => {
  const halving = new Halving();
  halving.halve([1, 2, 3, 4, 5]);
  expect(halving.next()).toEqual([1, 2, 3]);
  halving.isUnderWay = true;
  expect(halving.next()).toBeUndefined();
  halving.isUnderWay = false;
  halving.halve([1, 2, 3]);
  expect(halving.waiting.flat().sort()).toEqual([1, 2, 3, 4, 5]);
  expect(halving.next()).toEqual([1, 2]);
  expect(halving.next()).toEqual([3]);
  expect(halving.isOver).toBe(false);
  expect(halving.next()).toEqual([4, 5]);
  expect(halving.isOver).toBe(true);
});

describe('what is left shares the fate of eight single entries in a row', () => {
  const given = () => {
    const halving = new Halving();
    halving.halve([1, 2, 3, 4]);
    halving.halve([-3, -2, -1, 0]);
    return halving;
  };
  const refuse = (halving, codes) => codes.flatMap((code) => halving.refused(code));
  const times = (count, code = 'A') => Array.from({ length: count }, () => code);

  test('in order', () => {
    const halving = given();
    expect(refuse(halving, times(7))).toEqual([]);
    expect(halving.refused('A')).toEqual([-3, -2, -1, 0, 1, 2, 3, 4]);
    expect(halving.isOver).toBe(true);
  });

  test('if all were refused with the same name', () => {
    const halving = given();
    expect(refuse(halving, [...times(7), 'B', ...times(7)])).toEqual([]);
    expect(halving.refused('A')).toHaveLength(8);
  });

  test('unless something passed', () => {
    const halving = given();
    halving.passed();
    expect(refuse(halving, times(20))).toEqual([]);
  });
});
