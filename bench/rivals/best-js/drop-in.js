'use strict';

const { BufferView } = require('./payload');
const { ROW, isRead, newTable } = require('./rows');

/** Data of records up to this mean size is encoded together; above it a native call for each is cheaper. */
const SMALL_BYTES = 400;
/** A string of much more than 48 KB is slower to make than several of it; base64 has four characters for three bytes. */
const CHUNK_BYTES = 36 * 1024;
const PAD = 0x3d;

/** Nothing of a payload is handed out, so one memory serves all calls: a chunk's bytes, then the payload. */
const table = newTable(512);
let scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES + 128 * 1024);
const encoded = Buffer.allocUnsafeSlow(2 * CHUNK_BYTES);

/** As `aws-kinesis-agg` has it: base64 in, base64 out, its field names. */
function deaggregateSync(kinesis, _computeChecksums, callback) {
  const payload = decode(kinesis.data);
  callback(undefined, isRead(payload, table) ? userRecordsOf(kinesis, payload) : [passedThrough(kinesis)]);
}

function userRecordsOf({ sequenceNumber }, payload) {
  const texts = base64Of(payload);
  const { keys, explicitHashKeys, rows, count } = table;
  const userRecords = [];
  for (let i = 0, row = 0; i < count; i++, row += ROW) {
    const explicitHashKey = rows[row + 1];
    userRecords.push({
      partitionKey: keys[rows[row]],
      explicitPartitionKey: explicitHashKey === 0 ? undefined : explicitHashKeys[explicitHashKey - 1],
      sequenceNumber,
      subSequenceNumber: i,
      data: texts[i],
    });
  }
  return userRecords;
}

function decode(base64) {
  const length = Buffer.byteLength(base64, 'base64');
  if (CHUNK_BYTES + length > scratch.length) scratch = Buffer.allocUnsafeSlow(CHUNK_BYTES + 2 * length);
  const written = scratch.base64Write(base64, CHUNK_BYTES, length);
  return new BufferView(scratch.buffer, CHUNK_BYTES, written);
}

function base64Of(payload) {
  const { rows, count } = table;
  const texts = [];
  const end = ROW * count;
  let row = 0;
  while (row < end) {
    const bytes = rows[row + 3] - rows[row + 2];
    if (bytes > SMALL_BYTES) {
      texts.push(payload.base64Slice(rows[row + 2], rows[row + 3]));
      row += ROW;
    } else {
      row = encodeChunk(rows, row, end, texts);
    }
  }
  return texts;
}

/**
 * Encodes small records together: laid out in multiples of three bytes, encoded by one native call, the padding set,
 * one string made of it all and each record's text sliced from that. Gives the row after the last.
 */
function encodeChunk(rows, first, end, texts) {
  let at = 0;
  let row = first;
  for (; row < end; row += ROW) {
    const start = rows[row + 2];
    const bytes = rows[row + 3] - start;
    if (bytes > SMALL_BYTES || at + bytes + 2 > CHUNK_BYTES) break;
    scratch.copyWithin(at, CHUNK_BYTES + start, CHUNK_BYTES + start + bytes);
    at += bytes;
    // At most two zero bytes, that the encoder turns into what the padding then replaces.
    while (at % 3 !== 0) scratch[at++] = 0;
  }
  const characters = encoded.latin1Write(scratch.base64Slice(0, at), 0, encoded.length);
  let textEnd = 0;
  for (let padded = first; padded < row; padded += ROW) {
    const bytes = rows[padded + 3] - rows[padded + 2];
    textEnd += 4 * Math.ceil(bytes / 3);
    if (bytes % 3 !== 0) encoded[textEnd - 1] = PAD;
    if (bytes % 3 === 1) encoded[textEnd - 2] = PAD;
  }
  const chunk = encoded.latin1Slice(0, characters);
  let textStart = 0;
  for (let sliced = first; sliced < row; sliced += ROW) {
    const next = textStart + 4 * Math.ceil((rows[sliced + 3] - rows[sliced + 2]) / 3);
    texts.push(chunk.slice(textStart, next));
    textStart = next;
  }
  return row;
}

function passedThrough({ partitionKey, explicitPartitionKey, sequenceNumber, data }) {
  return { partitionKey, explicitPartitionKey, sequenceNumber, data };
}

module.exports = { deaggregateSync };
