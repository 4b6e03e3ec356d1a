'use strict';

// From wherever an aggregator calls code of the caller's, that code may call the aggregator again: every record that went in
// comes out once.

const { RecordAggregator } = require('../..');
const { evenShards } = require('../support/shards');
const { textsOf } = require('../support/user-records');

const record = (data) => ({ partitionKey: 'a', data });

/** What is called from inside; gives the texts that it put in. */
const INNER = {
  addUserRecord: (aggregator, take) => {
    take([aggregator.addUserRecord(record('inner'))]);
    return ['inner'];
  },
  addUserRecords: (aggregator, take) => {
    take(aggregator.addUserRecords([record('inner 1'), record('inner 2'), record('inner 3')]));
    return ['inner 1', 'inner 2', 'inner 3'];
  },
  flush: (aggregator, take) => {
    take(aggregator.flush());
    return [];
  },
  setShards: (aggregator, take) => {
    take(aggregator.setShards(evenShards(3)));
    return [];
  },
  'fits, sizeBytes and userRecordCount': (aggregator) => {
    aggregator.fits(record('never in'));
    expect(aggregator.sizeBytes > 0).toBe(aggregator.userRecordCount > 0);
    return [];
  },
  'a refused record': (aggregator) => {
    expect(() => aggregator.addUserRecord({ partitionKey: '', data: 'never in' })).toThrow('partitionKey');
    return [];
  },
};

/** From where; each puts 'a', 'b' and 'c' in. */
const OUTER = {
  'a getter of the partition key': (aggregator, take, inside) => {
    for (const data of ['a', 'b', 'c']) {
      take([
        aggregator.addUserRecord({
          get partitionKey() {
            inside();
            return 'a';
          },
          data,
        }),
      ]);
    }
  },
  'a getter of the data': (aggregator, take, inside) => {
    for (const data of ['a', 'b', 'c']) {
      take([
        aggregator.addUserRecord({
          partitionKey: 'a',
          get data() {
            inside();
            return data;
          },
        }),
      ]);
    }
  },
  'a getter, asked by fits': (aggregator, take, inside) => {
    const asking = {
      partitionKey: 'a',
      get data() {
        inside();
        return 'never in';
      },
    };
    aggregator.fits(asking);
    take(aggregator.addUserRecords(['a', 'b', 'c'].map(record)));
  },
  'an iterator': (aggregator, take, inside) => {
    const source = function* () {
      for (const data of ['a', 'b', 'c']) {
        inside();
        yield record(data);
      }
    };
    take(aggregator.addUserRecords(source()));
  },
  'a callback': (aggregator, take, inside) => {
    let calls = 0;
    aggregator.onRecordComplete((entry) => {
      take([entry]);
      if (calls++ < 3) inside();
    });
    for (const data of ['a', 'b', 'c']) aggregator.addUserRecord(record(data));
  },
};

describe.each(Object.entries(OUTER))('%s', (_, outer) => {
  describe.each(Object.entries(INNER))('calls %s', (_name, inner) => {
    test.each([1, 2, 100])('with %d records in an aggregate', (maxUserRecords) => {
      const aggregator = new RecordAggregator({ routing: { shards: evenShards(2) }, maxUserRecords });
      const entries = [];
      const take = (closed) => entries.push(...closed.filter(Boolean));
      const expected = ['a', 'b', 'c'];
      outer(aggregator, take, () => expected.push(...inner(aggregator, take)));
      // Callbacks of a flush may have put something in.
      while (aggregator.userRecordCount > 0) take(aggregator.flush());
      expect(textsOf(entries).flat().sort()).toEqual(expected.sort());
    });
  });
});
