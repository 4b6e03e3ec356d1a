'use strict';

// What must hold of every aggregation, whatever the records.

const fc = require('fast-check');
const { RecordAggregator, aggregate, deaggregate, hashKey } = require('../..');
const {
  lanes,
  optionsWith,
  partitionKey,
  routing,
  safeRouting,
  shards,
  userRecord,
} = require('../support/arbitraries');
const { sdkRecord } = require('../support/kinesis-records');
const { laneOf, middleOf, owns } = require('../oracle/aggregator');
const { MAGIC, sizeOf } = require('../oracle/format');
const { effectiveHashKey, hashKeyOf } = require('../oracle/hash-key');
const { readByProtobuf, sizeByProtobuf } = require('../oracle/protobuf');

const manyRecords = fc.array(userRecord, { maxLength: 120, size: 'max' });

/** Every record that can be taken; the rest is another test's. */
const takeable = (records, options) => {
  const asking = new RecordAggregator(options);
  return records.filter((record) => asking.fits(record));
};

const isWrapped = (entry) => entry.Data.subarray(0, 4).equals(MAGIC);

const check = (someOptions, property, numRuns = 120) =>
  fc.assert(
    fc.property(someOptions, manyRecords, (options, records) => {
      const taken = takeable(records, options);
      property(aggregate(taken, options), taken, options);
    }),
    { numRuns },
  );

const asText = ({ partitionKey, data }) => JSON.stringify([partitionKey, data.toString('latin1')]);

test('round trip: every record comes out once, unchanged, under each routing', () => {
  check(optionsWith(routing), (entries, records) => {
    const out = deaggregate(
      entries.map((entry) => sdkRecord(entry)),
      { strict: true },
    );
    expect(out.map(asText).sort()).toEqual(records.map(asText).sort());
    expect(entries.reduce((sum, entry) => sum + entry.userRecordCount, 0)).toBe(records.length);
  });
});

test("round trip under 'first' keeps all keys and the order", () => {
  check(optionsWith(fc.constant('first')), (entries, records) => {
    const out = entries.flatMap((entry) =>
      deaggregate(sdkRecord(entry)).map((record) => ({
        ...record,
        // One that went as it is has its explicit hash key outside.
        explicitHashKey: record.aggregated ? record.explicitHashKey : (entry.ExplicitHashKey ?? null),
      })),
    );
    const keyed = (record) => JSON.stringify([asText(record), record.explicitHashKey ?? null]);
    expect(out.map(keyed)).toEqual(records.map(keyed));
  });
});

test('a record that brings its own explicit hash key keeps it, under each routing', () => {
  check(optionsWith(routing), (entries, records) => {
    const own = records.filter((record) => record.explicitHashKey !== null);
    const out = entries.flatMap((entry) =>
      deaggregate(sdkRecord(entry)).map((record) => ({
        ...record,
        explicitHashKey: record.aggregated ? record.explicitHashKey : (entry.ExplicitHashKey ?? null),
      })),
    );
    const keyed = (record) => JSON.stringify([asText(record), record.explicitHashKey]);
    const found = out.map(keyed);
    for (const record of own) {
      const place = found.indexOf(keyed(record));
      expect(place).not.toBe(-1);
      found.splice(place, 1);
    }
  });
});

test("the invariant: all user records of an aggregate have one hash key, the aggregate's own, but under 'first'", () => {
  check(
    optionsWith(safeRouting),
    (entries) => {
      for (const { PartitionKey, ExplicitHashKey, Data } of entries) {
        const outer = effectiveHashKey(PartitionKey, ExplicitHashKey);
        const inside = readByProtobuf(Data) ?? [];
        for (const record of inside) {
          expect(effectiveHashKey(record.partitionKey, record.explicitHashKey)).toBe(outer);
        }
      }
    },
    200,
  );
});

test('so a consumer that filters by any shard keeps an aggregate whole or not at all', () => {
  fc.assert(
    fc.property(optionsWith(safeRouting), manyRecords, shards, (options, records, map) => {
      const entries = aggregate(takeable(records, options), options).filter(isWrapped);
      for (const entry of entries) {
        const outer = effectiveHashKey(entry.PartitionKey, entry.ExplicitHashKey);
        for (const shard of map) {
          const kept = deaggregate(sdkRecord(entry), { hashKeyRange: shard.HashKeyRange });
          expect(kept).toHaveLength(owns(shard, outer) ? entry.userRecordCount : 0);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('sizes are exact: by the formula and by protobufjs', () => {
  check(optionsWith(routing), (entries) => {
    for (const { Data } of entries.filter(isWrapped)) {
      const inside = readByProtobuf(Data);
      // Data that begins with the magic number and went as it is cannot be here: it is always wrapped.
      expect(inside).not.toBeNull();
      expect(Data).toHaveLength(sizeOf(inside));
      expect(Data).toHaveLength(sizeByProtobuf(Data));
    }
  });
});

test('no aggregate exceeds maxAggregateBytes unless it holds one record, and none exceeds maxRecordBytes', () => {
  check(optionsWith(routing), (entries, _, options) => {
    const {
      maxRecordBytes,
      maxAggregateBytes = Math.min(1_048_576, maxRecordBytes),
      maxUserRecords = Infinity,
    } = options;
    for (const { PartitionKey, Data, userRecordCount } of entries) {
      const bytes = Data.length + Buffer.byteLength(PartitionKey);
      expect(bytes).toBeLessThanOrEqual(userRecordCount === 1 ? maxRecordBytes : maxAggregateBytes);
      expect(userRecordCount).toBeLessThanOrEqual(maxUserRecords);
    }
  });
});

test('every outer key is one that Kinesis takes', () => {
  check(optionsWith(routing), (entries) => {
    for (const { PartitionKey, ExplicitHashKey = '0' } of entries) {
      expect([...PartitionKey].length).toBeGreaterThanOrEqual(1);
      expect([...PartitionKey].length).toBeLessThanOrEqual(256);
      expect(ExplicitHashKey).toMatch(/^(0|[1-9][0-9]{0,38})$/);
    }
  });
});

/** For each group that a record names, the data in the order in which aggregates were handed over. */
function orderBy(nameOf, records) {
  const order = new Map();
  for (const record of records) {
    const name = nameOf(record);
    order.set(name, [...(order.get(name) ?? []), record.data.toString('latin1')]);
  }
  return Object.fromEntries([...order].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Records without explicit hash keys, whose data are their positions. */
const plainRecords = fc
  .array(partitionKey, { maxLength: 150, size: 'max' })
  .map((keys) => keys.map((key, i) => ({ partitionKey: key, data: Buffer.from(String(i)) })));

test('order per partition key is kept by partitionKey, lanes and shards', () => {
  const ordered = fc.oneof(fc.constant('partitionKey'), fc.record({ lanes }), fc.record({ shards }));
  fc.assert(
    fc.property(optionsWith(ordered), plainRecords, (options, records) => {
      const out = deaggregate(aggregate(records, options).map((entry) => sdkRecord(entry)));
      const byPartitionKey = (record) => record.partitionKey;
      expect(orderBy(byPartitionKey, out)).toEqual(orderBy(byPartitionKey, records));
    }),
    { numRuns: 120 },
  );
});

test('order is kept within an aggregate by pinned and first, and across aggregates where nothing has its own hash key', () => {
  fc.assert(
    fc.property(optionsWith(fc.constantFrom('pinned', 'first')), plainRecords, (options, records) => {
      const out = deaggregate(aggregate(records, options).map((entry) => sdkRecord(entry)));
      expect(out.map((record) => record.data.toString())).toEqual(records.map((record) => record.data.toString()));
    }),
    { numRuns: 60 },
  );
});

test('a lane has one partition key and one hash key, the same in every producer, and holds its own records only', () => {
  fc.assert(
    fc.property(lanes, plainRecords, (count, records) => {
      for (const entry of aggregate(records, { routing: { lanes: count }, maxUserRecords: 5 })) {
        const [first, ...others] = deaggregate(sdkRecord(entry)).map((record) =>
          laneOf(hashKeyOf(record.partitionKey), count),
        );
        for (const other of others) expect(other).toBe(first);
        expect(entry.PartitionKey).toBe(`lane-${first}-of-${count}`);
        expect(entry.ExplicitHashKey).toBe(String(middleOf(first, count)));
        expect(laneOf(BigInt(entry.ExplicitHashKey), count)).toBe(first);
      }
    }),
    { numRuns: 80 },
  );
});

test('it makes no difference whether records come one by one, in batches or all at once', () => {
  fc.assert(
    fc.property(
      optionsWith(routing),
      manyRecords,
      fc.array(fc.nat(20), { maxLength: 30 }),
      (options, records, cuts) => {
        const taken = takeable(records, options);
        const atOnce = aggregate(taken, options);
        const oneByOne = new RecordAggregator(options);
        const each = taken.flatMap((record) => oneByOne.addUserRecord(record) ?? []);
        const batches = new RecordAggregator(options);
        const rest = [...taken];
        const batched = cuts.flatMap((cut) => batches.addUserRecords(rest.splice(0, cut)));
        const shown = (entries) => entries.map((entry) => ({ ...entry, Data: entry.Data.toString('latin1') }));
        expect(shown([...each, ...oneByOne.flush()])).toEqual(shown(atOnce));
        expect(shown([...batched, ...batches.addUserRecords(rest), ...batches.flush()])).toEqual(shown(atOnce));
      },
    ),
    { numRuns: 80 },
  );
});

test('exactly once to callbacks, too', () => {
  fc.assert(
    fc.property(optionsWith(routing), manyRecords, (options, records) => {
      const taken = takeable(records, options);
      const delivered = [];
      const aggregator = new RecordAggregator(options).onRecordComplete((entry) => delivered.push(entry));
      for (const record of taken) expect(aggregator.addUserRecord(record)).toBeUndefined();
      expect(aggregator.flush()).toEqual([]);
      const returned = aggregate(taken, options);
      expect(delivered.map(({ Data }) => Data.toString('latin1'))).toEqual(
        returned.map(({ Data }) => Data.toString('latin1')),
      );
    }),
    { numRuns: 60 },
  );
});

test('hashKey is the MD5 of the UTF-8 bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }), (key) => {
      expect(hashKey(key)).toBe(String(hashKeyOf(key)));
    }),
    { numRuns: 500 },
  );
});
