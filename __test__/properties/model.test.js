'use strict';

// The aggregator beside the slow, obviously right one: after every step of a random life both must agree on everything.

const fc = require('fast-check');
const { RecordAggregator } = require('../..');
const { optionsWith, routing, shards, userRecord } = require('../support/arbitraries');
const { evenShards } = require('../support/shards');
const { thrownBy } = require('../support/thrown');
const { ModelAggregator } = require('../oracle/aggregator');
const { sizeOf } = require('../oracle/format');

const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ add: userRecord }) },
  { weight: 4, arbitrary: fc.record({ addAll: fc.array(userRecord, { maxLength: 12 }) }) },
  // Many calls in a row: what an aggregator does behind the scenes to save work has to stay there.
  { weight: 4, arbitrary: fc.record({ addEach: fc.array(userRecord, { maxLength: 60, size: 'max' }) }) },
  { weight: 3, arbitrary: fc.record({ fits: userRecord }) },
  { weight: 3, arbitrary: fc.constant({ look: true }) },
  { weight: 1, arbitrary: fc.constant({ flush: true }) },
  { weight: 1, arbitrary: fc.constant({ clear: true }) },
  { weight: 2, arbitrary: fc.record({ setShards: shards }) },
);

/** Entries in a form that is quick to compare. */
const shown = (entries) => entries.map((entry) => ({ ...entry, Data: entry.Data.toString('latin1') }));

function addOne(model, aggregator, record) {
  if (model.isTakeable(record)) {
    const closed = aggregator.addUserRecord(record);
    expect(shown(closed ? [closed] : [])).toEqual(shown(model.add(record)));
  } else {
    expect(thrownBy(() => aggregator.addUserRecord(record)).code).toBe('ERR_KPL_RECORD_TOO_LARGE');
  }
}

function addAll(model, aggregator, records) {
  const refused = records.findIndex((record) => !model.isTakeable(record));
  if (refused === -1) {
    const closed = records.flatMap((record) => model.add(record));
    expect(shown(aggregator.addUserRecords(records))).toEqual(shown(closed));
  } else {
    const error = thrownBy(() => aggregator.addUserRecords(records));
    expect(error).toMatchObject({ code: 'ERR_KPL_RECORD_TOO_LARGE', recordIndex: refused });
  }
}

function setShards(model, aggregator, map) {
  if (model.routing.shards) {
    expect(shown(aggregator.setShards(map))).toEqual(shown(model.setShards(map)));
  } else {
    expect(thrownBy(() => aggregator.setShards(map)).code).toBe('ERR_KPL_OPTION');
  }
}

function look(model, aggregator) {
  expect(aggregator.userRecordCount).toBe(model.userRecordCount);
  expect(aggregator.sizeBytes).toBe(model.sizeBytes);
}

function take(model, aggregator, doing) {
  if (doing.add) addOne(model, aggregator, doing.add);
  if (doing.addEach) for (const record of doing.addEach) addOne(model, aggregator, record);
  if (doing.addAll) addAll(model, aggregator, doing.addAll);
  if (doing.fits) expect(aggregator.fits(doing.fits)).toBe(model.fits(doing.fits));
  if (doing.setShards) setShards(model, aggregator, doing.setShards);
  if (doing.flush) expect(shown(aggregator.flush())).toEqual(shown(model.flush()));
  if (doing.look) look(model, aggregator);
  if (doing.clear) {
    model.clear();
    aggregator.clear();
  }
  expect(aggregator.userRecordCount).toBe(model.userRecordCount);
}

test('every step of a random life gives what the model gives', () => {
  fc.assert(
    fc.property(optionsWith(routing), fc.array(step, { maxLength: 40, size: 'max' }), (options, steps) => {
      const model = new ModelAggregator(options);
      const aggregator = new RecordAggregator(options);
      for (const doing of steps) take(model, aggregator, doing);
      look(model, aggregator);
      expect(shown(aggregator.flush())).toEqual(shown(model.flush()));
    }),
    { numRuns: 100 },
  );
});

test('one call after the other, with the longest keys and data of some thousand bytes', () => {
  const key = fc.constantFrom('a', 'b', ...['🙂', '漢', 'é', 'k'].map((codePoint) => codePoint.repeat(256)));
  const length = fc.oneof(fc.nat(20), fc.nat(2000), fc.nat(9000));
  const data = fc.oneof(
    length.map((bytes) => Buffer.alloc(bytes)),
    length.map((units) => 'é'.repeat(units / 2)),
  );
  const records = fc.array(fc.record({ partitionKey: key, data }), { minLength: 1, maxLength: 12, size: 'max' });
  // A limit that all of them together just about reach.
  const beyond = fc.integer({ min: -2500, max: 1500 });
  fc.assert(
    fc.property(routing, records, beyond, (someRouting, list, bytes) => {
      const some = { routing: someRouting, maxAggregateBytes: Math.max(64, sizeOf(list) + bytes) };
      const model = new ModelAggregator(some);
      const aggregator = new RecordAggregator(some);
      for (const record of list) addOne(model, aggregator, record);
      expect(shown(aggregator.flush())).toEqual(shown(model.flush()));
    }),
    { numRuns: 300 },
  );
});

test('a shard map that shrinks leaves no more aggregates open than the options allow', () => {
  const options = { routing: { shards: evenShards(100) } };
  const model = new ModelAggregator(options);
  const aggregator = new RecordAggregator(options);
  for (let i = 0; i < 90; i++) {
    const record = { partitionKey: 'a', data: '', explicitHashKey: String(i) };
    model.add(record);
    aggregator.addUserRecord(record);
  }
  const closed = aggregator.setShards(evenShards(1));
  expect(closed).toHaveLength(90 - 64);
  expect(shown(closed)).toEqual(shown(model.setShards(evenShards(1))));
});
