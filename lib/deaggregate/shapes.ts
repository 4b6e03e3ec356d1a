// @ts-nocheck
// The shapes in which Kinesis records reach a Node program, told apart by their fields.

import { KplError } from '../error';
import { bytesOf, copyOf, decodeBase64, isShared, viewOf } from '../native/bytes';

/** @typedef {import('../../index').KinesisRecord} KinesisRecord */

/**
 * What is needed of a Kinesis record, wherever its shape keeps it.
 *
 * @typedef {object} Source
 * @property {KinesisRecord} record
 * @property {import('../native/bytes').Payload} payload
 * @property {number} length how many bytes there were when the record was read
 * @property {boolean} isOurs whether nobody else holds the payload's memory
 * @property {string | null} partitionKey
 * @property {string} sequenceNumber
 * @property {Date | number | undefined} approximateArrivalTimestamp
 */

/**
 * A Kinesis record or any number of them. An object that can be iterated is taken for several.
 *
 * @param {KinesisRecord | Iterable<KinesisRecord>} records
 * @returns {Iterable<KinesisRecord>}
 */
function each(records) {
  if (records !== null && typeof records === 'object') {
    return Symbol.iterator in records ? records : [records];
  }
  const kind = records === null ? 'null' : typeof records;
  throw new KplError('ERR_KPL_KINESIS_RECORD', `records must be a Kinesis record or an iterable of them, got ${kind}`);
}

/**
 * @param {KinesisRecord} record
 * @param {number} recordIndex
 * @param {(base64: string) => import('../native/bytes').Payload} [decode]
 * @returns {Source}
 */
function sourceOf(record, recordIndex, decode = decodeBase64) {
  const { data, partitionKey = null, sequenceNumber = '', approximateArrivalTimestamp } = fieldsOf(record, recordIndex);
  const theirs = typeof data === 'string' ? undefined : bytesOf(data);
  if (theirs === undefined && typeof data !== 'string') throw refused(record, recordIndex);
  // Memory that another thread may change while it is read counts as nobody's until it is copied.
  const isOurs = theirs === undefined || isShared(theirs);
  const payload = theirs === undefined ? decode(data) : isOurs ? copyOf(theirs) : viewOf(theirs);
  const { length } = payload;
  return { record, payload, length, isOurs, partitionKey, sequenceNumber, approximateArrivalTimestamp };
}

/**
 * @param {any} record
 * @param {number} recordIndex
 */
function fieldsOf(record, recordIndex) {
  if (record === null || typeof record !== 'object') throw refused(record, recordIndex);
  // Lambda: an event's record.
  if (record.kinesis != null) return record.kinesis;
  // SDK: GetRecords and SubscribeToShard.
  if (record.Data !== undefined) {
    return {
      data: record.Data,
      partitionKey: record.PartitionKey,
      sequenceNumber: record.SequenceNumber,
      approximateArrivalTimestamp: record.ApproximateArrivalTimestamp,
    };
  }
  // Firehose and Kinesis Analytics keep the stream's fields apart; a Firehose record from elsewhere has none.
  const metadata = record.kinesisRecordMetadata ?? record.kinesisStreamRecordMetadata;
  if (metadata != null) {
    return {
      data: record.data,
      partitionKey: metadata.partitionKey,
      sequenceNumber: metadata.sequenceNumber,
      // Firehose repeats its own in the metadata, Kinesis Analytics has it only there.
      approximateArrivalTimestamp: record.approximateArrivalTimestamp ?? metadata.approximateArrivalTimestamp,
    };
  }
  // The `kinesis` part of a Lambda record alone.
  return record;
}

/**
 * @param {any} record
 * @param {number} recordIndex
 */
function refused(record, recordIndex) {
  const hint = Array.isArray(record?.Records) ? ': this is an event, pass its Records' : '';
  const message =
    'not a Kinesis record: data must be base64 in a Lambda, Firehose or Analytics record, Data a Uint8Array in an SDK record';
  return new KplError('ERR_KPL_KINESIS_RECORD', message + hint, { recordIndex });
}

export { each, sourceOf };
