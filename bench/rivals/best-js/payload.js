'use strict';

const { md5 } = require('./md5');

/** Node's own class of Buffer views: a view by `subarray` takes half as long again. */
const BufferView = Buffer[Symbol.species];

const MAGIC_BYTES = 4;
const CHECKSUM_BYTES = 16;

/** Decoded into memory of the right size at once: `Buffer.from` guesses, and copies through a pool. */
function decodeBase64(base64) {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, 'base64'));
  const written = bytes.write(base64, 0, 'base64');
  return written === bytes.length ? bytes : bytes.subarray(0, written);
}

/** Where the message of an aggregated record ends; 0 for a record that is not aggregated or whose MD5 differs. */
function messageEnd(payload) {
  const end = payload.length - CHECKSUM_BYTES;
  const isFramed =
    end > MAGIC_BYTES && payload[0] === 0xf3 && payload[1] === 0x89 && payload[2] === 0x9a && payload[3] === 0xc2;
  if (!isFramed) return 0;
  const message = new BufferView(payload.buffer, payload.byteOffset + MAGIC_BYTES, end - MAGIC_BYTES);
  return md5(message) === payload.latin1Slice(end, payload.length) ? end : 0;
}

module.exports = { BufferView, MAGIC_BYTES, decodeBase64, messageEnd };
