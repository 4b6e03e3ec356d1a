'use strict';

// What real producers wrote comes out as it went in, and what the KPL's own code writes is written byte for byte.

const { aggregate, decode, deaggregate, isAggregated, iterDeaggregate } = require('../..');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');
const { sizeOf } = require('../oracle/format');
const { vectors } = require('../support/vectors');

const rows = vectors('good');

const entryOf = (row) => ({ PartitionKey: 'outer', Data: Buffer.from(row.aggregatedBase64, 'base64') });

function expectedOf(row) {
  if (!row.aggregated) {
    const [{ dataBase64 }] = row.inputs;
    return [{ partitionKey: 'outer', explicitHashKey: null, dataBase64, aggregated: false, subSequenceNumber: 0 }];
  }
  return (row.decoded ?? row.inputs).map((record, subSequenceNumber) => ({
    partitionKey: record.partitionKey,
    explicitHashKey: record.explicitHashKey,
    dataBase64: record.dataBase64,
    aggregated: true,
    subSequenceNumber,
  }));
}

const summaryOf = ({ partitionKey, explicitHashKey, data, aggregated, subSequenceNumber, decodeError }) => ({
  partitionKey,
  explicitHashKey,
  dataBase64: data.toString('base64'),
  aggregated,
  subSequenceNumber,
  ...(decodeError && { decodeError }),
});

test('there are 143 rows of eight producers', () => {
  expect(rows).toHaveLength(143);
  expect(new Set(rows.map((row) => row.source)).size).toBe(8);
});

describe('decoding', () => {
  test.each(rows.map((row) => [row.id, row]))('%s', (_, row) => {
    const expected = expectedOf(row);
    expect(deaggregate(sdkRecord(entryOf(row))).map(summaryOf)).toEqual(expected);
    expect(isAggregated(row.aggregatedBase64)).toBe(row.aggregated);
  });

  test('all rows in one call come out in input order, in every way of reading', () => {
    const records = rows.map((row, i) => lambdaRecord(entryOf(row), String(i)));
    const expected = rows.flatMap((row, i) =>
      expectedOf(row).map((record) => ({ ...record, sequenceNumber: String(i) })),
    );
    const all = (userRecords) =>
      Array.from(userRecords, (record) => ({ ...summaryOf(record), sequenceNumber: record.sequenceNumber }));
    expect(all(deaggregate(records))).toEqual(expected);
    expect(all(iterDeaggregate(records))).toEqual(expected);
    expect(all(decode(records))).toEqual(expected);
  });

  test('strict has nothing against any of them', () => {
    const records = rows.map((row) => sdkRecord(entryOf(row)));
    expect(deaggregate(records, { strict: true })).toHaveLength(rows.flatMap(expectedOf).length);
  });
});

describe("encoding under routing 'first' gives the KPL core's bytes", () => {
  const encoded = rows.filter((row) => row.source === 'kpl-cpp-core' && row.aggregated);

  test('there are 26 such rows', () => expect(encoded).toHaveLength(26));

  test.each(encoded.map((row) => [row.scenario, row]))('%s', (_, row) => {
    const inputs = row.inputs.map(({ partitionKey, explicitHashKey, dataBase64 }) => ({
      partitionKey,
      explicitHashKey,
      data: Buffer.from(dataBase64, 'base64'),
    }));
    const entries = aggregate(inputs, {
      routing: 'first',
      nested: 'keep',
      maxRecordBytes: 10_485_760,
      maxAggregateBytes: 10_485_760,
    });
    expect(entries).toHaveLength(1);
    expect(entries[0].Data.toString('base64')).toBe(row.aggregatedBase64);
    expect(entries[0].Data).toHaveLength(sizeOf(inputs));
    expect(entries[0].userRecordCount).toBe(inputs.length);
  });
});
