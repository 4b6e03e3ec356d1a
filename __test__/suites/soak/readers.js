'use strict';

// Every way of reading Kinesis records, each as its user records' rows: what one gives, all must give.

const {
  decode,
  deaggregate,
  deaggregateRecords,
  isAggregated,
  iterDeaggregate,
  iterDeaggregateRecords,
} = require('../../..');

const rowOf = ({ partitionKey, explicitHashKey, data, sequenceNumber, subSequenceNumber, aggregated }) =>
  `${sequenceNumber} ${subSequenceNumber} ${aggregated} ${explicitHashKey} ${partitionKey} ${data.toString('latin1')}`;

/** @type {Record<string, (records: any[]) => string[]>} */
const READERS = {
  deaggregate: (records) => deaggregate(records).map(rowOf),

  'deaggregate, copied and unverified': (records) =>
    deaggregate(records, { copy: true, verifyChecksum: false }).map(rowOf),

  iterDeaggregate: (records) => [...iterDeaggregate(records)].map(rowOf),

  'iterDeaggregate, broken off and begun again': (records) => {
    for (const record of iterDeaggregate(records)) if (record.subSequenceNumber > 3) break;
    return records.flatMap((record) => [...iterDeaggregate(record, { strict: true })]).map(rowOf);
  },

  decode: (records) => decode(records).toArray().map(rowOf),

  'decode, in columns': (records) => {
    const batch = decode(records);
    return Array.from({ length: batch.length }, (_, i) =>
      rowOf({
        partitionKey: batch.partitionKey(i),
        explicitHashKey: batch.explicitHashKey(i),
        data: sameText(batch, i),
        sequenceNumber: batch.sequenceNumber(i),
        subSequenceNumber: batch.subSequenceNumber(i),
        aggregated: batch.aggregated(i),
      }),
    );
  },

  deaggregateRecords: (records) => deaggregateRecords(records).map(shapedRow),

  iterDeaggregateRecords: (records) => [...iterDeaggregateRecords(records)].map(shapedRow),

  isAggregated: (records) => {
    const userRecords = deaggregate(records);
    const judged = new Map(userRecords.map(({ sequenceNumber, aggregated }) => [sequenceNumber, aggregated]));
    records.forEach((record, i) => {
      const data = record.Data ?? record.data ?? record.kinesis.data;
      if (isAggregated(data) !== judged.get(String(i))) throw new Error(`isAggregated of Kinesis record ${i}`);
    });
    return userRecords.map(rowOf);
  },
};

function sameText(batch, i) {
  const data = batch.data(i);
  if (batch.text(i) !== data.toString()) throw new Error(`text(${i}) is not the text of data(${i})`);
  return data;
}

/** A user record in the shape of its Kinesis record. One that is not aggregated is the Kinesis record, without the fields. */
function shapedRow(record) {
  if (record.Data !== undefined) {
    return rowOf({
      partitionKey: record.PartitionKey,
      explicitHashKey: record.ExplicitHashKey ?? null,
      data: record.Data,
      sequenceNumber: record.SequenceNumber,
      subSequenceNumber: record.SubSequenceNumber ?? 0,
      aggregated: record.Aggregated ?? false,
    });
  }
  const {
    explicitHashKey = null,
    subSequenceNumber = 0,
    aggregated = false,
    ...fields
  } = record.kinesis ?? record.kinesisRecordMetadata ?? record.kinesisStreamRecordMetadata ?? record;
  const data = Buffer.from(record.data ?? record.kinesis.data, 'base64');
  return rowOf({ ...fields, explicitHashKey, data, subSequenceNumber, aggregated });
}

module.exports = { READERS, rowOf };
