// Bytes that callers own, and views of bytes that are ours.

// A bundle that is an ES module may have no `require`: only the loader of the addon says what to do about that.
const { types } = process.getBuiltinModule?.('node:util') ?? (require('node:util') as typeof import('node:util'));

export const { isAnyArrayBuffer, isArrayBuffer, isProxy, isSharedArrayBuffer } = types;

/** UTF-8 needs at most three bytes for a UTF-16 unit. */
export const BYTES_PER_UNIT = 3;

/** A Buffer with Node's own slicing into strings, which `toString` wraps and @types/node leaves out. */
export type Payload = Buffer &
  Record<'base64Slice' | 'latin1Slice' | 'utf8Slice', (start: number, end: number) => string>;

/** Node's own class of Buffer views: the quickest way to a true Buffer over part of an ArrayBuffer. */
export const BufferView = (Buffer as unknown as Record<symbol, unknown>)[Symbol.species] as new (
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
) => Payload;

// Own properties of a caller's view may lie about its size; these getters of the language do not.
const typedArray: object = Object.getPrototypeOf(Uint8Array.prototype);
const bufferOf = getter<ArrayBufferLike>(typedArray, 'buffer');
const byteOffsetOf = getter<number>(typedArray, 'byteOffset');
export const byteLengthOf = getter<number>(typedArray, 'byteLength');
const tagOf = getter<string | undefined>(typedArray, Symbol.toStringTag);
/** Throws for a typed array whose memory is gone; its length alone would say that it is empty. */
const at: (value: object, index: number) => unknown = Function.prototype.call.bind(Uint8Array.prototype.at);
const viewedBufferOf = getter<ArrayBufferLike>(DataView.prototype, 'buffer');
const viewedOffsetOf = getter<number>(DataView.prototype, 'byteOffset');
const viewedLengthOf = getter<number>(DataView.prototype, 'byteLength');

function getter<T>(prototype: object, name: PropertyKey): (value: object) => T {
  const get = Object.getOwnPropertyDescriptor(prototype, name)?.get as () => T;
  return Function.prototype.call.bind(get);
}

/**
 * The bytes of a view or an ArrayBuffer, as a view of the same memory. `undefined` for anything else, and for memory
 * that was transferred away or shrunk under its view: its bytes are lost, which must not look like no bytes.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    const isTyped = tagOf(value) !== undefined;
    if (isTyped && byteLengthOf(value) > 0) {
      return tagOf(value) === 'Uint8Array'
        ? (value as Uint8Array)
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
    return new Uint8Array(value);
  } catch (_) {
    return undefined;
  }
}

/** The bytes of a Buffer that went through JSON. `undefined` for anything else. */
export function bytesOfJson(value: unknown): Uint8Array | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  const { type, data } = value as { readonly type?: unknown; readonly data?: unknown };
  if (type !== 'Buffer' || !Array.isArray(data)) return undefined;
  const { length } = data;
  for (let i = 0; i < length; i++) {
    const byte: unknown = data[i];
    if (typeof byte !== 'number' || (byte & 0xff) !== byte) return undefined;
  }
  return Uint8Array.from(data as number[]);
}

/** The first `length` bytes, even if another thread makes shared memory grow meanwhile. */
export function bytesAsMeasured(bytes: Uint8Array, length: number): Uint8Array {
  return new Uint8Array(bufferOf(bytes), byteOffsetOf(bytes), length);
}

/** How many bytes data has, or the most that a text can take. */
export function mostBytesOf(data: string | Uint8Array): number {
  return typeof data === 'string' ? data.length * BYTES_PER_UNIT : byteLengthOf(data);
}

/** Whether another thread may change the bytes while they are read. */
export function isShared(bytes: Uint8Array): boolean {
  return isSharedArrayBuffer(bufferOf(bytes));
}

/** The same memory as a Buffer. */
export function viewOf(bytes: Uint8Array): Payload {
  return new BufferView(bufferOf(bytes), byteOffsetOf(bytes), byteLengthOf(bytes));
}

/** A copy in memory of its own, so that it pins nothing and nothing pins it. */
export function copyOf(bytes: Uint8Array): Payload {
  const copy = Buffer.allocUnsafeSlow(byteLengthOf(bytes));
  copy.set(bytes);
  return copy as Buffer as Payload;
}

let markAsUntransferable: ((memory: object) => void) | undefined;

/**
 * Memory of ours of which several views are handed out: to transfer one of them to a worker would silently empty the
 * others, so that Node shall refuse it. The module that can say so takes 3 ms to load, hence not before it is needed.
 */
export function keepTogether({ buffer }: Payload): void {
  markAsUntransferable ??= (
    process.getBuiltinModule?.('node:worker_threads') ??
    (require('node:worker_threads') as typeof import('node:worker_threads'))
  ).markAsUntransferable;
  markAsUntransferable(buffer);
}

/** Decoded as Node decodes it: leniently. One allocation for each Kinesis record, so that none pins another's memory. */
export function decodeBase64(base64: string): Payload {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(base64, 'base64'));
  const written = bytes.write(base64, 0, 'base64');
  return (written === bytes.length ? bytes : bytes.subarray(0, written)) as Buffer as Payload;
}

/** The bytes of base64, as `decodeBase64` gives them; `undefined` for a text that can be told not to be base64. */
export function bytesOfBase64(text: string): Payload | undefined {
  const bytes = decodeBase64(text);
  // Node leaves out what it cannot read, so that it then writes less than the length promises; but for one character, where
  // there is one too many.
  const digits = digitsOf(text);
  const isWhole = bytes.length === (digits * 3) >>> 2 && digits % 4 !== 1;
  return isWhole || isBase64(text) ? bytes : undefined;
}

/** How many characters come before the padding, of which there are two at most. */
function digitsOf(text: string): number {
  const { length } = text;
  if (!text.endsWith('=')) return length;
  return text.endsWith('==') ? length - 2 : length - 1;
}

function isBase64(text: string): boolean {
  if (/[^A-Za-z0-9+/_= \t\n\v\f\r-]/.test(text)) return false;
  const withoutSpace = text.replace(/\s+/g, '');
  if (/=[^=]/.test(withoutSpace)) return false;
  const end = withoutSpace.indexOf('=');
  return (end < 0 ? withoutSpace.length : end) % 4 !== 1;
}
