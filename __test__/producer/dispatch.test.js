'use strict';

// Which entries go into a request, of those that could.

const { Dispatch } = require('../../lib/producer/dispatch');

const KIB = 1024;
const NOW = 1000;

let lastOrder = 0;

/** What of an entry counts here. Due at once, unless it says otherwise. */
function entry({ bytes = KIB, deadline = 30_000, dueAt = NOW, oldest = 0 } = {}) {
  return { bytes, deadline, dueAt, oldest, order: ++lastOrder, wakesAt: 0 };
}

function given({ maxRequestBytes = 1024 * KIB } = {}) {
  return new Dispatch({ maxRequestBytes, shardRateLimit: 150 });
}

test('the entry whose time is over first goes first, and of those the one that was closed first', () => {
  const dispatch = given();
  const [first, second, urgent] = [entry(), entry(), entry({ deadline: 20_000 })];
  for (const each of [second, first, urgent]) dispatch.ready(each, undefined, NOW);
  expect(dispatch.next(NOW, true)).toEqual([urgent, first, second]);
});

test('what is ready expires at its time, also behind others', () => {
  const dispatch = given();
  const [long, short] = [entry(), entry({ deadline: 2000 })];
  for (const each of [long, short]) dispatch.ready(each, 'shard', NOW);
  expect(dispatch.wakesAt(NOW, false)).toBe(2000);
  expect(dispatch.expired(1999)).toEqual([]);
  expect(dispatch.expired(2000)).toEqual([short]);
  expect(dispatch.next(2000, true)).toEqual([long]);
});

test('what backs off wakes when its delay or its time is over', () => {
  const dispatch = given();
  const [delayed, expiring] = [entry(), entry({ deadline: 1500 })];
  dispatch.backOff(delayed, 1800);
  dispatch.backOff(expiring, 1900);
  expect(dispatch.isEmpty).toBe(false);
  expect(dispatch.wakesAt(NOW, true)).toBe(1500);
  expect(dispatch.awake(1500)).toEqual([expiring]);
  expect(dispatch.awake(1799)).toEqual([]);
  expect(dispatch.awake(1800)).toEqual([delayed]);
  expect(dispatch.isEmpty).toBe(true);
});

describe('while something is in flight, a request is worth it', () => {
  const notDue = { dueAt: 5000 };

  test('when one entry is due', () => {
    const dispatch = given();
    dispatch.ready(entry(notDue), 'a', NOW);
    expect(dispatch.next(NOW, false)).toEqual([]);
    dispatch.ready(entry(), 'b', NOW);
    expect(dispatch.next(NOW, false)).toHaveLength(2);
  });

  test('when 500 entries are ready', () => {
    const dispatch = given();
    for (let i = 0; i < 499; i++) dispatch.ready(entry({ ...notDue, bytes: 1 }), undefined, NOW);
    expect(dispatch.next(NOW, false)).toEqual([]);
    for (let i = 0; i < 101; i++) dispatch.ready(entry({ ...notDue, bytes: 1 }), undefined, NOW);
    expect(dispatch.next(NOW, false)).toHaveLength(500);
    expect(dispatch.next(NOW, false)).toEqual([]);
  });

  test('when the bytes of a request are ready', () => {
    const dispatch = given({ maxRequestBytes: 3 * KIB });
    for (let i = 0; i < 4; i++) dispatch.ready(entry(notDue), undefined, NOW);
    expect(dispatch.next(NOW, false)).toHaveLength(3);
    // What was taken out counts no longer.
    expect(dispatch.next(NOW, false)).toEqual([]);
  });

  test('when all was made due', () => {
    const dispatch = given();
    const late = entry(notDue);
    dispatch.ready(late, undefined, NOW);
    dispatch.makeDue(NOW);
    expect(dispatch.next(NOW, false)).toEqual([late]);
    expect(late.dueAt).toBe(NOW);
  });

  test('and not for what was due and has gone', () => {
    const dispatch = given({ maxRequestBytes: KIB });
    dispatch.ready(entry(), undefined, NOW);
    dispatch.ready(entry({ ...notDue, bytes: 10 }), undefined, NOW);
    expect(dispatch.next(NOW, false)).toHaveLength(1);
    expect(dispatch.wakesAt(NOW, true)).toBe(5000);
    expect(dispatch.next(NOW, false)).toEqual([]);
  });
});

test('what does not fit any more ends the request: nothing younger overtakes it', () => {
  const dispatch = given({ maxRequestBytes: 3 * KIB });
  const [first, large, small] = [entry({ deadline: 1100 }), entry({ deadline: 1200, bytes: 2.5 * KIB }), entry()];
  dispatch.ready(first, 'a', NOW);
  dispatch.ready(large, 'b', NOW);
  dispatch.ready(small, 'c', NOW);
  expect(dispatch.next(NOW, true)).toEqual([first]);
  expect(dispatch.next(NOW, true)).toEqual([large]);
});

test('what has expired makes nothing else due', () => {
  const dispatch = given();
  dispatch.ready(entry({ deadline: 1500, dueAt: 1200 }), 'a', NOW);
  dispatch.ready(entry({ dueAt: 5000 }), 'a', NOW);
  expect(dispatch.expired(1500)).toHaveLength(1);
  expect(dispatch.wakesAt(1500, true)).toBe(5000);
  expect(dispatch.next(1500, false)).toEqual([]);
});

describe('of one shard', () => {
  const of = (shardId, sizes) => {
    const dispatch = given();
    for (const bytes of sizes) dispatch.ready(entry({ bytes }), shardId, NOW);
    return dispatch;
  };

  test('not more than 256 KiB go in a request', () => {
    const dispatch = of('a', [100 * KIB, 100 * KIB, 100 * KIB]);
    dispatch.ready(entry(), 'b', NOW);
    expect(dispatch.next(NOW, true).map(({ bytes }) => bytes / KIB)).toEqual([100, 100, 1]);
    expect(dispatch.next(NOW, true)).toHaveLength(1);
  });

  test('unless one entry is larger', () => {
    expect(of('a', [300 * KIB]).next(NOW, true)).toHaveLength(1);
  });

  test('if it is known', () => {
    expect(of(undefined, [100 * KIB, 100 * KIB, 100 * KIB]).next(NOW, true)).toHaveLength(3);
  });

  test('what is held back delays no other', () => {
    const dispatch = of('a', [KIB, KIB, KIB]);
    dispatch.ready(entry(), 'b', NOW);
    dispatch.pace('a', NOW).throttled(KIB, false, NOW);
    expect(dispatch.next(NOW, true)).toHaveLength(2);
    expect(dispatch.next(NOW, true)).toEqual([]);
    // 64 KiB a second: a KiB in a 64th of it.
    expect(dispatch.wakesAt(NOW, true)).toBeCloseTo(NOW + 1000 / 64);
    expect(dispatch.wakesAt(NOW, false)).toBe(30_000);
  });
});

test('a throttle of the whole request slows all shards', () => {
  const dispatch = given();
  const paces = ['a', 'b', undefined].map((shardId) => dispatch.pace(shardId, NOW));
  dispatch.throttleAll(KIB, NOW);
  expect(paces.map(({ bytesPerSecond }) => bytesPerSecond / KIB)).toEqual([64, 64, 64]);
});

test('shards that are gone are forgotten once nothing of theirs is ready', () => {
  const dispatch = given();
  const held = entry();
  const gone = dispatch.pace('gone', NOW);
  dispatch.ready(held, 'left', NOW);
  dispatch.keepOnly(() => false);
  expect(dispatch.pace('gone', NOW)).not.toBe(gone);
  expect(dispatch.next(NOW, true)).toEqual([held]);
});

test('what is taken out comes in the order of closing', () => {
  const dispatch = given();
  const [first, second, third] = [entry(), entry({ deadline: 10 }), entry()];
  dispatch.ready(third, 'a', NOW);
  dispatch.ready(second, 'a', NOW);
  dispatch.ready(first, 'b', NOW);
  const waiting = entry({ oldest: -5 });
  dispatch.backOff(waiting, 2000);
  expect(dispatch.oldest()).toBe(-5);
  expect(dispatch.drain()).toEqual({ ready: [first, second, third], backingOff: [waiting] });
  expect(dispatch.isEmpty).toBe(true);
  expect(dispatch.next(NOW, true)).toEqual([]);
  expect(dispatch.wakesAt(NOW, true)).toBe(Infinity);
});

test('nor do the bytes of what was taken out count for what comes then', () => {
  const dispatch = given({ maxRequestBytes: 3 * KIB });
  for (let i = 0; i < 4; i++) dispatch.ready(entry({ dueAt: 5000 }), 'a', NOW);
  dispatch.drain();
  dispatch.ready(entry({ dueAt: 5000 }), 'a', NOW);
  expect(dispatch.next(NOW, false)).toEqual([]);
});
