'use strict';

// What must hold of every deaggregation, whatever the bytes.

const fc = require('fast-check');
const { aggregate, decode, deaggregate, deaggregateAsync, isAggregated, iterDeaggregate } = require('../..');
const { SHAPES, sdkRecord } = require('../support/kinesis-records');
const { thrownBy } = require('../support/thrown');
const {
  MAGIC,
  aggregateOf,
  bytes,
  frame,
  number,
  partitionKeyEntry,
  recordEntry,
  varint,
} = require('../oracle/format');
const { effectiveHashKey } = require('../oracle/hash-key');
const { partitionKey, userRecord } = require('../support/arbitraries');

const someData = fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array));

/** Random pieces of a message, sensible and not, in any order: valid frames around dubious protobuf. */
const piece = fc.oneof(
  partitionKey.map(partitionKeyEntry),
  fc.uint8Array({ maxLength: 5 }).map((key) => bytes(1, key)),
  fc.constantFrom('0', '7', 'abc', '-1', '').map((key) => bytes(2, key)),
  fc.tuple(fc.nat(3), fc.option(fc.nat(2)), someData).map(([pk, ehk, data]) => recordEntry(pk, ehk, data)),
  fc.uint8Array({ maxLength: 12 }).map((garbage) => bytes(3, garbage)),
  fc.tuple(fc.integer({ min: 4, max: 100 }), someData).map(([field, data]) => bytes(field, data)),
  fc.tuple(fc.integer({ min: 1, max: 100 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(([f, n]) => number(f, n)),
  fc.uint8Array({ maxLength: 4 }).map((garbage) => Buffer.from(garbage)),
  fc.bigInt({ min: 0n, max: 2n ** 70n }).map(varint),
);
const dubious = fc.array(piece, { maxLength: 8 }).map((pieces) => frame(...pieces));

/** A good aggregate of which a part was changed, with the old MD5 or a new one. */
const damaged = fc
  .tuple(fc.array(userRecord, { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(255), fc.boolean(), fc.nat(3))
  .map(([records, place, value, isResealed, cut]) => {
    const data = Buffer.from(aggregateOf(records));
    data[place % data.length] = value;
    const message = data.subarray(4, data.length - 16 - cut);
    return isResealed ? frame(message) : data.subarray(0, data.length - cut);
  });

const anyData = fc.oneof(
  someData,
  someData.map((data) => Buffer.concat([MAGIC, data])),
  dubious,
  damaged,
);

test('whatever comes, it comes out: as user records inside it, or whole', () => {
  fc.assert(
    fc.property(anyData, (Data) => {
      const record = sdkRecord({ Data, PartitionKey: 'outer' });
      const before = Buffer.from(Data);
      const out = deaggregate(record);
      expect(Data.equals(before)).toBe(true);
      const isWhole = out.length === 1 && !out[0].aggregated;
      if (isWhole) {
        expect(out[0].data.equals(Data)).toBe(true);
        expect('decodeError' in out[0]).toBe(Data.subarray(0, 4).equals(MAGIC));
        expect(out[0].partitionKey).toBe('outer');
      } else {
        expect(isAggregated(Data)).toBe(true);
        out.forEach((userRecord, i) => {
          expect(userRecord).toMatchObject({ aggregated: true, subSequenceNumber: i });
          expect(userRecord).not.toHaveProperty('decodeError');
          expect(typeof userRecord.partitionKey).toBe('string');
          expect(Data.includes(userRecord.data)).toBe(true);
        });
      }
    }),
    { numRuns: 3000 },
  );
});

test('strict throws exactly where there would be a decodeError, with its code; onBroken hears exactly of those', () => {
  fc.assert(
    fc.property(fc.array(anyData, { maxLength: 5 }), (list) => {
      const records = list.map((Data) => sdkRecord({ Data }));
      const heard = [];
      const out = records.map((record) => deaggregate(record));
      deaggregate(records, { onBroken: (error, record) => heard.push([error.code, error.recordIndex, record]) });
      const broken = out.flatMap(([first], i) =>
        first && 'decodeError' in first ? [[first.decodeError, i, records[i]]] : [],
      );
      expect(heard).toEqual(broken);
      if (broken.length === 0) {
        expect(deaggregate(records, { strict: true })).toEqual(out.flat());
      } else {
        const [[code, recordIndex]] = broken;
        expect(thrownBy(() => deaggregate(records, { strict: true }))).toMatchObject({ code, recordIndex });
        expect(thrownBy(() => [...iterDeaggregate(records, { strict: true })])).toMatchObject({ code, recordIndex });
      }
    }),
    { numRuns: 500 },
  );
});

test('all ways of reading agree, whatever comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyData, { maxLength: 5 }),
      fc.boolean(),
      fc.boolean(),
      async (list, copy, verifyChecksum) => {
        const records = list.map((Data, i) => sdkRecord({ Data, PartitionKey: `outer ${i}` }, String(i)));
        const options = { copy, verifyChecksum };
        const expected = deaggregate(records, options);
        expect([...iterDeaggregate(records, options)]).toEqual(expected);
        expect(await deaggregateAsync(records, options)).toEqual(expected);
        const batch = decode(records, options);
        expect([...batch]).toEqual(expected);
        expect(batch).toHaveLength(expected.length);
        expected.forEach((userRecord, i) => {
          expect(batch.data(i)).toEqual(userRecord.data);
          expect(batch.partitionKey(i)).toBe(userRecord.partitionKey);
          expect(batch.explicitHashKey(i)).toBe(userRecord.explicitHashKey);
          expect(batch.subSequenceNumber(i)).toBe(userRecord.subSequenceNumber);
          expect(batch.aggregated(i)).toBe(userRecord.aggregated);
          expect(batch.sequenceNumber(i)).toBe(userRecord.sequenceNumber);
          expect(batch.text(i)).toBe(userRecord.data.toString());
        });
      },
    ),
    { numRuns: 250 },
  );
});

test('all shapes give the same user records', () => {
  fc.assert(
    fc.property(anyData, fc.constantFrom(...Object.values(SHAPES)), (Data, shape) => {
      const entry = { Data, PartitionKey: 'outer' };
      expect(deaggregate(shape(entry, '1'))).toEqual(deaggregate(sdkRecord(entry, '1')));
    }),
    { numRuns: 500 },
  );
});

test('what the slow writer writes, duplicated and unused table entries included, is read', () => {
  const records = fc.array(userRecord, { maxLength: 20 });
  fc.assert(
    fc.property(records, fc.array(partitionKey, { maxLength: 3 }), (list, unused) => {
      const message = aggregateOf(list).subarray(4, -16);
      // Unused entries at the end of the table shift no index.
      const Data = frame(message, ...unused.map(partitionKeyEntry));
      if (message.length === 0 && unused.length === 0) return;
      const out = deaggregate(sdkRecord({ Data }));
      expect(out.map(({ partitionKey, explicitHashKey, data }) => [partitionKey, explicitHashKey, data])).toEqual(
        list.map(({ partitionKey, explicitHashKey, data }) => [partitionKey, explicitHashKey, data]),
      );
    }),
    { numRuns: 200 },
  );
});

test('hashKeyRange keeps an aggregate exactly if every user record lies inside', () => {
  const bound = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });
  const records = fc.array(userRecord, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(records, bound, bound, (list, one, other) => {
      const [start, end] = one < other ? [one, other] : [other, one];
      const hashKeyRange = { StartingHashKey: String(start), EndingHashKey: String(end) };
      const isInside = ({ partitionKey, explicitHashKey }) => {
        const hashKey = effectiveHashKey(partitionKey, explicitHashKey);
        return start <= hashKey && hashKey <= end;
      };
      const kept = deaggregate(sdkRecord({ Data: aggregateOf(list) }), { hashKeyRange });
      expect(kept).toHaveLength(list.every(isInside) ? list.length : 0);
    }),
    { numRuns: 500 },
  );
});

test('isAggregated says what deaggregate finds, but for protobuf that is malformed', () => {
  fc.assert(
    fc.property(anyData, (data) => {
      const [first] = deaggregate(sdkRecord({ Data: data }));
      const is = isAggregated(data);
      expect(isAggregated(data.toString('base64'))).toBe(is);
      if (first === undefined || first.aggregated || first.decodeError === 'ERR_KPL_INDEX') expect(is).toBe(true);
      if (first?.decodeError === 'ERR_KPL_CHECKSUM') expect(is).toBe(false);
      if (first?.aggregated === false && !('decodeError' in first)) expect(is).toBe(false);
    }),
    { numRuns: 1000 },
  );
});

test('aggregates inside aggregates come out one layer at a time', () => {
  fc.assert(
    fc.property(fc.array(userRecord, { minLength: 1, maxLength: 5 }), (list) => {
      const inner = aggregate(list, { routing: 'first' });
      const [outer] = aggregate([{ partitionKey: 'a', data: inner[0].Data }], { nested: 'keep' });
      const [middle, ...more] = deaggregate(sdkRecord(outer));
      expect(more).toEqual([]);
      expect(deaggregate(sdkRecord({ Data: middle.data })).map(({ data }) => data)).toEqual(
        list.map(({ data }) => data),
      );
    }),
    { numRuns: 50 },
  );
});
