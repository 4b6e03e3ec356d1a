'use strict';

// How fast entries go to a shard.

const { Pace } = require('../../lib/producer/pace');

const KIB = 1024;
const MIB = 1024 * KIB;

/** A pace that stores so many bytes a second for two seconds, in entries of 10 KiB, and then is throttled. */
function throttled(bytesPerSecond, shardId = 'shard') {
  const pace = new Pace(shardId, 150, 0);
  const entries = bytesPerSecond / (10 * KIB);
  for (let i = 0; i < 2 * entries; i++) {
    const now = (i * 1000) / entries;
    pace.admits(10 * KIB, now);
    pace.take(10 * KIB);
    pace.stored(10 * KIB, false, now);
  }
  pace.throttled(10 * KIB, false, 2000);
  return pace;
}

test('a shard takes a burst of 10 MiB, then 150 percent of 1 MiB a second', () => {
  const pace = new Pace('shard', 150, 0);
  expect(pace.admits(10 * MIB, 0)).toBe(true);
  pace.take(10 * MIB);
  expect(pace.admits(MIB, 0)).toBe(false);
  expect(pace.admitsAt(1.5 * MIB, 0)).toBe(1000);
  expect(pace.admits(1.5 * MIB, 1000)).toBe(true);
});

test('an entry that is larger than the burst passes, alone', () => {
  const pace = new Pace('shard', 150, 0);
  expect(pace.admits(10 * MIB + 256, 0)).toBe(true);
  pace.take(10 * MIB + 256);
  expect(pace.admits(1, 0)).toBe(false);
});

test('and 1000 entries, then 1500 a second', () => {
  const pace = new Pace('shard', 150, 0);
  for (let i = 0; i < 1000; i++) pace.take(1);
  expect(pace.admits(1, 0)).toBe(false);
  expect(pace.admitsAt(1, 0)).toBeCloseTo(1000 / 1500);
  expect(pace.admits(1, 1)).toBe(true);
});

test('a throttle takes the burst, and sets the rate to 0.7 of what was stored in the last second', () => {
  const pace = throttled(500 * KIB);
  expect(pace.bytesPerSecond / KIB).toBeGreaterThan(0.7 * 480);
  expect(pace.bytesPerSecond / KIB).toBeLessThan(0.7 * 520);
  pace.take(10 * KIB);
  expect(pace.admits(10 * KIB, 2000)).toBe(false);
});

test('a throttle leaves one entry of the burst, also of small ones', () => {
  const pace = throttled(500 * KIB);
  expect(pace.admits(1, 2000)).toBe(true);
  pace.take(1);
  expect(pace.admits(1, 2000)).toBe(false);
});

test('a throttle sets no rate above its own, however much a burst has stored', () => {
  const pace = new Pace('shard', 150, 0);
  pace.stored(10 * MIB, false, 0);
  pace.throttled(10 * KIB, false, 100);
  expect(pace.bytesPerSecond).toBe(1.5 * MIB);
});

test('what was stored more than a second ago does not count', () => {
  const pace = throttled(500 * KIB);
  pace.stored(300 * KIB, false, 2100);
  pace.throttled(10 * KIB, false, 4600);
  expect(pace.bytesPerSecond).toBe(64 * KIB);
});

test('a throttle begins the half second anew', () => {
  const pace = throttled(500 * KIB);
  const rate = pace.bytesPerSecond;
  pace.admits(10 * MIB, 2100);
  pace.throttled(10 * KIB, false, 2300);
  pace.admits(10 * MIB, 2600);
  pace.admits(10 * MIB, 2799);
  expect(pace.bytesPerSecond).toBe(rate);
  pace.admits(10 * MIB, 2801);
  expect(pace.bytesPerSecond).toBeGreaterThan(rate);
});

test('not below 64 KiB a second, and not twice within half a second', () => {
  const pace = throttled(500 * KIB);
  const rate = pace.bytesPerSecond;
  pace.throttled(10 * KIB, false, 2499);
  expect(pace.bytesPerSecond).toBe(rate);
  pace.throttled(10 * KIB, false, 4600);
  expect(pace.bytesPerSecond).toBe(64 * KIB);
});

test('each half second in which it holds entries back adds to the rate, up to its own', () => {
  const pace = throttled(100 * KIB);
  let rate = pace.bytesPerSecond;
  for (let now = 2500; now < 20_000; now += 500) {
    pace.admits(10 * MIB, now);
    pace.admits(10 * MIB, now + 499);
    const next = pace.bytesPerSecond;
    if (now > 2500) expect(next).toBeCloseTo(Math.min(1.5 * MIB, rate * 1.1 + 64 * KIB));
    rate = next;
  }
  expect(rate).toBe(1.5 * MIB);
});

test('what was held back in one half second adds to the rate once', () => {
  const pace = throttled(500 * KIB);
  pace.admits(10 * MIB, 2100);
  pace.admits(1, 2600);
  const rate = pace.bytesPerSecond;
  for (let now = 3100; now < 6000; now += 500) pace.admits(1, now);
  expect(pace.bytesPerSecond).toBe(rate);
});

test('a rate that holds nothing back stays', () => {
  const pace = throttled(500 * KIB);
  const rate = pace.bytesPerSecond;
  for (let now = 3000; now < 9000; now += 500) pace.admits(1, now);
  expect(pace.bytesPerSecond).toBe(rate);
});

test('without a shard there is no limit until the first throttle, and none again after ten seconds without need', () => {
  const pace = new Pace(undefined, 150, 0);
  for (let i = 0; i < 100; i++) pace.take(MIB);
  expect(pace.admits(10 * MIB, 0)).toBe(true);
  pace.slowDown(10 * KIB, 100);
  expect(pace.bytesPerSecond).toBe(64 * KIB);
  pace.take(10 * KIB);
  expect(pace.admits(10 * KIB, 100)).toBe(false);
  pace.admits(1, 10_000);
  expect(pace.bytesPerSecond).toBeLessThan(Infinity);
  pace.admits(1, 10_101);
  expect(pace.bytesPerSecond).toBe(Infinity);
});

describe('without a shard, a poll of half a second decides', () => {
  /** A pace whose poll begins at 0 with what so many answers say, `stored` or `throttled`. */
  function polled(answers) {
    const pace = new Pace(undefined, 150, 0);
    pace.throttled(KIB, true, 0);
    tell(pace, answers, 100);
    return pace;
  }

  function tell(pace, { stored = 0, throttled = 0, again = 0 }, now) {
    for (let i = 0; i < stored; i++) pace.stored(KIB, false, now);
    for (let i = 0; i < throttled; i++) pace.throttled(KIB, false, now);
    for (let i = 0; i < again; i++) pace.throttled(KIB, true, now);
  }

  /** Whether the pace has a limit, by what is known at a time. */
  function isCut(pace, now = 500) {
    tell(pace, { again: 1 }, now);
    return pace.bytesPerSecond < Infinity;
  }

  test('most were throttled: it is cut, and not before', () => {
    const pace = polled({ throttled: 40, stored: 10 });
    expect(isCut(pace, 499)).toBe(false);
    expect(isCut(pace, 500)).toBe(true);
  });

  test('all were throttled', () => expect(isCut(polled({ throttled: 10 }))).toBe(true));
  test('a quarter was', () => expect(isCut(polled({ throttled: 250, stored: 750 }))).toBe(false));
  test('more than half, but not clearly', () => expect(isCut(polled({ throttled: 29, stored: 20 }))).toBe(false));
  test('three were, and nothing was stored', () => expect(isCut(polled({ throttled: 3 }))).toBe(true));
  test('two were, and nothing was stored', () => expect(isCut(polled({ throttled: 2 }))).toBe(false));
  test('four were, and one was stored', () => expect(isCut(polled({ throttled: 4, stored: 1 }))).toBe(false));

  test('what was throttled before says nothing', () => {
    expect(isCut(polled({ again: 1000 }))).toBe(false);
    const pace = polled({ throttled: 10 });
    for (let i = 0; i < 1000; i++) pace.stored(KIB, true, 100);
    expect(isCut(pace)).toBe(true);
  });

  test('few entries add up, over as many half seconds as it takes', () => {
    const pace = polled({ stored: 1, throttled: 4 });
    let now = 500;
    for (; !isCut(pace, now); now += 500) tell(pace, { throttled: 3 }, now);
    expect(now).toBe(2000);
  });

  test('a clear result is forgotten when the next one begins', () => {
    const pace = polled({ stored: 1000 });
    expect(isCut(pace, 500)).toBe(false);
    tell(pace, { throttled: 10 }, 600);
    expect(isCut(pace, 1000)).toBe(true);

    const other = polled({ throttled: 1000 });
    expect(isCut(other, 500)).toBe(true);
    other.stored(300 * KIB, true, 900);
    tell(other, { again: 1 }, 1000);
    expect(other.bytesPerSecond).toBe(64 * KIB); // another cut would make it 0.7 of 300
  });

  test('while all that is sent was throttled before and is throttled again, the rate does not grow', () => {
    const growth = (isAnythingStored) => {
      const pace = polled({ stored: 1, throttled: 100 });
      for (let now = 500; now < 5000; now += 100) {
        tell(pace, { again: 2 }, now);
        if (isAnythingStored) pace.stored(KIB, true, now);
        pace.admits(10 * MIB, now);
      }
      return pace.bytesPerSecond / KIB;
    };
    expect(growth(false)).toBe(64);
    expect(growth(true)).toBeGreaterThan(500);
  });
});
