// @ts-nocheck
// `deaggregate` and `deaggregateSync` of aws-kinesis-agg 4.2.8: one Kinesis record in, callbacks out.

import { Base64Texts } from '../deaggregate/base64';
import { brokenRecord } from '../deaggregate/read';
import {
  AGGREGATED,
  keysOf,
  OUTCOME,
  PARTITION_KEYS,
  ROW_EXPLICIT_HASH_KEY,
  ROW_PARTITION_KEY,
  ROW_WORDS,
  rowsOf,
  USER_RECORDS,
} from '../deaggregate/table';
import native from '../native';
import { bytesOf, copyOf, decodeBase64, isShared, viewOf } from '../native/bytes';
import { readSpelling } from './spelling';

/** @typedef {import('./spelling').Spell} Spell */
/** @typedef {import('../native/bytes').Payload} Payload */

/** Position of the header in the table of one record. */
const HEADER = 0;

/** What comes out is strings, so that the bytes of one record may lie where those of the next will. */
let scratch = /** @type {Payload} */ (Buffer.allocUnsafeSlow(64 * 1024));
/** A scratch that one record has made larger than this is not kept. */
const MAX_SCRATCH_BYTES = 2 * 1024 * 1024;

/**
 * @param {object} kinesisRecord
 * @param {unknown} computeChecksums
 * @param {(err: any, userRecords: object[]) => void} afterRecordCallback
 */
function deaggregateSync(kinesisRecord, computeChecksums, afterRecordCallback) {
  const { userRecords, error } = deaggregated(kinesisRecord, computeChecksums);
  afterRecordCallback(error, userRecords);
}

/**
 * @param {object} kinesisRecord
 * @param {unknown} computeChecksums
 * @param {(err: any, userRecord?: object) => void} perRecordCallback
 * @param {(err?: any, errorUserRecord?: object) => void} afterRecordCallback
 */
function deaggregate(kinesisRecord, computeChecksums, perRecordCallback, afterRecordCallback) {
  const { userRecords, error, failed } = deaggregated(kinesisRecord, computeChecksums);
  for (let i = 0; i < userRecords.length; i++) {
    try {
      perRecordCallback(null, userRecords[i]);
    } catch (thrown) {
      if (!failed) throw thrown;
      afterRecordCallback(thrown, failed(i));
    }
  }
  if (error) afterRecordCallback(error);
  else afterRecordCallback();
}

/**
 * @typedef {object} Deaggregated
 * @property {object[]} userRecords
 * @property {Error} [error] what `afterRecordCallback` hears at the end
 * @property {(subSequenceNumber: number) => object} [failed] what it hears of a user record on which `perRecordCallback`
 * threw; only for those of an aggregate
 */

/**
 * What begins with the magic number and is no aggregate comes out as it is, as from the KCL; the older package reported
 * an error for most of it and swallowed the rest. An aggregate with an index that points nowhere comes out as it is too.
 *
 * @param {any} kinesisRecord
 * @param {unknown} computeChecksums
 * @returns {Deaggregated}
 */
function deaggregated(kinesisRecord, computeChecksums) {
  const { fields, spell } = readSpelling(kinesisRecord);
  const { partitionKey, explicitPartitionKey, sequenceNumber, data } = fields;
  const payload = payloadOf(data);
  const table = native.readRecords([payload], { verifyChecksum: false, inspectData: false });
  const broken = brokenRecord(table, HEADER, 0);
  const asItIs = (/** @type {Error | undefined} */ error = undefined) => ({
    userRecords: [spell({ partitionKey, explicitPartitionKey, sequenceNumber, data })],
    error,
  });

  const isAggregate = table[HEADER + OUTCOME] === AGGREGATED || broken?.code === 'ERR_KPL_INDEX';
  if (!isAggregate) return asItIs();
  // Text after the magic number can be read as a message of nothing: then only the checksum tells.
  const isEmpty = !broken && table[HEADER + USER_RECORDS] === 0;
  if ((computeChecksums === true || isEmpty) && !native.isAggregated(payload)) {
    return isEmpty ? asItIs() : { userRecords: [], error: new Error('Invalid record checksum') };
  }
  if (broken) return asItIs(broken);
  return {
    userRecords: userRecordsOf(payload, table, sequenceNumber, spell),
    failed: (subSequenceNumber) =>
      spell({ partitionKey, explicitPartitionKey, sequenceNumber, subSequenceNumber, data }),
  };
}

/**
 * Bytes as the older package takes them: base64, bytes, or whatever else `Buffer.from` does not refuse.
 *
 * @param {any} data
 * @returns {Payload}
 */
function payloadOf(data) {
  if (typeof data === 'string') return decodedInScratch(data);
  const bytes = bytesOf(data);
  if (bytes === undefined) return /** @type {Payload} */ (Buffer.from(data, 'base64'));
  return isShared(bytes) ? copyOf(bytes) : viewOf(bytes);
}

/** @param {string} base64 */
function decodedInScratch(base64) {
  if (base64.length > scratch.length) {
    if (base64.length > MAX_SCRATCH_BYTES) return decodeBase64(base64);
    scratch = /** @type {Payload} */ (Buffer.allocUnsafeSlow(2 * base64.length));
  }
  return /** @type {Payload} */ (scratch.subarray(0, scratch.write(base64, 0, 'base64')));
}

/**
 * @param {Payload} payload
 * @param {Uint32Array} table
 * @param {unknown} sequenceNumber
 * @param {Spell} spell
 */
function userRecordsOf(payload, table, sequenceNumber, spell) {
  const keys = keysOf(table, HEADER, payload);
  const texts = new Base64Texts(payload, table, HEADER);
  const count = table[HEADER + USER_RECORDS];
  // Explicit hash keys follow the partition keys, and rows count them from 1.
  const explicitHashKeys = table[HEADER + PARTITION_KEYS] - 1;
  const userRecords = [];
  let row = rowsOf(table, HEADER);
  for (let subSequenceNumber = 0; subSequenceNumber < count; subSequenceNumber++) {
    const explicitHashKey = table[row + ROW_EXPLICIT_HASH_KEY];
    const userRecord = {
      partitionKey: keys[table[row + ROW_PARTITION_KEY]],
      explicitPartitionKey: explicitHashKey === 0 ? undefined : keys[explicitHashKeys + explicitHashKey],
      sequenceNumber,
      subSequenceNumber,
      data: texts.next(),
    };
    userRecords.push(spell(userRecord));
    row += ROW_WORDS;
  }
  return userRecords;
}

export { deaggregate, deaggregateSync };
