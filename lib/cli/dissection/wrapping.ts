// Records that do not begin with the magic number, and hold an aggregate all the same: encoded, compressed, moved, or with a
// damaged magic number. A KCL passes them through, and whoever reads them sees garbage.

import { gunzipSync } from 'node:zlib';
import { md5 } from './md5';
import { DIGEST_BYTES, MAGIC, walk } from './message';

export interface Wrapping {
  kind: 'base64 twice' | 'hex' | 'gzip' | 'preceded by other bytes' | 'changed magic number' | 'read as text';
  says: string;
  /** The aggregate in it, if it can be taken out. */
  inner: Buffer | undefined;
}

/** What a decoder of UTF-8 makes of the magic number: two characters stand for four bytes, and which ones is lost. */
const MAGIC_AS_UTF8 = Buffer.from(MAGIC.toString('utf8'));
const MAGIC_AS_LATIN1 = Buffer.from(MAGIC.toString('latin1'), 'utf8');
const GZIP = Buffer.from('1f8b08', 'hex');
const MOST_BYTES = 10 * 1024 * 1024;
/** So far into a record the magic number is looked for. */
const MOST_FOREIGN_BYTES = 64;
const DEEPEST = 3;

/** `undefined` for a record that is what it looks like: no aggregate. */
export function wrappingOf(data: Buffer, depth = 1): Wrapping | undefined {
  if (depth > DEEPEST || data.length === 0) return undefined;
  return encoded(data, depth) ?? readAsText(data) ?? damagedMagic(data);
}

function encoded(data: Buffer, depth: number): Wrapping | undefined {
  const decoded = decode(data);
  if (decoded === undefined) return undefined;
  const { kind, bytes } = decoded;
  if (startsWith(bytes, MAGIC)) return { kind, says: `${NAMES[kind]} of an aggregate`, inner: bytes };
  const inner = wrappingOf(bytes, depth + 1);
  return inner && { kind, says: `${NAMES[kind]} of ${inner.says}`, inner: inner.inner };
}

const NAMES = { 'base64 twice': 'base64 text', hex: 'hexadecimal text', gzip: 'gzip' };

function decode(data: Buffer): { kind: keyof typeof NAMES; bytes: Buffer } | undefined {
  if (startsWith(data, GZIP)) {
    const bytes = unpacked(data);
    return bytes && { kind: 'gzip', bytes };
  }
  const beginning = data.toString('latin1', 0, 8);
  if (/^f3899ac2/i.test(beginning)) return { kind: 'hex', bytes: Buffer.from(data.toString('latin1'), 'hex') };
  // The magic number, gzip, and the base64 of either.
  if (/^(?:84maw|H4sI|ODRtYX|SDRzS)/.test(beginning)) {
    return { kind: 'base64 twice', bytes: Buffer.from(data.toString('latin1'), 'base64') };
  }
  return undefined;
}

function unpacked(data: Buffer): Buffer | undefined {
  try {
    return gunzipSync(data, { maxOutputLength: MOST_BYTES });
  } catch {
    return undefined;
  }
}

function readAsText(data: Buffer): Wrapping | undefined {
  if (startsWith(data, MAGIC_AS_LATIN1)) {
    const inner = Buffer.from(data.toString('utf8'), 'latin1');
    return { kind: 'read as text', says: 'an aggregate that was read as Latin-1 and written as UTF-8', inner };
  }
  // Behind the magic number, a partition key table of a short first key: the usual beginning.
  if (!startsWith(data, MAGIC_AS_UTF8) || data[MAGIC_AS_UTF8.length] !== 0x0a) return undefined;
  const says = 'an aggregate that was read as UTF-8: what was not UTF-8 is lost';
  return { kind: 'read as text', says, inner: undefined };
}

function damagedMagic(data: Buffer): Wrapping | undefined {
  for (let kept = 0; kept < MAGIC.length && startsWith(data, MAGIC.subarray(0, kept)); kept++) {
    const rest = MAGIC.subarray(kept);
    for (
      let offset = data.indexOf(rest, kept);
      offset >= 0 && offset - kept <= MOST_FOREIGN_BYTES;
      offset = data.indexOf(rest, offset + 1)
    ) {
      const inner = Buffer.concat([MAGIC, data.subarray(offset + rest.length)]);
      if (!holdsUp(inner)) continue;
      const says = `an aggregate with ${offset - kept} ${kept === 0 ? 'other bytes before it' : `foreign bytes at byte ${kept}`}`;
      return { kind: 'preceded by other bytes', says, inner };
    }
  }
  const inner = Buffer.concat([MAGIC, data.subarray(MAGIC.length)]);
  if (!holdsUp(inner)) return undefined;
  const offset = MAGIC.findIndex((byte, i) => byte !== data[i]);
  return { kind: 'changed magic number', says: `an aggregate whose magic number was changed at byte ${offset}`, inner };
}

function holdsUp(data: Buffer): boolean {
  const digestStart = data.length - DIGEST_BYTES;
  if (digestStart <= MAGIC.length || !md5(data.subarray(MAGIC.length, digestStart)).equals(data.subarray(digestStart)))
    return false;
  return walk(data, MAGIC.length, digestStart).stop === undefined;
}

function startsWith(data: Buffer, beginning: Buffer): boolean {
  return data.subarray(0, beginning.length).equals(beginning);
}
