'use strict';

// Kinesis records in, records of the same shape out: every field that came in stays, the user record's are set.

const { expandAll, expandOneByOne, userRecordsOf } = require('./deaggregate');
const { each } = require('./kinesis-record');
const { read, settingsOf, sourcesOf } = require('./read');
const { AGGREGATED, OUTCOME } = require('./table');

/** @typedef {import('../index').DeaggregateOptions} DeaggregateOptions */
/** @typedef {import('../index').KinesisRecord} KinesisRecord */
/** @typedef {import('../index').UserRecord} UserRecord */
/** @typedef {import('./kinesis-record').Source} Source */

/**
 * @param {KinesisRecord | Iterable<KinesisRecord>} records
 * @param {DeaggregateOptions} [options]
 */
function deaggregateRecords(records, options) {
  const settings = settingsOf(options);
  const sources = sourcesOf(records);
  return expandAll(sources, read(sources, settings), settings, recordsOf);
}

/**
 * @param {KinesisRecord | Iterable<KinesisRecord>} records
 * @param {DeaggregateOptions} [options]
 */
function iterDeaggregateRecords(records, options) {
  return expandOneByOne(each(records), settingsOf(options), recordsOf);
}

/**
 * A Kinesis record as its user records; the very object if it is not aggregated.
 *
 * @param {Source} source
 * @param {Uint32Array} table
 * @param {number} header
 * @param {boolean} copy
 * @returns {KinesisRecord[]}
 */
function recordsOf(source, table, header, copy) {
  if (table[header + OUTCOME] !== AGGREGATED) return [source.record];
  const inShape = shapeOf(source.record);
  return userRecordsOf(source, table, header, copy).map(inShape);
}

/**
 * How to write a user record in the shape of its Kinesis record. The fields are those of the Python module
 * `aws_kinesis_agg.deaggregator`.
 *
 * @param {any} record
 * @returns {(userRecord: UserRecord) => KinesisRecord}
 */
function shapeOf(record) {
  if (record.kinesis != null) {
    return (userRecord) => ({ ...record, kinesis: withFields(record.kinesis, userRecord) });
  }
  if (record.Data !== undefined) {
    return (userRecord) => ({
      ...record,
      Data: encodedAs(record.Data, userRecord.data),
      PartitionKey: userRecord.partitionKey,
      ExplicitHashKey: userRecord.explicitHashKey,
      SubSequenceNumber: userRecord.subSequenceNumber,
      Aggregated: true,
    });
  }
  const metadata = metadataNameOf(record);
  if (metadata === undefined) return (userRecord) => withFields(record, userRecord);
  return (userRecord) => ({
    ...record,
    data: encodedAs(record.data, userRecord.data),
    [metadata]: { ...record[metadata], ...fieldsOf(userRecord) },
  });
}

/**
 * The field that holds the stream's part of the record; none if the record is that part. A Firehose record that came by
 * Direct PUT has no such part yet.
 *
 * @param {any} record
 */
function metadataNameOf(record) {
  if (record.kinesisRecordMetadata != null) return 'kinesisRecordMetadata';
  if (record.kinesisStreamRecordMetadata != null) return 'kinesisStreamRecordMetadata';
  return record.recordId == null || record.sequenceNumber != null ? undefined : 'kinesisRecordMetadata';
}

/**
 * @param {any} payload the `kinesis` part of a Lambda record
 * @param {UserRecord} userRecord
 */
function withFields(payload, userRecord) {
  return { ...payload, data: encodedAs(payload.data, userRecord.data), ...fieldsOf(userRecord) };
}

/** @param {UserRecord} userRecord */
function fieldsOf({ partitionKey, explicitHashKey, subSequenceNumber }) {
  return { partitionKey, explicitHashKey, subSequenceNumber, aggregated: true };
}

/**
 * Base64 where base64 came in, bytes where bytes did.
 *
 * @param {unknown} came
 * @param {Buffer} data
 */
function encodedAs(came, data) {
  return typeof came === 'string' ? data.toString('base64') : data;
}

module.exports = { deaggregateRecords, iterDeaggregateRecords };
