'use strict';

// What an aggregator tells of itself: fits, sizeBytes, userRecordCount; and clear.

const { RecordAggregator } = require('../..');
const { expectRefusal } = require('../support/thrown');
const { numbered, textsOf } = require('../support/user-records');

describe('fits', () => {
  test.each(['pinned', 'partitionKey', 'first', { lanes: 3 }])(
    'tells what addUserRecord will do, routing %j',
    (routing) => {
      const aggregator = new RecordAggregator({
        routing,
        maxAggregateBytes: 150,
        maxUserRecords: 4,
        maxOpenAggregates: 6,
      });
      let closings = 0;
      for (let i = 0; i < 400; i++) {
        const record = {
          partitionKey: `${(i * 7) % 5}`,
          data: Buffer.alloc((i * 13) % 60),
          explicitHashKey: i % 11 === 0 ? String(i % 3) : null,
        };
        const before = [aggregator.userRecordCount, aggregator.sizeBytes];
        const fits = aggregator.fits(record);
        expect([aggregator.userRecordCount, aggregator.sizeBytes]).toEqual(before);
        const closed = aggregator.addUserRecord(record);
        expect(closed === undefined).toBe(fits);
        if (closed) closings++;
      }
      expect(closings).toBeGreaterThan(20);
      expect(closings).toBeLessThan(380);
    },
  );

  test('is true of the first record, though it alone exceeds maxAggregateBytes', () => {
    const aggregator = new RecordAggregator({ maxAggregateBytes: 64 });
    expect(aggregator.fits({ partitionKey: 'a', data: Buffer.alloc(5000) })).toBe(true);
    aggregator.addUserRecord({ partitionKey: 'a', data: '' });
    expect(aggregator.fits({ partitionKey: 'a', data: Buffer.alloc(5000) })).toBe(false);
  });

  test('is false of a record that is too large in every way', () => {
    const aggregator = new RecordAggregator({ maxRecordBytes: 1000 });
    expect(aggregator.fits({ partitionKey: 'a', data: Buffer.alloc(999) })).toBe(true);
    expect(aggregator.fits({ partitionKey: 'a', data: Buffer.alloc(1000) })).toBe(false);
    expect(aggregator.fits({ partitionKey: 'a', data: Buffer.alloc(50_000_000) })).toBe(false);
  });

  test('refuses what addUserRecord refuses for a bad field', () => {
    const aggregator = new RecordAggregator();
    expectRefusal(() => aggregator.fits({ partitionKey: '', data: '' }), 'ERR_KPL_PARTITION_KEY');
    expectRefusal(() => aggregator.fits({ partitionKey: 'a', data: 5 }), 'ERR_KPL_DATA');
    expectRefusal(
      () => aggregator.fits({ partitionKey: 'a', data: '', explicitHashKey: 'x' }),
      'ERR_KPL_EXPLICIT_HASH_KEY',
    );
  });
});

describe('sizeBytes and userRecordCount', () => {
  test('are 0 when nothing is open', () => {
    const aggregator = new RecordAggregator();
    expect([aggregator.sizeBytes, aggregator.userRecordCount]).toEqual([0, 0]);
    aggregator.addUserRecords(numbered(3));
    aggregator.flush();
    expect([aggregator.sizeBytes, aggregator.userRecordCount]).toEqual([0, 0]);
  });

  test.each(['pinned', 'partitionKey', 'first', { lanes: 3 }])(
    'are those of flush, over all open aggregates, routing %j',
    (routing) => {
      for (const wrapSingle of routing.lanes ? [true] : [true, false]) {
        for (let count = 0; count < 30; count++) {
          const aggregator = new RecordAggregator({ routing, wrapSingle });
          for (let i = 0; i < count; i++) {
            aggregator.addUserRecord({
              partitionKey: `${i % 4}`,
              data: 'x'.repeat(i),
              explicitHashKey: i % 5 === 0 ? '7' : undefined,
            });
          }
          const { sizeBytes, userRecordCount } = aggregator;
          const entries = aggregator.flush();
          expect(entries.reduce((sum, { Data }) => sum + Data.length, 0)).toBe(sizeBytes);
          expect(entries.reduce((sum, entry) => sum + entry.userRecordCount, 0)).toBe(userRecordCount);
          expect(userRecordCount).toBe(count);
        }
      }
    },
  );

  test('cannot be set', () => {
    const aggregator = new RecordAggregator();
    expect(() => {
      aggregator.sizeBytes = 5;
    }).toThrow(TypeError);
    expect(() => {
      aggregator.userRecordCount = 5;
    }).toThrow(TypeError);
  });
});

describe('clear', () => {
  test('forgets every open aggregate and hands none over', () => {
    const aggregator = new RecordAggregator({ routing: 'partitionKey' });
    const callback = jest.fn();
    aggregator.onRecordComplete(callback);
    aggregator.addUserRecords([...numbered(3, 'a'), ...numbered(3, 'b')]);
    expect(aggregator.clear()).toBeUndefined();
    expect([aggregator.sizeBytes, aggregator.userRecordCount]).toEqual([0, 0]);
    expect(aggregator.flush()).toEqual([]);
    expect(callback).not.toHaveBeenCalled();
  });

  test('leaves an aggregator as good as new', () => {
    const [cleared, fresh] = [1, 2].map(() => new RecordAggregator({ routing: 'first', maxUserRecords: 3 }));
    cleared.addUserRecords([{ partitionKey: 'old', data: 'old', explicitHashKey: '5' }]);
    cleared.clear();
    for (const aggregator of [cleared, fresh]) aggregator.addUserRecords(numbered(2));
    expect(cleared.sizeBytes).toBe(fresh.sizeBytes);
    expect(textsOf(cleared.addUserRecords(numbered(2)))).toEqual([['0', '1', '0']]);
    fresh.addUserRecords(numbered(2));
    expect(cleared.flush()).toEqual(fresh.flush());
  });
});
