'use strict';

// What an entry remembers of its tries.

const { Entry } = require('../../lib/producer/entry');
const { Members } = require('../../lib/producer/members');

const SERVICE = { kind: 'service' };
const THROTTLED = { kind: 'throttled' };

function given({ puts = [100], ttlMs = 1000 } = {}) {
  const runs = puts.map((at) => ({ owner: undefined, at, epoch: { pending: 1 } }));
  const members = new Members(
    runs,
    runs.map((_, i) => i + 1),
    puts.length,
  );
  const record = { PartitionKey: 'kéy', Data: Buffer.from('data'), userRecordCount: puts.length };
  return new Entry(record, members, { group: 1, order: 1, ttlMs, isAggregated: true });
}

test('its time is that of its youngest member, its age that of its oldest, and its bytes are data and key', () => {
  const entry = given({ puts: [300, 100, 500, 200] });
  expect(entry).toMatchObject({ oldest: 100, deadline: 1500, dueAt: 1500, bytes: 4 + 4 });
});

test('tries of a kind are counted together', () => {
  const entry = given();
  const tries = [SERVICE, THROTTLED, SERVICE, SERVICE, THROTTLED].map((backoff) => {
    return entry.tried({ outcome: 'refused' }, backoff);
  });
  expect(tries).toEqual([1, 1, 2, 3, 2]);
  expect(entry.tries).toBe(5);
  expect(entry.mayBeStored).toBe(false);
});

test('the first ten and the last ten are kept, and whether one of all was unknown', () => {
  const entry = given();
  for (let i = 0; i < 50; i++) entry.tried({ outcome: i === 20 ? 'unknown' : 'refused', startedAt: i }, SERVICE);
  const kept = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49];
  expect(entry.attempts.map(({ startedAt }) => startedAt)).toEqual(kept);
  expect(entry).toMatchObject({ tries: 50, mayBeStored: true });
});

test('one that goes on for it has been through the same, and then through its own', () => {
  const entry = given();
  entry.tried({ outcome: 'unknown' }, SERVICE);
  entry.tried({ outcome: 'refused' }, THROTTLED);
  entry.wasThrottled = true;
  entry.cause = new Error('because');
  const heir = given();
  heir.inherit(entry);
  const { attempts, tries, mayBeStored, wasThrottled, cause } = entry;
  expect(heir).toMatchObject({ attempts, tries, mayBeStored, wasThrottled, cause });
  expect(heir.tried({ outcome: 'refused' }, SERVICE)).toBe(2);
  expect(entry.attempts).toHaveLength(2);
  expect(entry.tried({ outcome: 'refused' }, SERVICE)).toBe(2);
});
