'use strict';

// Who waits for room.

const { Waiter, WaitingRoom } = require('../../lib/producer/waiting');

const waiter = (cost) => new Waiter({ partitionKey: 'a', data: '' }, { cost, at: 0, deadline: 1000, epoch: {} });

test('as many bytes wait as there may, and those that leave make room for others', () => {
  const room = new WaitingRoom(100);
  const [first, second] = [waiter(60), waiter(40)];
  for (const each of [first, second]) {
    expect(room.admits(each.cost)).toBe(true);
    room.push(each);
  }
  expect(room.admits(1)).toBe(false);
  expect(room.remove(first)).toBe(true);
  expect(room.remove(first)).toBe(false);
  expect(room.admits(60)).toBe(true);
  expect(room.admits(61)).toBe(false);
  expect(room.drain()).toEqual([second]);
  expect(room.admits(100)).toBe(true);
});

test('one that is larger than all of the room waits alone', () => {
  const room = new WaitingRoom(100);
  expect(room.admits(101)).toBe(true);
  room.push(waiter(101));
  expect(room.admits(1)).toBe(false);
});

test('at most 65 536 wait, of any size', () => {
  const room = new WaitingRoom(1_000_000);
  for (let i = 0; i < 65_536; i++) room.push(waiter(1));
  expect(room.admits(1)).toBe(false);
});

test('the error is one for all, as long as it says the truth', () => {
  const room = new WaitingRoom(100);
  const [first, second] = [waiter(60), waiter(40)];
  room.push(first);
  const error = room.fullError();
  expect(error).toMatchObject({
    code: 'ERR_KPL_BUFFER_FULL',
    message: expect.stringContaining('1 user records with 60'),
  });
  expect(room.fullError()).toBe(error);
  room.push(second);
  expect(room.fullError().message).toContain('2 user records with 100');
  room.remove(first);
  expect(room.fullError().message).toContain('1 user records with 40');
});
