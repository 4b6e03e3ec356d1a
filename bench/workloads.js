'use strict';

// What the contestants work on, the same on every machine: telemetry in ASCII JSON, as devices send it. Aggregates are
// written by the few lines at the end, which no contestant shares.

const { createHash } = require('node:crypto');

/**
 * @typedef {object} Shape
 * @property {number} [kinesisRecords] 1 unless told
 * @property {number} [bytes] up to which each Kinesis record is filled
 * @property {number} [userRecords] in all; then there are as many Kinesis records as they need
 * @property {number} dataBytes of each user record
 * @property {number} [keys] distinct partition keys; without it each user record has its own
 * @property {boolean} [accents] data that is not ASCII
 */

/**
 * Lambda records of aggregates, and how many user records are in all of them.
 *
 * @param {Shape} shape
 */
function lambdaRecords(shape) {
  const records = [];
  let count = 0;
  for (const userRecords of aggregates(shape)) {
    records.push(lambdaRecord(userRecords, records.length));
    count += userRecords.length;
  }
  return { records, userRecords: count };
}

/**
 * @param {{ partitionKey: string, data: Uint8Array }[]} userRecords
 * @param {number} index
 */
function lambdaRecord(userRecords, index) {
  const sequenceNumber = String(49590338271490256608559692538361571095921575989136588898n + BigInt(index));
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: userRecords[0].partitionKey,
      sequenceNumber,
      data: encode(userRecords).toString('base64'),
      approximateArrivalTimestamp: 1_763_800_000 + index / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/consumer',
    awsRegion: 'eu-central-1',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/telemetry',
  };
}

/**
 * User records as a producer holds them.
 *
 * @param {Shape} shape
 */
function userRecordsToAggregate(shape) {
  return [...aggregates(shape)].flat();
}

/**
 * The user records of one Kinesis record after the other.
 *
 * @param {Shape} shape
 */
function* aggregates({ kinesisRecords = 1, bytes = Number.POSITIVE_INFINITY, userRecords, ...each }) {
  let number = 0;
  for (let index = 0; userRecords === undefined ? index < kinesisRecords : number < userRecords; index++) {
    const filled = [];
    for (let size = FRAME_BYTES; number !== userRecords; number++) {
      const record = userRecord(number, each);
      size += record.partitionKey.length + record.data.length + FIELD_BYTES;
      if (size > bytes) break;
      filled.push(record);
    }
    yield filled;
  }
}

const FRAME_BYTES = 20;
/** More than the tags, lengths and index of one user record and its key. */
const FIELD_BYTES = 14;

/**
 * @param {number} number
 * @param {Pick<Shape, 'dataBytes' | 'keys' | 'accents'>} shape
 */
function userRecord(number, { dataBytes, keys, accents = false }) {
  const device = keys === undefined ? number : number % keys;
  const place = accents ? 'Küche' : 'kitchen';
  const reading = `{"at":${1_763_800_000_000 + number},"place":"${place}","celsius":${((number * 7919) % 4000) / 100},"note":"`;
  const data = Buffer.from(reading.padEnd(dataBytes, 'abcdefghijklmnopqrstuvwxyz '));
  return { partitionKey: `device-${String(device).padStart(13, '0')}`, data: data.subarray(0, dataBytes) };
}

/**
 * Partition keys of 36 characters.
 *
 * @param {number} count
 */
function uuids(count) {
  const uuid = (/** @type {string} */ hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return Array.from({ length: count }, (_, i) => uuid(createHash('md5').update(String(i)).digest('hex')));
}

/** @param {{ partitionKey: string, data: Uint8Array }[]} userRecords */
function encode(userRecords) {
  const positions = new Map();
  for (const { partitionKey } of userRecords) {
    if (!positions.has(partitionKey)) positions.set(partitionKey, positions.size);
  }
  const parts = [...positions.keys()].flatMap((key) => field(0x0a, Buffer.from(key)));
  for (const { partitionKey, data } of userRecords) {
    const fields = [Buffer.from([0x08, ...varint(positions.get(partitionKey))]), ...field(0x1a, data)];
    parts.push(...field(0x1a, Buffer.concat(fields)));
  }
  const message = Buffer.concat(parts);
  return Buffer.concat([Buffer.from('f3899ac2', 'hex'), message, createHash('md5').update(message).digest()]);
}

/**
 * @param {number} tag
 * @param {Uint8Array} bytes
 */
function field(tag, bytes) {
  return [Buffer.from([tag, ...varint(bytes.length)]), bytes];
}

/** @param {number} value */
function varint(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

module.exports = { lambdaRecords, userRecordsToAggregate, uuids };
