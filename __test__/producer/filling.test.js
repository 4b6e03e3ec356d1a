'use strict';

// How many user records entries have, and the warning that they are few.

const { Filling } = require('../../lib/producer/filling');

const HOUR = 3_600_000;
const WIDE = 17;

test('each hour is looked at by itself', () => {
  const warn = jest.fn();
  const filling = new Filling('s', { warn }, 0);
  for (let minute = 1; minute < 60; minute++) filling.count(100, WIDE, minute * 60_000);
  filling.count(100, WIDE, HOUR);
  expect(warn).not.toHaveBeenCalled();
  for (let minute = 61; minute < 120; minute++) filling.count(2, WIDE, minute * 60_000);
  expect(warn).not.toHaveBeenCalled();
  filling.count(2, WIDE, 2 * HOUR);
  expect(warn.mock.calls.map(([cause, , fields]) => [cause, fields])).toEqual([
    ['WIDE_STREAM', { stream: 's', shards: WIDE, userRecordsPerEntry: 2 }],
  ]);
});
