'use strict';

// Asynchronous sources: pulled one item at a time, at the consumer's pace, and closed when the consumer leaves.

const { Readable, Writable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { ReadableStream } = require('node:stream/web');
const { aggregate, deaggregate, iterDeaggregate, iterDeaggregateRecords } = require('../..');
const { native } = require('../../lib/native');
const source = require('../../lib/deaggregate/user-records');
const { sdkRecord } = require('../support/kinesis-records');

const [entry] = aggregate(['x', 'y'].map((data) => ({ partitionKey: 'a', data })));
const recordOf = (i) => sdkRecord(entry, String(i));
const placeOf = ({ sequenceNumber, data }) => `${sequenceNumber}${data}`;

/** A source that tells what was asked of it. */
function counting(count, itemOf = recordOf) {
  const events = [];
  const items = (async function* () {
    try {
      for (let i = 0; i < count; i++) {
        events.push(`take ${i}`);
        yield itemOf(i);
      }
      events.push('end');
    } finally {
      events.push('closed');
    }
  })();
  return { events, items };
}

async function all(asyncIterable) {
  const items = [];
  for await (const item of asyncIterable) items.push(item);
  return items;
}

const collector = (into) =>
  new Writable({
    objectMode: true,
    write(record, _, done) {
      into.push(placeOf(record));
      done();
    },
  });

test('an item is pulled when its first user record is asked for, and nothing further', async () => {
  const { events, items } = counting(3);
  const iterator = iterDeaggregate(items);
  expect(events).toEqual([]);
  expect(placeOf((await iterator.next()).value)).toBe('0x');
  expect(events).toEqual(['take 0']);
  expect(placeOf((await iterator.next()).value)).toBe('0y');
  expect(events).toEqual(['take 0']);
  expect(placeOf((await iterator.next()).value)).toBe('1x');
  expect(events).toEqual(['take 0', 'take 1']);
  expect(iterator[Symbol.asyncIterator]()).toBe(iterator);
});

test('the end of the source is the end', async () => {
  const { events, items } = counting(2);
  expect((await all(iterDeaggregate(items))).map(placeOf)).toEqual(['0x', '0y', '1x', '1y']);
  expect(events).toEqual(['take 0', 'take 1', 'end', 'closed']);
});

test('leaving the loop closes the source, return and throw too', async () => {
  const left = counting(3);
  for await (const record of iterDeaggregate(left.items)) if (placeOf(record) === '0y') break;
  expect(left.events).toEqual(['take 0', 'closed']);

  const returned = counting(3);
  const iterator = iterDeaggregate(returned.items);
  await iterator.next();
  expect(await iterator.return('value')).toEqual({ value: 'value', done: true });
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
  expect(returned.events).toEqual(['take 0', 'closed']);

  const thrown = counting(3);
  const failing = iterDeaggregate(thrown.items);
  await failing.next();
  await expect(failing.throw(new Error('thrown in'))).rejects.toThrow('thrown in');
  expect(thrown.events).toEqual(['take 0', 'closed']);
});

test('a bad record closes the source and names its index over all items', async () => {
  const { events, items } = counting(3, (i) => (i === 1 ? [recordOf(1), 5] : [recordOf(i), recordOf(i)]));
  const iterator = iterDeaggregate(items);
  for (let i = 0; i < 6; i++) expect((await iterator.next()).done).toBe(false);
  await expect(iterator.next()).rejects.toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 3 });
  expect(events).toEqual(['take 0', 'take 1', 'closed']);
});

test('an item that is nothing is refused with its index', async () => {
  const { items } = counting(2, (i) => (i === 1 ? null : recordOf(i)));
  await expect(all(iterDeaggregate(items))).rejects.toMatchObject({ code: 'ERR_KPL_KINESIS_RECORD', recordIndex: 1 });
});

test('what the source throws is thrown when it is reached', async () => {
  const failure = new Error('of the source');
  const iterator = iterDeaggregate(
    (async function* () {
      yield recordOf(0);
      throw failure;
    })(),
  );
  await iterator.next();
  await iterator.next();
  await expect(iterator.next()).rejects.toBe(failure);
});

test('an item that holds many records is hashed together', async () => {
  const readRecords = jest.spyOn(native, 'readRecords');
  const items = counting(2, () => Array.from({ length: 10 }, (_, i) => recordOf(i))).items;
  expect(await all(source.iterDeaggregate(items))).toHaveLength(40);
  expect(readRecords.mock.calls.map(([payloads]) => payloads.length)).toEqual([10, 10]);
  readRecords.mockRestore();
});

test('any iterable of records is an item, an empty one too', async () => {
  const kinds = [[], new Set([recordOf(1)]), [recordOf(2)].values(), recordOf(3)];
  const items = counting(kinds.length, (i) => kinds[i]).items;
  expect((await all(iterDeaggregate(items))).map(placeOf)).toEqual(['1x', '1y', '2x', '2y', '3x', '3y']);
});

test('an object with both iterators counts as synchronous', () => {
  const both = { [Symbol.iterator]: () => [recordOf(1)].values(), [Symbol.asyncIterator]: () => counting(0).items };
  expect([...iterDeaggregate(both)].map(placeOf)).toEqual(['1x', '1y']);
});

test('records in their shape come out of a stream too', async () => {
  const record = recordOf(1);
  expect(await all(iterDeaggregateRecords(counting(1, () => [record]).items))).toEqual(
    deaggregate(record).map(({ data, partitionKey, explicitHashKey, subSequenceNumber }) => ({
      ...record,
      Data: data,
      PartitionKey: partitionKey,
      ExplicitHashKey: explicitHashKey,
      SubSequenceNumber: subSequenceNumber,
      Aggregated: true,
    })),
  );
});

test('it fits between Node streams, which pass a signal', async () => {
  const piped = [];
  await pipeline(Readable.from([recordOf(0), recordOf(1)]), iterDeaggregate, collector(piped));
  expect(piped).toEqual(['0x', '0y', '1x', '1y']);

  const composed = Readable.from([recordOf(0)]).compose(iterDeaggregate);
  expect((await all(composed)).map(placeOf)).toEqual(['0x', '0y']);

  const wrapped = Readable.from(iterDeaggregate(Readable.from([recordOf(0)])));
  expect((await all(wrapped)).map(placeOf)).toEqual(['0x', '0y']);
});

test('a failing sink closes the source', async () => {
  const { events, items } = counting(1000);
  const sink = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write: (_record, _, done) => done(new Error('full')),
  });
  await expect(pipeline(items, iterDeaggregate, sink)).rejects.toThrow('full');
  expect(events.at(-1)).toBe('closed');
  expect(events.length).toBeLessThan(50);
});

test('it fits between Web streams', async () => {
  const readable = new ReadableStream({
    start(controller) {
      controller.enqueue([recordOf(0), recordOf(1)]);
      controller.close();
    },
  });
  const userRecords = ReadableStream.from(iterDeaggregate(readable));
  expect((await all(userRecords)).map(placeOf)).toEqual(['0x', '0y', '1x', '1y']);
});

test('an event stream of SubscribeToShard takes a generator of three lines', async () => {
  async function* EventStream() {
    yield { SubscribeToShardEvent: { Records: [recordOf(0)], ContinuationSequenceNumber: '1' } };
    yield { SubscribeToShardEvent: { Records: [], ContinuationSequenceNumber: '2' } };
    yield { InternalFailureException: {} };
  }
  async function* records() {
    for await (const { SubscribeToShardEvent: event } of EventStream()) if (event) yield event.Records;
  }
  expect((await all(iterDeaggregate(records()))).map(placeOf)).toEqual(['0x', '0y']);
});

test('10 000 chunks take no more memory than a few', async () => {
  const chunk = () => [sdkRecord({ Data: Buffer.alloc(50_000, 'x'), PartitionKey: 'a' })];
  // Of the process, in which other tests may have left something.
  const held = () => process.memoryUsage().arrayBuffers;
  const before = held();
  let peak = before;
  let count = 0;
  for await (const _ of iterDeaggregate(counting(10_000, chunk).items)) {
    if (++count % 100 === 0) {
      await new Promise(setImmediate);
      peak = Math.max(peak, held());
    }
  }
  expect(count).toBe(10_000);
  // All of them would be 500 MB.
  expect(peak - before).toBeLessThan(150e6);
});
