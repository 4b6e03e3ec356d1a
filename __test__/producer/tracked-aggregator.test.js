'use strict';

// The aggregator that says where each record went, beside the slow one that knows.

const fc = require('fast-check');
// From the sources, since it is not part of any face.
const { TrackedAggregator, seal } = require('../../lib/aggregate/tracked-aggregator');
const { TrackedModel } = require('../oracle/tracked-aggregator');
const { optionsWith, shards, userRecord } = require('../support/arbitraries');
const { evenShards } = require('../support/shards');
const { thrownBy } = require('../support/thrown');

const OPTIONS = {
  routing: 'partitionKey',
  maxRecordBytes: 1_048_576,
  maxAggregateBytes: 51_200,
  maxUserRecords: undefined,
  maxOpenAggregates: 64,
  explicitHashKeys: 'keep',
  nested: 'refuse',
};
const OWN = { partitionKey: 'a', explicitHashKey: '16955237001963240173058271559858726497', data: Buffer.from('own') };

const routings = fc.oneof(fc.constantFrom('pinned', 'partitionKey', 'shards'), fc.record({ lanes: fc.constant(5) }));
/** Where records are ample, what closes may show late. */
const options = fc.tuple(optionsWith(routings), fc.boolean()).map(([{ wrapSingle, ...given }, areAmple]) => ({
  ...OPTIONS,
  maxAggregateBytes: Math.min(51_200, given.maxRecordBytes),
  ...given,
  ...(areAmple && { maxRecordBytes: OPTIONS.maxRecordBytes }),
}));
const some = fc.array(fc.nat(5), { maxLength: 3 });
const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ add: fc.oneof({ weight: 9, arbitrary: userRecord }, fc.constant(OWN)) }) },
  { weight: 3, arbitrary: fc.record({ addEach: fc.array(userRecord, { maxLength: 60, size: 'max' }) }) },
  { weight: 2, arbitrary: fc.record({ closeGroups: some }) },
  { weight: 2, arbitrary: fc.record({ releaseGroups: some }) },
  { weight: 1, arbitrary: fc.record({ setShards: shards }) },
);

/** Both of them, and which number each name of a group has at present. */
class Pair {
  #model;
  #tracked;
  #ordinal;
  #numberOf = new Map();
  /** What the model has closed, while the other may still let records wait that close it. */
  #expected = [];

  constructor(given, firstOrdinal) {
    this.#model = new TrackedModel(given);
    this.#tracked = new TrackedAggregator(given);
    this.#ordinal = firstOrdinal;
  }

  take({ add, addEach = [], closeGroups, releaseGroups, setShards }) {
    for (const record of add ? [add] : addEach) this.#add(record);
    this.#tracked.catchUp();
    this.#compareClosed();
    const names = [...this.#model.numbered];
    const chosen = (positions) => names.filter((_, i) => positions.includes(i));
    if (closeGroups) {
      const closing = chosen(closeGroups);
      // A name without anything open is passed over.
      this.#compare(
        this.#tracked.closeGroups(closing.map((name) => this.#numberOf.get(name))),
        this.#model.closeGroups(closing),
      );
    }
    if (releaseGroups) {
      this.#tracked.releaseGroups(chosen(releaseGroups).map((name) => this.#numberOf.get(name)));
      this.#model.releaseGroups(chosen(releaseGroups));
    }
    if (setShards && (this.#model.routing === 'shards' || this.#model.routing.shards)) {
      this.#compare(this.#tracked.setShards(setShards), this.#model.setShards(setShards));
    }
    this.#look();
  }

  #add(record) {
    const { partitionKey, explicitHashKey, data } = record;
    const read = { partitionKey, explicitHashKey, data, dataBytes: data.length };
    if (!this.#model.isTakeable(record)) {
      expect(thrownBy(() => this.#tracked.add(read, this.#ordinal)).code).toBe('ERR_KPL_RECORD_TOO_LARGE');
      return;
    }
    this.#tracked.add(read, this.#ordinal);
    this.#expected.push(...this.#model.add({ ...record, ordinal: this.#ordinal }));
    this.#compareClosed();
    this.#ordinal = (this.#ordinal + 1) % 2 ** 32;
  }

  /** All of it, unless it is said that some may show late. */
  #compareClosed() {
    const closed = this.#tracked.takeClosed();
    const count = this.#tracked.mayClose ? closed.length : this.#expected.length;
    this.#compare(closed, this.#expected.splice(0, count));
  }

  #compare(closed, expected) {
    seal(closed.map(({ record }) => record));
    expect(closed.map(({ record, members }) => ({ record, members: [...members] }))).toEqual(
      expected.map(({ record, members }) => ({ record, members })),
    );
    closed.forEach(({ group }, i) => {
      this.#isNumber(expected[i].name, group);
    });
  }

  #look() {
    const [rows, expected] = [this.#tracked.openGroups(), this.#model.openGroups()];
    expect(rows.map(({ group, ...row }) => row)).toEqual(expected.map(({ name, ...row }) => row));
    rows.forEach(({ group }, i) => {
      this.#isNumber(expected[i].name, group);
    });
    const { numbered } = this.#model;
    for (const name of this.#numberOf.keys()) if (!numbered.has(name)) this.#numberOf.delete(name);
  }

  /** A name that has a number keeps it, and no two share one. */
  #isNumber(name, number) {
    const known = this.#numberOf.get(name);
    if (known !== undefined) expect(number).toBe(known);
    else expect([...this.#numberOf.values()]).not.toContain(number);
    this.#numberOf.set(name, number);
  }
}

test('every step of a random life gives what the model gives', () => {
  const firstOrdinals = fc.constantFrom(0, 2 ** 31 - 50, 2 ** 32 - 100);
  fc.assert(
    fc.property(options, firstOrdinals, fc.array(step, { maxLength: 40, size: 'max' }), (given, first, steps) => {
      const pair = new Pair(given, first);
      for (const each of steps) pair.take(each);
    }),
    { numRuns: 100 },
  );
});

const add = (tracked, partitionKey, ordinal) =>
  tracked.add({ partitionKey, explicitHashKey: null, data: String(ordinal), dataBytes: 30 }, ordinal);

test('a new map spreads what is open, and ordinals stay with their records', () => {
  const tracked = new TrackedAggregator({ ...OPTIONS, routing: 'shards' });
  const first = 2 ** 32 - 10;
  for (let i = 0; i < 30; i++) add(tracked, `key-${i % 10}`, (first + i) % 2 ** 32);
  expect(tracked.openGroups()).toHaveLength(10);
  expect(tracked.setShards(evenShards(2))).toEqual([]);
  expect(tracked.openGroups()).toHaveLength(2);
  tracked.setShards(evenShards(4));
  const rows = tracked.openGroups();
  expect(rows.map(({ lowest }) => lowest)).toContain(first);
  const closed = tracked.closeGroups(rows.map(({ group }) => group));
  const ordinals = closed.flatMap(({ members }) => [...members]).map((ordinal) => (ordinal + 10) % 2 ** 32);
  expect(ordinals.sort((a, b) => a - b)).toEqual([...Array(30).keys()]);
});

test('an aggregate has no MD5 until it is sealed', () => {
  const tracked = new TrackedAggregator(OPTIONS);
  add(tracked, 'a', 0);
  add(tracked, 'b', 1);
  const records = tracked.closeGroups(tracked.openGroups().map(({ group }) => group)).map(({ record }) => record);
  const digests = () => records.map(({ Data }) => Data.subarray(-16).toString('hex'));
  seal(records);
  const { createHash } = require('node:crypto');
  const expected = records.map(({ Data }) => createHash('md5').update(Data.subarray(4, -16)).digest('hex'));
  expect(digests()).toEqual(expected);
});

test('a group keeps its number until it is released', () => {
  const tracked = new TrackedAggregator(OPTIONS);
  add(tracked, 'a', 0);
  const [{ group }] = tracked.openGroups();
  tracked.closeGroups([group]);
  add(tracked, 'a', 1);
  expect(tracked.openGroups()[0].group).toBe(group);
  tracked.closeGroups([group]);
  tracked.releaseGroups([group]);
  add(tracked, 'b', 2);
  add(tracked, 'a', 3);
  expect(tracked.openGroups().map((row) => row.group)).not.toContain(group);
});

test('no caller of the public face can ask for tracking', () => {
  const { RecordAggregator } = require('../..');
  expect(thrownBy(() => new RecordAggregator({ tracks: true })).code).toBe('ERR_KPL_OPTION');
  expect(thrownBy(() => new RecordAggregator({ routing: 'shards' })).code).toBe('ERR_KPL_OPTION');
});
