'use strict';

// The message of an aggregated record: where everything in it is. A varint of one byte is read in place; longer ones
// are rare enough for a call. Nothing is allocated for a user record but its four numbers.

const { isAscii } = require('node:buffer');
const { MAGIC_BYTES, messageEnd } = require('./payload');

const ROW = 4;

/** Thrown for what protobuf cannot read: the record then passes through. */
const MALFORMED = new Error('malformed');

/**
 * Rows of partition key, explicit hash key plus one or 0, start of data, end of data. It grows to the largest aggregate
 * that it has seen.
 */
function newTable(userRecords) {
  return { keys: [], explicitHashKeys: [], rows: new Uint32Array(ROW * userRecords), count: 0 };
}

/** Where the last long varint ended. */
let position = 0;

/** Whether the payload is an aggregate; then it is in the table. */
function isRead(payload, table) {
  const end = messageEnd(payload);
  if (end === 0) return false;
  try {
    readRows(payload, end, table);
    return true;
  } catch (error) {
    if (error !== MALFORMED) throw error;
    return false;
  }
}

/** Reads a whole message into a table that may have been used before. */
function readRows(payload, end, table) {
  const spans = [];
  const explicitSpans = [];
  let { rows } = table;
  let row = 0;
  let at = MAGIC_BYTES;
  while (at < end) {
    const tag = payload[at++];
    let length = payload[at++];
    if (length > 0x7f) {
      length = longVarint(payload, at - 1, end);
      at = position;
    }
    const next = at + length;
    if (next > end) throw MALFORMED;
    if (tag === 0x1a) {
      if (row === rows.length) rows = grow(table);
      at = readUserRecord(payload, at, next, rows, row);
      row += ROW;
    } else if (tag === 0x0a) {
      spans.push(at, next);
    } else if (tag === 0x12) {
      explicitSpans.push(at, next);
    } else {
      throw MALFORMED;
    }
    at = next;
  }
  table.keys = strings(payload, spans);
  table.explicitHashKeys = strings(payload, explicitSpans);
  table.count = row / ROW;
}

function readUserRecord(payload, start, end, rows, row) {
  let at = start;
  if (payload[at++] !== 0x08) throw MALFORMED;
  let index = payload[at++];
  if (index > 0x7f) {
    index = longVarint(payload, at - 1, end);
    at = position;
  }
  rows[row] = index;
  let tag = payload[at++];
  if (tag === 0x10) {
    index = payload[at++];
    if (index > 0x7f) {
      index = longVarint(payload, at - 1, end);
      at = position;
    }
    rows[row + 1] = index + 1;
    tag = payload[at++];
  } else {
    rows[row + 1] = 0;
  }
  if (tag !== 0x1a) throw MALFORMED;
  let length = payload[at++];
  if (length > 0x7f) {
    length = longVarint(payload, at - 1, end);
    at = position;
  }
  if (at + length !== end) throw MALFORMED;
  rows[row + 2] = at;
  rows[row + 3] = end;
  return end;
}

function longVarint(payload, start, end) {
  let value = 0;
  let scale = 1;
  for (let at = start; at < end && at < start + 5; at++) {
    const byte = payload[at];
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      position = at + 1;
      return value;
    }
    scale *= 128;
  }
  throw MALFORMED;
}

function grow(table) {
  const larger = new Uint32Array(2 * table.rows.length);
  larger.set(table.rows);
  table.rows = larger;
  return larger;
}

/** One string of the whole table where it is ASCII, and slices of it: a native call for each key costs ten times that. */
function strings(payload, spans) {
  const keys = [];
  if (spans.length === 0) return keys;
  const start = spans[0];
  const end = spans[spans.length - 1];
  if (isAscii(payload.subarray(start, end))) {
    const all = payload.latin1Slice(start, end);
    for (let i = 0; i < spans.length; i += 2) keys.push(all.slice(spans[i] - start, spans[i + 1] - start));
  } else {
    for (let i = 0; i < spans.length; i += 2) keys.push(payload.utf8Slice(spans[i], spans[i + 1]));
  }
  return keys;
}

module.exports = { ROW, isRead, newTable };
