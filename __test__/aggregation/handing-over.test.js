'use strict';

// Each aggregate is handed over exactly once: to every callback if there is one, else as a return value.

const { RecordAggregator } = require('../..');
const { evenShards } = require('../support/shards');
const { expectRefusal, thrownBy } = require('../support/thrown');
const { numbered, textsOf } = require('../support/user-records');

const record = (data) => ({ partitionKey: 'a', data });
const textOf = (entry) => textsOf([entry])[0].join();

/** One record for each aggregate, so that the second record closes the first one's. */
const onePerAggregate = () => new RecordAggregator({ maxUserRecords: 1 });

test('without a callback, aggregates are return values', () => {
  const aggregator = onePerAggregate();
  expect(aggregator.addUserRecord(record('0'))).toBeUndefined();
  expect(textOf(aggregator.addUserRecord(record('1')))).toBe('0');
  expect(textsOf(aggregator.addUserRecords([record('2'), record('3')]))).toEqual([['1'], ['2']]);
  expect(textsOf(aggregator.flush())).toEqual([['3']]);
});

test('with a callback, it gets them and the methods return undefined or []', () => {
  const seen = [];
  const aggregator = onePerAggregate().onRecordComplete((entry) => seen.push(textOf(entry)));
  expect(aggregator.addUserRecord(record('0'))).toBeUndefined();
  expect(aggregator.addUserRecord(record('1'))).toBeUndefined();
  expect(aggregator.addUserRecords([record('2'), record('3')])).toEqual([]);
  expect(aggregator.flush()).toEqual([]);
  expect(seen).toEqual(['0', '1', '2', '3']);
});

test('setShards hands over like the others', () => {
  const options = { routing: { shards: evenShards(2) }, maxUserRecords: 10 };
  const seen = [];
  const aggregator = new RecordAggregator(options).onRecordComplete((entry) => seen.push(entry.userRecordCount));
  for (let i = 0; i < 15; i++) aggregator.addUserRecord({ partitionKey: `${i}`, data: '' });
  expect(aggregator.setShards(evenShards(1))).toEqual([]);
  expect(seen).toEqual([10]);
});

test('onRecordComplete gives the aggregator, and refuses what is no function', () => {
  const aggregator = new RecordAggregator();
  expect(aggregator.onRecordComplete(() => {})).toBe(aggregator);
  for (const value of [undefined, null, {}, 'text', 5, Promise.resolve()]) {
    expectRefusal(() => aggregator.onRecordComplete(value), 'ERR_KPL_OPTION');
  }
});

test('each callback gets each aggregate once, in the order of registration, before the call returns', () => {
  const seen = [];
  const aggregator = onePerAggregate();
  for (const name of ['A', 'B', 'C']) aggregator.onRecordComplete((entry) => seen.push(`${name}${textOf(entry)}`));
  aggregator.addUserRecords([record('0'), record('1'), record('2')]);
  expect(seen).toEqual(['A0', 'B0', 'C0', 'A1', 'B1', 'C1']);
});

test('all callbacks get the same entry, with nothing else', () => {
  const calls = [];
  const aggregator = onePerAggregate();
  for (let i = 0; i < 2; i++) aggregator.onRecordComplete((...values) => calls.push(values));
  aggregator.addUserRecord(record('0'));
  aggregator.flush();
  expect(calls.map((values) => values.length)).toEqual([1, 1]);
  expect(calls[0][0]).toBe(calls[1][0]);
  expect(calls[0][0]).toMatchObject({ PartitionKey: 'a', userRecordCount: 1 });
});

test('a function that is registered twice gets each aggregate once', () => {
  const callback = jest.fn();
  const aggregator = onePerAggregate().onRecordComplete(callback).onRecordComplete(callback);
  aggregator.addUserRecord(record('0'));
  aggregator.flush();
  expect(callback).toHaveBeenCalledTimes(1);
});

test('what a callback returns is ignored: a promise is not awaited', () => {
  const aggregator = onePerAggregate().onRecordComplete(() => new Promise(() => {}));
  aggregator.addUserRecord(record('0'));
  expect(aggregator.flush()).toEqual([]);
});

test('clearCallbacks makes aggregates return values again; clear leaves callbacks alone', () => {
  const callback = jest.fn();
  const aggregator = onePerAggregate().onRecordComplete(callback);
  aggregator.addUserRecord(record('0'));
  aggregator.clear();
  aggregator.addUserRecord(record('1'));
  expect(aggregator.flush()).toEqual([]);
  expect(callback).toHaveBeenCalledTimes(1);
  aggregator.clearCallbacks();
  aggregator.addUserRecord(record('2'));
  expect(textsOf(aggregator.flush())).toEqual([['2']]);
  expect(callback).toHaveBeenCalledTimes(1);
});

describe('a callback that throws', () => {
  test('the record that closed the aggregate has been taken', () => {
    const aggregator = onePerAggregate().onRecordComplete(() => {
      throw new Error('of the callback');
    });
    aggregator.addUserRecord(record('0'));
    expect(() => aggregator.addUserRecord(record('1'))).toThrow('of the callback');
    expect(aggregator.userRecordCount).toBe(1);
    aggregator.clearCallbacks();
    expect(textsOf(aggregator.flush())).toEqual([['1']]);
  });

  test('every aggregate of the call is still offered to every callback, then the first error is thrown', () => {
    const seen = [];
    const aggregator = onePerAggregate()
      .onRecordComplete((entry) => {
        seen.push(`A${textOf(entry)}`);
        throw new Error(`A${textOf(entry)}`);
      })
      .onRecordComplete((entry) => {
        seen.push(`B${textOf(entry)}`);
        throw new Error(`B${textOf(entry)}`);
      });
    expect(() => aggregator.addUserRecords(numbered(4))).toThrow(new Error('A0'));
    expect(seen).toEqual(['A0', 'B0', 'A1', 'B1', 'A2', 'B2']);
    expect(() => aggregator.flush()).toThrow(new Error('A3'));
  });

  test('the very value that it threw is thrown, undefined too', () => {
    for (const value of [undefined, null, 0, 'text', { code: 'X' }]) {
      const aggregator = onePerAggregate().onRecordComplete(() => {
        throw value;
      });
      aggregator.addUserRecord(record('0'));
      expect(thrownBy(() => aggregator.flush())).toBe(value);
    }
  });

  test('the aggregator works on afterwards', () => {
    let isBad = true;
    const seen = [];
    const aggregator = onePerAggregate().onRecordComplete((entry) => {
      seen.push(textOf(entry));
      if (isBad) throw new Error('bad');
    });
    aggregator.addUserRecord(record('0'));
    expect(() => aggregator.addUserRecord(record('1'))).toThrow('bad');
    isBad = false;
    aggregator.addUserRecord(record('2'));
    aggregator.flush();
    expect(seen).toEqual(['0', '1', '2']);
  });
});

describe('a call from inside a callback', () => {
  test('takes effect at once; what it closes is delivered after what was already waiting', () => {
    const seen = [];
    const counts = [];
    const aggregator = onePerAggregate();
    aggregator.onRecordComplete((entry) => {
      const text = textOf(entry);
      seen.push(`A${text}`);
      if (text === '0') {
        expect(aggregator.addUserRecord(record('nested'))).toBeUndefined();
        counts.push(aggregator.userRecordCount);
        expect(aggregator.flush()).toEqual([]);
        counts.push(aggregator.userRecordCount);
      }
    });
    aggregator.onRecordComplete((entry) => seen.push(`B${textOf(entry)}`));
    aggregator.addUserRecords(numbered(3));
    expect(counts).toEqual([1, 0]);
    expect(seen).toEqual(['A0', 'B0', 'A1', 'B1', 'A2', 'B2', 'Anested', 'Bnested']);
    expect(aggregator.flush()).toEqual([]);
  });

  test('sees the state of the complete call', () => {
    const counts = [];
    const aggregator = onePerAggregate();
    aggregator.onRecordComplete(() => counts.push(aggregator.userRecordCount));
    aggregator.addUserRecords(numbered(3));
    expect(counts).toEqual([1, 1]);
    aggregator.flush();
    expect(counts).toEqual([1, 1, 0]);
  });

  test('of a refused record throws there, and the outer call goes on', () => {
    const seen = [];
    const aggregator = onePerAggregate();
    aggregator.onRecordComplete((entry) => {
      seen.push(textOf(entry));
      expectRefusal(() => aggregator.addUserRecord({ partitionKey: '', data: '' }), 'ERR_KPL_PARTITION_KEY');
    });
    aggregator.addUserRecords(numbered(3));
    expect(seen).toEqual(['0', '1']);
  });

  test('that closes again and again ends when it stops', () => {
    let left = 1000;
    const aggregator = onePerAggregate();
    aggregator.onRecordComplete(() => {
      if (left-- > 0) aggregator.addUserRecord(record('again'));
    });
    aggregator.addUserRecords(numbered(2));
    expect(left).toBe(-1);
    expect(aggregator.userRecordCount).toBe(1);
  });

  test('to clear loses what is open, and not what was closed', () => {
    const seen = [];
    const aggregator = onePerAggregate();
    aggregator.onRecordComplete((entry) => {
      seen.push(textOf(entry));
      aggregator.clear();
    });
    aggregator.addUserRecords(numbered(3));
    expect(seen).toEqual(['0', '1']);
    expect(aggregator.userRecordCount).toBe(0);
    aggregator.clearCallbacks();
    expect(aggregator.flush()).toEqual([]);
  });

  test('to clearCallbacks loses nothing that was closed', () => {
    const seen = [];
    const aggregator = onePerAggregate();
    aggregator.onRecordComplete((entry) => {
      seen.push(textOf(entry));
      aggregator.clearCallbacks();
    });
    const returned = aggregator.addUserRecords(numbered(4));
    expect([...seen, ...textsOf(returned).flat(), ...textsOf(aggregator.flush()).flat()].sort()).toEqual([
      '0',
      '1',
      '2',
      '3',
    ]);
  });

  test('to onRecordComplete adds a callback for the next call', () => {
    const late = jest.fn();
    const aggregator = onePerAggregate();
    aggregator.onRecordComplete(() => aggregator.onRecordComplete(late));
    aggregator.addUserRecords(numbered(2));
    aggregator.flush();
    expect(late).toHaveBeenCalledTimes(1);
  });
});

test('exactly once over a long run, with callbacks coming and going', () => {
  const aggregator = new RecordAggregator({ maxUserRecords: 3 });
  const delivered = [];
  const take = (entries) => delivered.push(...textsOf(entries).flat());
  for (let i = 0; i < 300; i++) {
    if (i % 50 === 10) aggregator.onRecordComplete((entry) => take([entry]));
    if (i % 50 === 30) aggregator.clearCallbacks();
    const closed = aggregator.addUserRecord(record(String(i)));
    if (closed) take([closed]);
  }
  take(aggregator.flush());
  expect(delivered).toEqual(numbered(300).map(({ data }) => data));
});
