'use strict';

// The aggregator beside the slow, obviously right one: after every step of a random life both must agree on everything.

const fc = require('fast-check');
const { RecordAggregator } = require('../..');
const { optionsWith, routing, shards, userRecord } = require('../given/arbitraries');
const { evenShards } = require('../given/shards');
const { thrownBy } = require('../given/thrown');
const { ModelAggregator } = require('../model/aggregator');

const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ add: userRecord }) },
  { weight: 4, arbitrary: fc.record({ addAll: fc.array(userRecord, { maxLength: 12 }) }) },
  { weight: 6, arbitrary: fc.record({ fits: userRecord }) },
  { weight: 1, arbitrary: fc.constant({ flush: true }) },
  { weight: 1, arbitrary: fc.constant({ clear: true }) },
  { weight: 2, arbitrary: fc.record({ setShards: shards }) },
);

/** Entries in a form that is quick to compare. */
const shown = (entries) => entries.map((entry) => ({ ...entry, Data: entry.Data.toString('latin1') }));

function take(model, aggregator, doing) {
  if (doing.add) {
    if (model.isTakeable(doing.add)) {
      const closed = aggregator.addUserRecord(doing.add);
      expect(shown(closed ? [closed] : [])).toEqual(shown(model.add(doing.add)));
    } else {
      expect(thrownBy(() => aggregator.addUserRecord(doing.add)).code).toBe('ERR_KPL_RECORD_TOO_LARGE');
    }
  } else if (doing.addAll) {
    const refused = doing.addAll.findIndex((record) => !model.isTakeable(record));
    if (refused === -1) {
      const closed = doing.addAll.flatMap((record) => model.add(record));
      expect(shown(aggregator.addUserRecords(doing.addAll))).toEqual(shown(closed));
    } else {
      const error = thrownBy(() => aggregator.addUserRecords(doing.addAll));
      expect(error).toMatchObject({ code: 'ERR_KPL_RECORD_TOO_LARGE', recordIndex: refused });
    }
  } else if (doing.fits) {
    expect(aggregator.fits(doing.fits)).toBe(model.fits(doing.fits));
  } else if (doing.setShards) {
    if (model.routing.shards) {
      expect(shown(aggregator.setShards(doing.setShards))).toEqual(shown(model.setShards(doing.setShards)));
    } else {
      expect(thrownBy(() => aggregator.setShards(doing.setShards)).code).toBe('ERR_KPL_OPTION');
    }
  } else if (doing.flush) {
    expect(shown(aggregator.flush())).toEqual(shown(model.flush()));
  } else {
    model.clear();
    aggregator.clear();
  }
  expect(aggregator.userRecordCount).toBe(model.userRecordCount);
  expect(aggregator.sizeBytes).toBe(model.sizeBytes);
}

test('every step of a random life gives what the model gives', () => {
  fc.assert(
    fc.property(optionsWith(routing), fc.array(step, { maxLength: 60, size: 'max' }), (options, steps) => {
      const model = new ModelAggregator(options);
      const aggregator = new RecordAggregator(options);
      for (const doing of steps) take(model, aggregator, doing);
      expect(shown(aggregator.flush())).toEqual(shown(model.flush()));
    }),
    { numRuns: 150 },
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
