'use strict';

// iterDeaggregate: one Kinesis record at a time, nothing read ahead.

const { aggregate, decode, iterDeaggregate, iterDeaggregateRecords } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { expectRefusal, thrownBy } = require('../support/thrown');
const { frame, partitionKeyEntry, recordEntry } = require('../oracle/format');

const entry = aggregate(['x', 'y'].map((data) => ({ partitionKey: 'a', data })))[0];

/** A source that tells what was asked of it. */
function source(count, events = []) {
  const records = (function* () {
    try {
      for (let i = 0; i < count; i++) {
        events.push(`take ${i}`);
        yield sdkRecord(entry, String(i));
      }
      events.push('end');
    } finally {
      events.push('closed');
    }
  })();
  return { events, records };
}

test('nothing is taken before it is asked for', () => {
  const { events, records } = source(3);
  const iterator = iterDeaggregate(records);
  expect(events).toEqual([]);
  iterator.next();
  expect(events).toEqual(['take 0']);
  iterator.next();
  expect(events).toEqual(['take 0']);
  iterator.next();
  expect(events).toEqual(['take 0', 'take 1']);
});

test('at the end the source is at its end', () => {
  const { events, records } = source(2);
  expect([...iterDeaggregate(records)]).toHaveLength(4);
  expect(events).toEqual(['take 0', 'take 1', 'end', 'closed']);
});

test('leaving a loop early closes the source', () => {
  const { events, records } = source(3);
  for (const { data } of iterDeaggregate(records)) {
    if (data.toString() === 'y') break;
  }
  expect(events).toEqual(['take 0', 'closed']);
});

test('return closes the source, throw too; both end the iterator', () => {
  for (const [method, value] of [
    ['return', 'value'],
    ['throw', new Error('thrown in')],
  ]) {
    const { events, records } = source(3);
    const iterator = iterDeaggregate(records);
    iterator.next();
    if (method === 'return') expect(iterator.return(value)).toEqual({ value, done: true });
    else expect(thrownBy(() => iterator.throw(value))).toBe(value);
    expect(events).toEqual(['take 0', 'closed']);
    expect(iterator.next()).toEqual({ value: undefined, done: true });
  }
});

test('a record that is none closes the source', () => {
  let isClosed = false;
  const records = (function* () {
    try {
      yield sdkRecord(entry);
      yield 5;
    } finally {
      isClosed = true;
    }
  })();
  const iterator = iterDeaggregate(records);
  iterator.next();
  iterator.next();
  expectRefusal(() => iterator.next(), 'ERR_KPL_KINESIS_RECORD', { recordIndex: 1 });
  expect(isClosed).toBe(true);
  expect(iterator.next().done).toBe(true);
});

test('what the source throws is thrown when it is reached', () => {
  const failure = new Error('of the source');
  const records = (function* () {
    yield sdkRecord(entry);
    throw failure;
  })();
  const iterator = iterDeaggregate(records);
  expect(iterator.next().done).toBe(false);
  expect(iterator.next().done).toBe(false);
  expect(thrownBy(() => iterator.next())).toBe(failure);
});

test('it is an iterator and iterable, to be used once', () => {
  const iterator = iterDeaggregate([sdkRecord(entry)]);
  expect(iterator[Symbol.iterator]()).toBe(iterator);
  expect([...iterator]).toHaveLength(2);
  expect([...iterator]).toEqual([]);
});

test('an endless source is no problem', () => {
  const endless = function* () {
    for (;;) yield sdkRecord(entry);
  };
  let count = 0;
  for (const _ of iterDeaggregate(endless())) if (++count === 1000) break;
  expect(count).toBe(1000);
});

test('a source that reuses its record object and buffer is read in time, if each user record is used at once', () => {
  const record = sdkRecord({ Data: Buffer.alloc(entry.Data.length), PartitionKey: 'a' });
  const records = (function* () {
    for (let i = 0; i < 3; i++) {
      record.Data.set(entry.Data);
      record.SequenceNumber = String(i);
      yield record;
      record.Data.fill(0);
    }
  })();
  const seen = [];
  for (const { data, sequenceNumber } of iterDeaggregate(records)) seen.push(`${sequenceNumber}${data}`);
  expect(seen).toEqual(['0x', '0y', '1x', '1y', '2x', '2y']);
});

test('two iterators over one source take turns', () => {
  const { records } = source(2);
  const shared = { [Symbol.iterator]: () => ({ next: () => records.next() }) };
  const [one, two] = [iterDeaggregate(shared), iterDeaggregate(shared)];
  expect(one.next().value.sequenceNumber).toBe('0');
  expect(two.next().value.sequenceNumber).toBe('1');
});

describe('of 300 000 user records in one Kinesis record', () => {
  const COUNT = 300_000;
  const smallest = recordEntry(0, null, '');
  const huge = sdkRecord({ Data: frame(partitionKeyEntry('a'), Buffer.alloc(COUNT * smallest.length, smallest)) });

  test.each([
    ['iterDeaggregate', () => iterDeaggregate(huge)],
    ['iterDeaggregateRecords', () => iterDeaggregateRecords(huge)],
    ['a batch', () => decode(huge)[Symbol.iterator]()],
  ])('%s makes few at a time', (_, iterate) => {
    const before = process.memoryUsage().heapUsed;
    const iterator = iterate();
    iterator.next();
    // All of them would take 200 bytes each.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(10 * COUNT);
    let taken = 1;
    for (const _ of iterator) taken++;
    expect(taken).toBe(COUNT);
  });

  test('they are numbered through', () => {
    let expected = 0;
    for (const { subSequenceNumber } of iterDeaggregate(huge)) {
      if (subSequenceNumber !== expected++) throw new Error(`${subSequenceNumber} came as ${expected - 1}`);
    }
    expect(expected).toBe(COUNT);
  });
});
