// @ts-nocheck
// Bytes that callers own, and views of bytes that are ours.

import { types } from 'node:util';

const { isArrayBuffer, isSharedArrayBuffer } = types;

/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/**
 * A Buffer with Node's own slicing into strings, which `toString` wraps and @types/node leaves out.
 *
 * @typedef {Buffer & Record<'base64Slice' | 'latin1Slice' | 'utf8Slice', (start: number, end: number) => string>} Payload
 */

/** Node's own class of Buffer views: the quickest way to a true Buffer over part of an ArrayBuffer. */
const BufferView = /** @type {new (buffer: ArrayBufferLike, byteOffset: number, length: number) => Payload} */ (
  /** @type {any} */ (Buffer)[Symbol.species]
);

// Own properties of a caller's view may lie about its size; these getters of the language do not.
const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
const bufferOf = getter(typedArray, 'buffer');
const byteOffsetOf = getter(typedArray, 'byteOffset');
const byteLengthOf = getter(typedArray, 'byteLength');
const tagOf = getter(typedArray, Symbol.toStringTag);
/** Throws for a typed array whose memory is gone; its length alone would say that it is empty. */
const at = /** @type {(value: object, index: number) => unknown} */ (Function.prototype.call.bind(typedArray.at));
const viewedBufferOf = getter(DataView.prototype, 'buffer');
const viewedOffsetOf = getter(DataView.prototype, 'byteOffset');
const viewedLengthOf = getter(DataView.prototype, 'byteLength');

/**
 * @param {object} prototype
 * @param {PropertyKey} name
 */
function getter(prototype, name) {
  const { get } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(prototype, name));
  return /** @type {(value: object) => any} */ (Function.prototype.call.bind(/** @type {Function} */ (get)));
}

/**
 * The bytes of a view or an ArrayBuffer, as a view of the same memory. `undefined` for anything else, and for memory
 * that was transferred away or shrunk under its view: its bytes are lost, which must not look like no bytes.
 *
 * @param {unknown} value
 * @returns {Uint8Array | undefined}
 */
function bytesOf(value) {
  if (ArrayBuffer.isView(value)) {
    const isTyped = tagOf(value) !== undefined;
    if (isTyped && byteLengthOf(value) > 0) {
      return tagOf(value) === 'Uint8Array'
        ? /** @type {Uint8Array} */ (value)
        : new Uint8Array(bufferOf(value), byteOffsetOf(value), byteLengthOf(value));
    }
    try {
      if (isTyped) at(value, 0);
      return isTyped
        ? new Uint8Array(bufferOf(value), 0, 0)
        : new Uint8Array(viewedBufferOf(value), viewedOffsetOf(value), viewedLengthOf(value));
    } catch (_) {
      return undefined;
    }
  }
  if (!isArrayBuffer(value)) return undefined;
  try {
    return new Uint8Array(/** @type {ArrayBuffer} */ (value));
  } catch (_) {
    return undefined;
  }
}

/**
 * How many bytes data has, or the most that a text can take.
 *
 * @param {string | Uint8Array} data
 * @returns {number}
 */
function mostBytesOf(data) {
  return typeof data === 'string' ? data.length * BYTES_PER_UNIT : byteLengthOf(data);
}

/**
 * Whether another thread may change the bytes while they are read.
 *
 * @param {Uint8Array} bytes
 */
function isShared(bytes) {
  return isSharedArrayBuffer(bufferOf(bytes));
}

/**
 * The same memory as a Buffer.
 *
 * @param {Uint8Array} bytes
 */
function viewOf(bytes) {
  return new BufferView(bufferOf(bytes), byteOffsetOf(bytes), byteLengthOf(bytes));
}

/**
 * A copy in memory of its own, so that it pins nothing and nothing pins it.
 *
 * @param {Uint8Array} bytes
 */
function copyOf(bytes) {
  const copy = Buffer.allocUnsafeSlow(byteLengthOf(bytes));
  copy.set(bytes);
  return /** @type {Payload} */ (copy);
}

/**
 * Decoded as Node decodes it: leniently. One allocation for each Kinesis record, so that none pins another's memory.
 *
 * @param {string} base64
 */
function decodeBase64(base64) {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, 'base64'));
  const written = bytes.write(base64, 0, 'base64');
  return /** @type {Payload} */ (written === bytes.length ? bytes : bytes.subarray(0, written));
}

export { BufferView, BYTES_PER_UNIT, byteLengthOf, bytesOf, copyOf, decodeBase64, isShared, mostBytesOf, viewOf };
