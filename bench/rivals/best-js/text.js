'use strict';

const { isAscii } = require('node:buffer');
const { decodeBase64 } = require('./payload');
const { ROW, isRead, newTable } = require('./rows');

/** A string of much more than this is slower to make than several of it. */
const CHUNK_BYTES = 48 * 1024;

/** Calls `visit` with each user record's data as text: no object, no Buffer. */
function texts(records, visit) {
  const table = newTable(512);
  for (const { kinesis } of records) {
    const payload = decodeBase64(kinesis.data);
    if (isRead(payload, table)) visitTexts(payload, table, visit);
    else visit(payload.utf8Slice(0, payload.length));
  }
}

function visitTexts(payload, { rows, count }, visit) {
  if (count === 0) return;
  const last = ROW * (count - 1);
  if (!isDataAscii(payload, rows, last)) {
    for (let row = 0; row <= last; row += ROW) visit(payload.utf8Slice(rows[row + 2], rows[row + 3]));
    return;
  }
  for (let row = 0; row <= last; ) {
    // As many records as a chunk holds become one string, of which each gets a slice.
    const from = rows[row + 2];
    let next = row + ROW;
    while (next <= last && rows[next + 3] - from <= CHUNK_BYTES) next += ROW;
    const chunk = payload.latin1Slice(from, rows[next - ROW + 3]);
    for (; row < next; row += ROW) visit(chunk.slice(rows[row + 2] - from, rows[row + 3] - from));
  }
}

/**
 * Whether all data is ASCII, in one native call: what lies between is read by now, the payload is ours, so it can be
 * blanked first.
 */
function isDataAscii(payload, rows, last) {
  const start = rows[2];
  for (let row = 0; row < last; row += ROW) {
    for (let at = rows[row + 3]; at < rows[row + ROW + 2]; at++) payload[at] = 0;
  }
  return isAscii(payload.subarray(start, rows[last + 3]));
}

module.exports = { texts };
