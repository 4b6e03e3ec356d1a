// @ts-nocheck
// Kinesis records in, records of the same shape out: every field that came in stays, the user record's are set.

import { Base64Texts } from './base64';
import { UserRecords } from './expansion';
import { payloadsOf, read, settingsOf, sourcesOf } from './read';
import { AGGREGATED, OUTCOME } from './table';
import { expandAll, expandOneByOne } from './user-records';

/** @typedef {import('../../index').DeaggregateOptions} DeaggregateOptions */
/** @typedef {import('../../index').KinesisRecord} KinesisRecord */
/** @typedef {import('../../index').UserRecord} UserRecord */
/** @typedef {import('./shapes').Source} Source */

/**
 * @param {KinesisRecord | Iterable<KinesisRecord>} records
 * @param {DeaggregateOptions} [options]
 */
function deaggregateRecords(records, options) {
  const settings = settingsOf(options);
  const sources = sourcesOf(records);
  return expandAll(sources, read(payloadsOf(sources), settings), settings, Records);
}

/**
 * @param {KinesisRecord | Iterable<KinesisRecord>} records
 * @param {DeaggregateOptions} [options]
 */
function iterDeaggregateRecords(records, options) {
  return expandOneByOne(records, settingsOf(options), Records);
}

/** A Kinesis record as its user records, each in its shape; the very object if it is not aggregated. */
class Records {
  /** @type {KinesisRecord | undefined} */
  #itself = undefined;
  /** @type {UserRecords | undefined} */
  #userRecords = undefined;
  /** Base64 where base64 came in, bytes where bytes did. */
  #texts = /** @type {Base64Texts | undefined} */ (undefined);
  #inShape;

  /**
   * @param {Source} source
   * @param {Uint32Array} table
   * @param {number} header
   * @param {boolean} copy
   */
  constructor(source, table, header, copy) {
    this.#inShape = shapeOf(source.record);
    if (table[header + OUTCOME] !== AGGREGATED) {
      this.#itself = source.record;
      return;
    }
    this.#userRecords = new UserRecords(source, table, header, copy);
    if (typeof dataOf(source.record) === 'string') this.#texts = new Base64Texts(source.payload, table, header);
  }

  /** @returns {KinesisRecord | undefined} */
  next() {
    const userRecord = this.#userRecords?.next();
    if (userRecord !== undefined) return this.#inShape(userRecord, this.#texts?.next() ?? userRecord.data);
    const itself = this.#itself;
    this.#itself = undefined;
    return itself;
  }
}

/** @param {any} record */
function dataOf(record) {
  if (record.kinesis != null) return record.kinesis.data;
  return record.Data === undefined ? record.data : record.Data;
}

/**
 * How to write a user record in the shape of its Kinesis record. The fields are those of the Python module
 * `aws_kinesis_agg.deaggregator`.
 *
 * @param {any} record
 * @returns {(userRecord: UserRecord, data: any) => KinesisRecord}
 */
function shapeOf(record) {
  if (record.kinesis != null) {
    return (userRecord, data) => ({ ...record, kinesis: withFields(record.kinesis, userRecord, data) });
  }
  if (record.Data !== undefined) {
    return (userRecord, Data) => ({
      ...record,
      Data,
      PartitionKey: userRecord.partitionKey,
      ExplicitHashKey: userRecord.explicitHashKey,
      SubSequenceNumber: userRecord.subSequenceNumber,
      Aggregated: true,
    });
  }
  const metadata = metadataNameOf(record);
  if (metadata === undefined) return (userRecord, data) => withFields(record, userRecord, data);
  return (userRecord, data) => ({
    ...record,
    data,
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
 * @param {string | Buffer} data
 */
function withFields(payload, userRecord, data) {
  return { ...payload, data, ...fieldsOf(userRecord) };
}

/** @param {UserRecord} userRecord */
function fieldsOf({ partitionKey, explicitHashKey, subSequenceNumber }) {
  return { partitionKey, explicitHashKey, subSequenceNumber, aggregated: true };
}

export { deaggregateRecords, iterDeaggregateRecords };
