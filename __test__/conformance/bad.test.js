'use strict';

// Malformed and borderline blobs: what the KCL makes of each, or better.

const { createHash } = require('node:crypto');
const { decode, deaggregate, deaggregateAsync, isAggregated, iterDeaggregate } = require('../..');
const { sdkRecord } = require('../support/kinesis-records');
const { expectRefusal } = require('../support/thrown');
const { MAGIC } = require('../oracle/format');
const { vectors } = require('../support/vectors');

const rows = vectors('bad').map((row) => ({ ...row, data: Buffer.from(row.base64, 'base64') }));
const ofKind = (kind) => rows.filter((row) => row.expected.kind === kind).map((row) => [row.case, row]);

const recordOf = ({ data }) => sdkRecord({ PartitionKey: 'outer', Data: data }, '42');
const beginsWithMagic = ({ data }) => data.subarray(0, 4).equals(MAGIC);

const passedThrough = ({ data }) => ({
  partitionKey: 'outer',
  explicitHashKey: null,
  data,
  sequenceNumber: '42',
  subSequenceNumber: 0,
  aggregated: false,
});

test('there are 72 rows', () => {
  expect(rows).toHaveLength(72);
  expect(['passthrough', 'broken', 'records', 'any'].flatMap(ofKind)).toHaveLength(72);
});

describe('passes through unchanged', () => {
  test.each(ofKind('passthrough'))('%s', (_, row) => {
    const [{ decodeError, ...record }, ...more] = deaggregate(recordOf(row));
    expect(more).toEqual([]);
    expect(record).toEqual(passedThrough(row));
    const codes = beginsWithMagic(row) ? ['ERR_KPL_CHECKSUM', 'ERR_KPL_MALFORMED'] : [undefined];
    expect(codes).toContain(decodeError);
    expect('decodeError' in deaggregate(recordOf(row))[0]).toBe(beginsWithMagic(row));
  });

  test.each(ofKind('passthrough'))('strict: %s', (_, row) => {
    if (!beginsWithMagic(row)) {
      expect(deaggregate(recordOf(row), { strict: true })).toEqual([passedThrough(row)]);
      return;
    }
    const [{ decodeError }] = deaggregate(recordOf(row));
    expectRefusal(
      () => deaggregate([sdkRecord({ Data: Buffer.from('ok') }), recordOf(row)], { strict: true }),
      decodeError,
      {
        recordIndex: 1,
      },
    );
  });

  test.each(ofKind('passthrough').filter(([, row]) => row.group === 'framing'))('%s is not aggregated', (_, row) => {
    expect(isAggregated(row.data)).toBe(false);
    expect(isAggregated(row.base64)).toBe(false);
  });
});

describe('comes out whole, since an index points nowhere', () => {
  test.each(ofKind('broken'))('%s', (_, row) => {
    expect(deaggregate(recordOf(row))).toEqual([{ ...passedThrough(row), decodeError: 'ERR_KPL_INDEX' }]);
    expectRefusal(() => deaggregate([recordOf(row)], { strict: true }), 'ERR_KPL_INDEX', { recordIndex: 0 });
    expect(isAggregated(row.data)).toBe(true);
  });
});

describe('holds these user records', () => {
  test.each(ofKind('records'))('%s', (_, { expected, ...row }) => {
    const userRecords = deaggregate(recordOf(row), { strict: true });
    const triples = userRecords.map(({ partitionKey, explicitHashKey, data }) => [
      partitionKey,
      explicitHashKey,
      data.toString('base64'),
    ]);
    expect(userRecords.map((record) => record.subSequenceNumber)).toEqual(userRecords.map((_, i) => i));
    expect(userRecords.every((record) => record.aggregated && !('decodeError' in record))).toBe(true);
    if (expected.records) {
      const given = expected.records.map((r) => [r.partitionKey, r.explicitHashKey, r.dataBase64]);
      expect(triples).toEqual(given);
    } else {
      expect(triples).toHaveLength(expected.recordCount);
      expect(createHash('sha256').update(JSON.stringify(triples)).digest('hex')).toBe(expected.recordsSha256);
    }
  });
});

describe('real readers disagree: nothing invented, nothing lost', () => {
  test.each(ofKind('any'))('%s', (_, row) => {
    const userRecords = deaggregate(recordOf(row));
    if (userRecords.length === 1 && !userRecords[0].aggregated) {
      expect(userRecords).toEqual([{ ...passedThrough(row), decodeError: 'ERR_KPL_MALFORMED' }]);
      return;
    }
    expect(userRecords.length).toBeGreaterThan(0);
    for (const { data, partitionKey } of userRecords) {
      expect(row.data.includes(data)).toBe(true);
      expect(row.data.includes(partitionKey)).toBe(true);
    }
  });
});

test('all rows in one call come out as each alone, in every way of reading', async () => {
  const records = rows.map(recordOf);
  const expected = records.flatMap((record) => deaggregate(record));
  expect(deaggregate(records)).toEqual(expected);
  expect([...iterDeaggregate(records)]).toEqual(expected);
  expect(decode(records).toArray()).toEqual(expected);
  expect(await deaggregateAsync(records)).toEqual(expected);
});
