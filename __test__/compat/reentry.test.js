'use strict';

// From wherever an aggregator of the drop-in calls code of the caller's, that code may call the aggregator again: every record
// that went in comes out once.

const { RecordAggregator } = require('kinesis-agg/compat');
const { deaggregate } = require('../..');
const { evenShards } = require('../support/shards');

const record = (data, partitionKey = 'a') => ({ partitionKey, data });
const ignored = () => undefined;

/** What is called from inside; gives the texts that it put in. */
const INNER = {
  addUserRecord: (aggregator) => {
    try {
      aggregator.addUserRecord(record('inner'));
      return ['inner'];
    } catch (error) {
      expect(error.message).toBe("record won't fit");
      return [];
    }
  },
  aggregateRecords: (aggregator) => {
    aggregator.aggregateRecords([record('inner 1'), record('inner 2', 'b'), record('inner 3')]);
    return ['inner 1', 'inner 2', 'inner 3'];
  },
  'aggregateRecords to a callback of its own': (aggregator, _, callback) => {
    aggregator.aggregateRecords([record('inner 1'), record('inner 2', 'b')], true, callback);
    return ['inner 1', 'inner 2'];
  },
  flushBufferedRecords: (aggregator) => {
    aggregator.flushBufferedRecords();
    return [];
  },
  build: (aggregator, take) => {
    take(aggregator.build());
    return [];
  },
  'the methods that only look': (aggregator) => {
    aggregator.checkIfUserRecordFits(record('never in'));
    aggregator.calculateUserRecordSize(record('never in'));
    expect(aggregator.length()).toBeGreaterThanOrEqual(aggregator.putRecords.length);
    expect(aggregator.totalBytes).toBeGreaterThanOrEqual(0);
    // Not the tables of keys: they ask the records again, whose getters would be asked for ever.
    return [];
  },
  'a refused record': (aggregator) => {
    expect(() => aggregator.addUserRecord({ partitionKey: '', data: 'never in' })).toThrow('partitionKey');
    return [];
  },
};

/** From where; each puts 'a', 'b' and 'c' in. */
const OUTER = {
  'a getter of the partition key': (aggregator, inside) => {
    const input = (data) => ({
      get partitionKey() {
        inside();
        return 'a';
      },
      data,
    });
    aggregator.aggregateRecords(['a', 'b', 'c'].map(input));
  },
  'a getter of the data': (aggregator, inside) => {
    const input = (data) => ({
      partitionKey: 'a',
      get data() {
        inside();
        return data;
      },
    });
    aggregator.aggregateRecords(['a', 'b', 'c'].map(input));
  },
  'a getter of the explicit hash key': (aggregator, inside) => {
    const input = (data) => ({
      partitionKey: 'a',
      data,
      get explicitHashKey() {
        inside();
        return undefined;
      },
    });
    aggregator.aggregateRecords(['a', 'b', 'c'].map(input));
  },
  'the text of a key': (aggregator, inside) => {
    const key = {
      toString: () => {
        inside();
        return 'a';
      },
    };
    aggregator.aggregateRecords(['a', 'b', 'c'].map((data) => record(data, key)));
  },
  'the iteration': (aggregator, inside) => {
    const forEach = (each) => {
      for (const data of ['a', 'b', 'c']) {
        inside();
        each(record(data));
      }
    };
    aggregator.aggregateRecords({ forEach });
  },
  'the callback': (aggregator, inside, callback) => {
    let calls = 0;
    aggregator.setOnReadyCallback((error, encoded) => {
      callback(error, encoded);
      if (encoded && calls++ < 3) inside();
    });
    aggregator.aggregateRecords([record('a'), record('b', 'b'), record('c')], true);
  },
  'the callback, of what had closed before it was set': (aggregator, inside, callback) => {
    aggregator.setOnReadyCallback(undefined);
    aggregator.onReadyCallback = undefined;
    aggregator.aggregateRecords([record('a'), record('b', 'b'), record('c')]);
    let calls = 0;
    aggregator.setOnReadyCallback((error, encoded) => {
      callback(error, encoded);
      if (encoded && calls++ < 3) inside();
    });
    aggregator.flushBufferedRecords();
  },
  'a callback that then throws': (aggregator, inside, callback) => {
    let calls = 0;
    aggregator.aggregateRecords([record('a'), record('b', 'b'), record('c')], false, callback);
    const throwing = () => {
      inside();
      if (calls++ === 0) throw new Error('not now');
    };
    // It has not taken what it threw on.
    expect(() =>
      aggregator.flushBufferedRecords((error, encoded) => {
        if (calls > 0) callback(error, encoded);
        throwing();
      }),
    ).toThrow('not now');
  },
};

const ROUTINGS = [
  ['first', 'first'],
  ['pinned', 'pinned'],
  ['partitionKey', 'partitionKey'],
  ['lanes', { lanes: 4 }],
  ['shards', { shards: evenShards(3) }],
];

describe.each(Object.entries(OUTER))('%s', (_, outer) => {
  describe.each(Object.entries(INNER))('calls %s', (_name, inner) => {
    test.each(ROUTINGS.flatMap(([name, routing]) => [1, 2, 100].map((most) => [name, most, routing])))(
      'routing %s, with %d records in an aggregate',
      (_routing, maxUserRecords, routing) => {
        const options = { routing, maxUserRecords };
        const entries = [];
        const take = (encoded) => encoded && entries.push(encoded);
        const callback = (error, encoded) => {
          if (error) throw error;
          take(encoded);
        };
        const aggregator = new RecordAggregator(callback, options);
        const expected = ['a', 'b', 'c'];
        outer(aggregator, () => expected.push(...inner(aggregator, take, callback)), callback);
        for (let rounds = 0; aggregator.length() > 0; rounds++) {
          expect(rounds).toBeLessThan(10);
          aggregator.flushBufferedRecords(callback);
        }
        expect(entries.flatMap(textsOf).sort()).toEqual(expected.sort());
      },
    );
  });
});

function textsOf({ data }) {
  return deaggregate({ Data: data, SequenceNumber: '' }).map((userRecord) => userRecord.data.toString());
}

test.each(ROUTINGS)(
  'what is cleared from a callback stays away, though the callback throws, routing %s',
  (_, routing) => {
    const aggregator = new RecordAggregator(undefined, { routing });
    aggregator.aggregateRecords([record('a'), record('b', 'b')]);
    const clearing = () => {
      aggregator.clearRecords();
      throw new Error('not now');
    };
    expect(() => aggregator.flushBufferedRecords(clearing)).toThrow('not now');
    expect(aggregator.length()).toBe(0);
    expect(aggregator.build()).toBeUndefined();
    aggregator.flushBufferedRecords(ignored);
  },
);
