'use strict';

// Which entries may go, where order per partition key is kept.

const { Order } = require('../../lib/producer/order');

let lastId = 0;
const entry = (deadline = 1000) => ({ id: ++lastId, deadline, blockers: 0, blocked: [] });
const interval = (first, last) => ({ first: BigInt(first), last: BigInt(last) });

test('of a group, one entry at a time, in order', () => {
  const order = new Order();
  const [a, b, c, other] = [entry(), entry(), entry(), entry()];
  expect(order.enqueue(a, 'group')).toEqual([a]);
  expect(order.enqueue(b, 'group')).toEqual([]);
  expect(order.enqueue(c, 'group')).toEqual([]);
  expect(order.enqueue(other, 'other group')).toEqual([other]);
  expect(order.queued()).toEqual([b, c]);
  expect(order.settle(a)).toEqual({ ready: [b], isGroupDone: false });
  expect(order.settle(b)).toEqual({ ready: [c], isGroupDone: false });
  expect(order.isBusy('group')).toBe(true);
  expect(order.settle(c)).toEqual({ ready: [], isGroupDone: true });
  expect(order.isBusy('group')).toBe(false);
});

test('an entry that expires in the queue leaves it, and no other does', () => {
  const order = new Order();
  const [a, b, c] = [entry(), entry(), entry()];
  for (const each of [a, b, c]) order.enqueue(each, 'group');
  expect(order.settle(c)).toEqual({ ready: [], isGroupDone: false });
  expect(order.queued()).toEqual([b]);
  expect(order.settle(a).ready).toEqual([b]);
});

test('those that wait behind others are found when their time is over, each once', () => {
  const order = new Order();
  const [a, b, c, d, other] = [entry(100), entry(300), entry(200), entry(400), entry(50)];
  for (const each of [a, b, c, d]) order.enqueue(each, 'group');
  order.enqueue(other, 'other group');
  expect(order.expiresAt).toBe(200); // those that may go are not its business
  expect(order.expired(199)).toEqual([]);
  expect(order.expired(300)).toEqual([b, c]);
  expect(order.expiresAt).toBe(400);
  for (const each of [b, c]) order.settle(each);
  expect(order.expired(399)).toEqual([]);
  expect(order.expired(400)).toEqual([d]);
  expect(order.expiresAt).toBe(Number.POSITIVE_INFINITY);
});

test('one that has become free since is not found', () => {
  const order = new Order();
  const [a, b] = [entry(100), entry(200)];
  for (const each of [a, b]) order.enqueue(each, 'group');
  order.settle(a);
  expect(order.expired(200)).toEqual([]);
  expect(order.expiresAt).toBe(Number.POSITIVE_INFINITY);
});

test('an entry of a new map waits for those of older maps that may hold its keys', () => {
  const order = new Order();
  const [oldest, older, apart] = [entry(), entry(), entry()];
  order.enqueue(oldest, 1, interval(0, 9));
  order.changeMap();
  order.enqueue(older, 2, interval(10, 19));
  order.enqueue(apart, 3, interval(20, 29));
  order.changeMap();
  const merged = entry();
  // They touch at both ends.
  expect(order.enqueue(merged, 4, interval(9, 10))).toEqual([]);
  expect(order.settle(apart).ready).toEqual([]);
  expect(order.settle(older).ready).toEqual([]);
  expect(order.settle(oldest).ready).toEqual([merged]);
});

test('of one map, entries do not wait for each other', () => {
  const order = new Order();
  order.enqueue(entry(), 1, interval(0, 9));
  const [same, blocked, behind] = [entry(), entry(), entry()];
  expect(order.enqueue(same, 2, interval(0, 9))).toEqual([same]);
  order.changeMap();
  expect(order.enqueue(blocked, 3, interval(5, 9))).toEqual([]);
  // What is behind it in its group does not pass it.
  expect(order.enqueue(behind, 3, interval(20, 29))).toEqual([]);
});
