'use strict';

// The aggregator that says where each record went, held to the public one: the same bytes, the same keys, the same closing,
// and members that are what the aggregate holds.

const fc = require('fast-check');
const { deaggregate, RecordAggregator } = require('../..');
const { evenShards } = require('../support/shards');
const { GroupedAggregator } = require('../../lib/aggregate/grouped-aggregator');

const OPTIONS = { maxRecordBytes: 1_048_576, maxAggregateBytes: 300, explicitHashKeys: 'keep', nested: 'refuse' };

const records = fc.array(
  fc.record({
    partitionKey: fc.constantFrom('a', 'b', 'c', 'd', 'é', 'key'),
    data: fc.uint8Array({ maxLength: 120 }),
    // The second is the hash key of 'a'.
    explicitHashKey: fc.option(fc.constantFrom('7', '16955237001963240173058271559858726497', String(2n ** 127n))),
  }),
  { maxLength: 40 },
);

test.each([['pinned'], ['partitionKey'], ['shards'], [{ lanes: 3 }]])('routing %j', (routing) => {
  fc.assert(
    fc.property(
      records,
      fc.constantFrom(1, 2, 64),
      fc.option(fc.nat(3), { nil: undefined }),
      (all, most, perAggregate) => {
        const maxUserRecords = perAggregate === undefined ? undefined : perAggregate + 1;
        const limits = { maxOpenAggregates: routing === 'shards' ? Math.max(4, most) : most, maxUserRecords };
        const tracked = new GroupedAggregator({ ...OPTIONS, routing, ...limits });
        const shards = evenShards(4);
        if (routing === 'shards') tracked.setShards(shards);
        const plain = new RecordAggregator({
          routing: routing === 'shards' ? { shards } : routing,
          maxAggregateBytes: 300,
          maxOpenAggregates: typeof routing === 'object' ? Math.max(3, most) : limits.maxOpenAggregates,
          ...(maxUserRecords && { maxUserRecords }),
        });
        if (typeof routing === 'object' && most < 3) return;

        const closed = [];
        const expected = [];
        for (const [ordinal, record] of all.entries()) {
          const its = tracked.add({ ...record, dataBytes: record.data.length }, ordinal);
          if (its) closed.push(its);
          const plainly = plain.addUserRecord(record);
          if (plainly) expected.push(plainly);
        }
        const open = tracked.openGroups();
        for (const { lowest } of open) expect(all[lowest]).toBeDefined();
        expect(open.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(plain.sizeBytes);
        closed.push(...tracked.closeGroups(open.map(({ group }) => group)));
        expected.push(...plain.flush());
        expect(closed.map(({ record }) => record)).toEqual(expected);
        for (const { record, members } of closed) {
          const held = deaggregate({ Data: record.Data, PartitionKey: record.PartitionKey, SequenceNumber: '1' });
          expect(held.map(({ data }) => [...data])).toEqual(Array.from(members, (ordinal) => [...all[ordinal].data]));
        }
        expect(closed.flatMap(({ members }) => [...members]).sort((a, b) => a - b)).toEqual([...all.keys()]);
      },
    ),
    { numRuns: 100 },
  );
});

test('a new map spreads what is open, and ordinals stay with their records', () => {
  const tracked = new GroupedAggregator({
    ...OPTIONS,
    routing: 'shards',
    maxOpenAggregates: 64,
    maxAggregateBytes: 51_200,
  });
  const data = (i) => Buffer.from(String(i));
  const all = Array.from({ length: 30 }, (_, i) => ({
    partitionKey: `key-${i % 10}`,
    explicitHashKey: null,
    data: data(i),
  }));
  for (const [i, record] of all.entries())
    tracked.add(
      { ...record, dataBytes: record.data.length },
      2 ** 32 - 10 + i > 2 ** 32 - 1 ? i - 10 : 2 ** 32 - 10 + i,
    );
  expect(tracked.openGroups()).toHaveLength(10);
  expect(tracked.setShards(evenShards(2))).toEqual([]);
  expect(tracked.openGroups()).toHaveLength(2);
  tracked.setShards(evenShards(4));
  const rows = tracked.openGroups();
  const closed = tracked.closeGroups(rows.map(({ group }) => group));
  const ordinals = closed.flatMap(({ members }) => [...members]);
  expect(new Set(ordinals).size).toBe(30);
  for (const { record, members, group } of closed) {
    const held = deaggregate({ Data: record.Data, PartitionKey: record.PartitionKey, SequenceNumber: '1' });
    const its = Array.from(members, (ordinal) => (ordinal >= 2 ** 31 ? ordinal - (2 ** 32 - 10) : ordinal + 10));
    expect(held.map((each) => Number(each.data))).toEqual(its);
    // The lowest by the distance on the circle: those before the wrap.
    expect(rows.find((row) => row.group === group).lowest).toBe(members[its.indexOf(Math.min(...its))]);
  }
});

test('a group keeps its number until it is released', () => {
  const tracked = new GroupedAggregator({ ...OPTIONS, routing: 'partitionKey', maxOpenAggregates: 64 });
  const add = (partitionKey, ordinal) =>
    tracked.add({ partitionKey, explicitHashKey: null, data: 'x', dataBytes: 3 }, ordinal);
  add('a', 0);
  const [{ group }] = tracked.openGroups();
  tracked.closeGroups([group]);
  add('a', 1);
  expect(tracked.openGroups()[0].group).toBe(group);
  tracked.releaseGroups([group]);
  expect(tracked.openGroups()[0].group).toBe(group);
  tracked.closeGroups([group]);
  tracked.releaseGroups([group]);
  add('b', 2);
  add('a', 3);
  expect(tracked.openGroups().map((row) => row.group)).not.toContain(group);
});
