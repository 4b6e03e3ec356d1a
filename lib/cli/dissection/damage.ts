// What happened to a record that begins with the magic number and is not an aggregate that holds up. What the MD5 proves comes
// first: a change after whose undoing the MD5 is right is what happened. Where nothing is proven, the fields tell: behind
// what is damaged, those that lie whole say by how many bytes they have moved.

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type Effort, md5 } from './md5';
import { DIGEST_BYTES, endOfPart, MAGIC, type Part, readableFrom, type Stop, walk } from './message';

export interface Damage {
  kind: DamageKind;
  says: string;
  /** The first byte that is wrong, missing or too many, as far as that is known. */
  offset: number | undefined;
  /** How many bytes are missing or too many. */
  bytes: number | undefined;
}

export type DamageKind =
  | 'cut off'
  | 'followed by other bytes'
  | 'foreign bytes'
  | 'missing bytes'
  | 'flipped bit'
  | 'changed bytes'
  | 'changed checksum'
  | 'malformed by its writer'
  | 'index nowhere'
  | 'nested'
  | 'gzip'
  | 'base64 twice';

/** Foreign bytes of a number that nothing tells are looked for up to so many. */
const MOST_FOREIGN_BYTES = 64;
/** So many bytes of an MD5 are no coincidence. */
const PROOF_BYTES = 4;
/** So many fields before the one that cannot be read may be the damaged one. */
const LOOK_BACK = 4;

export function damageOf(data: Buffer, effort: Effort): Damage {
  const digestStart = data.length - DIGEST_BYTES;
  if (digestStart <= MAGIC.length) return tooShort(data);
  const message = data.subarray(MAGIC.length, digestStart);
  const isRight = md5(message).equals(data.subarray(digestStart));
  const { parts, stop } = walk(data, MAGIC.length, digestStart);
  if (isRight) return stop === undefined ? indexNowhere(parts) : malformed(stop);
  const toTheEnd = walk(data, MAGIC.length, data.length);
  const proven = () => byTheChecksum(data, toTheEnd.parts, PROOF_BYTES).next().value;
  return (
    wrapped(data) ??
    proven() ??
    flippedBit(data, stop, effort) ??
    foreignBytes(data, parts, stop, effort) ??
    byTheFields(data, parts, stop, toTheEnd.parts, toTheEnd.stop)
  );
}

function tooShort({ length }: Buffer): Damage {
  const least = MAGIC.length + 1 + DIGEST_BYTES;
  return {
    kind: 'cut off',
    says: `cut off at byte ${length}: an aggregate has at least ${least} bytes, so ${least - length} or more are missing`,
    offset: length,
    bytes: least - length,
  };
}

function malformed({ offset, reason }: Stop): Damage {
  const says = `the checksum is right, so its writer made it so: at byte ${offset} there is ${reason}`;
  return { kind: 'malformed by its writer', says, offset, bytes: undefined };
}

function indexNowhere(parts: Part[]): Damage {
  const count = (kind: Part['kind']) => parts.filter((part) => part.kind === kind).length;
  const [partitionKeys, explicitHashKeys] = [count('partition key'), count('explicit hash key')];
  const records = parts.flatMap(({ start, userRecord }) => (userRecord ? [{ start, ...userRecord }] : []));
  const index = records.findIndex(
    (record) => record.partitionKeyIndex >= partitionKeys || (record.explicitHashKeyIndex ?? -1) >= explicitHashKeys,
  );
  const record = records[index];
  const isPartitionKey = record !== undefined && record.partitionKeyIndex >= partitionKeys;
  const table = isPartitionKey
    ? `partition key ${record.partitionKeyIndex}`
    : `explicit hash key ${record?.explicitHashKeyIndex}`;
  const says =
    `the checksum is right, so its writer made it so: user record ${index} at byte ${record?.start} points to ${table}, ` +
    `and there are ${isPartitionKey ? partitionKeys : explicitHashKeys}`;
  return { kind: 'index nowhere', says, offset: record?.start, bytes: undefined };
}

/** Something else that stands behind the magic number. */
function wrapped(data: Buffer): Damage | undefined {
  const framed = data.subarray(MAGIC.length);
  const offset = MAGIC.length;
  if (framed.subarray(0, MAGIC.length).equals(MAGIC)) {
    const says = `nested: at byte ${offset} the magic number stands a second time`;
    return { kind: 'nested', says, offset, bytes: undefined };
  }
  if (isGzip(framed)) {
    return { kind: 'gzip', says: `gzip: from byte ${offset} on it is compressed`, offset, bytes: undefined };
  }
  if (/^[A-Za-z0-9+/_-]+=*\s*$/.test(framed.toString('latin1'))) {
    const says = `base64 twice: from byte ${offset} on it is base64 text`;
    return { kind: 'base64 twice', says, offset, bytes: undefined };
  }
  return undefined;
}

function isGzip(bytes: Buffer): boolean {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return false;
  try {
    gunzipSync(bytes.subarray(0, -DIGEST_BYTES));
    return true;
  } catch {
    // Cut off, or followed by an MD5: the header tells. Deflate is the only method there is.
    return bytes[2] === 8;
  }
}

/** What a message that ends with one of the fields has behind it: the MD5 of it, or at least so many bytes of that. */
function* byTheChecksum(data: Buffer, parts: Part[], least: number): Generator<Damage, undefined> {
  const hash = createHash('md5');
  let hashed = MAGIC.length;
  for (const { end } of parts) {
    hash.update(data.subarray(hashed, end));
    hashed = end;
    const damage = asEndOfMessage(data, end, hash.copy().digest(), least);
    if (damage) yield damage;
  }
  return undefined;
}

/** @param least how many bytes of the MD5 must be there */
function asEndOfMessage(data: Buffer, end: number, digest: Buffer, least: number): Damage | undefined {
  const rest = data.subarray(end);
  const surplus = rest.length - DIGEST_BYTES;
  let same = 0;
  while (same < Math.min(rest.length, DIGEST_BYTES) && rest[same] === digest[same]) same++;
  const offset = end + same;

  if (surplus === 0) {
    const equal = rest.filter((byte, i) => byte === digest[i]).length;
    if (equal < least) return undefined;
    const says = `the MD5 itself was changed: ${DIGEST_BYTES - equal} of its ${DIGEST_BYTES} bytes differ, from byte ${offset} on`;
    return { kind: 'changed checksum', says, offset, bytes: undefined };
  }
  if (surplus > 0) {
    if (same === DIGEST_BYTES) {
      const then = data.subarray(offset).subarray(0, MAGIC.length).equals(MAGIC)
        ? ', which begin with the magic number'
        : '';
      const says = `followed by other bytes: the aggregate is whole and ends at byte ${offset}, then there are ${surplus} more${then}`;
      return { kind: 'followed by other bytes', says, offset, bytes: surplus };
    }
    if (!rest.subarray(same + surplus).equals(digest.subarray(same))) return undefined;
    return foreign(offset, surplus, 'all user records are whole');
  }
  if (rest.length < least) return undefined;
  const says = (what: string) =>
    `${what}: ${-surplus} of the ${DIGEST_BYTES} bytes of the MD5 are missing; all user records are whole`;
  if (same === rest.length) {
    return { kind: 'cut off', says: says(`cut off at byte ${data.length}`), offset: data.length, bytes: -surplus };
  }
  if (!rest.subarray(same).equals(digest.subarray(same - surplus))) return undefined;
  return { kind: 'missing bytes', says: says(`bytes are missing at byte ${offset}`), offset, bytes: -surplus };
}

/** The one bit after whose turning the MD5 is right. */
function flippedBit(data: Buffer, stop: Stop | undefined, effort: Effort): Damage | undefined {
  const digest = data.subarray(-DIGEST_BYTES);
  const message = Buffer.from(data.subarray(MAGIC.length, -DIGEST_BYTES));
  const bytes = Math.floor(effort.trials(message.length) / 8);
  let from = 0;
  if (bytes < message.length) {
    // Not all of it can be tried. A bit that the fields stumble over lies before the place where they do.
    if (stop === undefined) return undefined;
    from = Math.max(0, stop.offset - MAGIC.length + 1 - bytes);
  }
  const to = Math.min(from + bytes, message.length);
  effort.spend(8 * (to - from), message.length);
  for (let i = from; i < to; i++) {
    const byte = message[i] as number;
    for (let bit = 0; bit < 8; bit++) {
      message[i] = byte ^ (1 << bit);
      if (md5(message).equals(digest)) {
        const offset = MAGIC.length + i;
        const says = `one flipped bit: byte ${offset} is 0x${hex(byte)} and was 0x${hex(message[i] as number)}`;
        return { kind: 'flipped bit', says, offset, bytes: undefined };
      }
    }
    message[i] = byte;
  }
  return undefined;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** The bytes after whose removal the MD5 is right. */
function foreignBytes(data: Buffer, parts: Part[], stop: Stop | undefined, effort: Effort): Damage | undefined {
  const digestStart = data.length - DIGEST_BYTES;
  const digest = data.subarray(digestStart);
  let trials = 0;
  const most = effort.trials(data.length);
  try {
    for (const [from, to, bytes] of placesOf(data, parts, stop, most)) {
      const hash = createHash('md5').update(data.subarray(MAGIC.length, from));
      for (let offset = from; offset <= to && offset + bytes <= digestStart; offset++) {
        if (++trials > most) return undefined;
        const whole = hash
          .copy()
          .update(data.subarray(offset + bytes, digestStart))
          .digest();
        if (whole.equals(digest)) return foreign(offset, bytes, 'without them the checksum is right');
        hash.update(data.subarray(offset, offset + 1));
      }
    }
    return undefined;
  } finally {
    effort.spend(trials, data.length);
  }
}

/** Where foreign bytes may begin, from and to, and how many there may be. */
function* placesOf(
  data: Buffer,
  parts: Part[],
  stop: Stop | undefined,
  trials: number,
): Generator<[number, number, number]> {
  const digestStart = data.length - DIGEST_BYTES;
  if ((digestStart - MAGIC.length) * MOST_FOREIGN_BYTES <= trials) {
    for (let bytes = 1; bytes <= MOST_FOREIGN_BYTES; bytes++) yield [MAGIC.length, digestStart, bytes];
  }
  if (stop === undefined) return;
  const starts = [...parts.slice(-LOOK_BACK).map(({ start }) => start), stop.partStart].reverse();
  for (const next of readableFrom(data, stop.partStart, digestStart).slice(0, LOOK_BACK)) {
    for (const start of starts) {
      yield [start, start, next - start];
      const end = endOfPart(data, start, digestStart);
      if (end !== undefined && next > end) yield [start, end, next - end];
    }
  }
  for (const start of starts) for (let bytes = 1; bytes <= MOST_FOREIGN_BYTES; bytes++) yield [start, start + 8, bytes];
}

function foreign(offset: number, bytes: number, known: string): Damage {
  const says = `foreign bytes: ${bytes} too many at byte ${offset}; ${known}`;
  return { kind: 'foreign bytes', says, offset, bytes };
}

/** What the fields tell, where the MD5 proves nothing. */
function byTheFields(
  data: Buffer,
  parts: Part[],
  stop: Stop | undefined,
  partsToTheEnd: Part[],
  stopAtTheEnd: Stop | undefined,
): Damage {
  const digestStart = data.length - DIGEST_BYTES;
  // First: the beginning of an MD5 may look like a field, or like the beginning of one.
  const last = partsToTheEnd.filter(({ end }) => data.length - end < DIGEST_BYTES);
  for (const damage of byTheChecksum(data, last, 1)) if (damage.kind === 'cut off') return damage;
  if (stopAtTheEnd === undefined) {
    const says = `cut off at byte ${data.length}, behind a whole field: all ${DIGEST_BYTES} bytes of the MD5 are missing, or more`;
    return { kind: 'cut off', says, offset: data.length, bytes: DIGEST_BYTES };
  }
  const [next = digestStart] = readableFrom(data, stopAtTheEnd.partStart, digestStart);
  if (stopAtTheEnd.missing !== undefined && next === digestStart && reachesTheEnd(data, stopAtTheEnd)) {
    return cutOff(data, stopAtTheEnd, stopAtTheEnd.missing);
  }
  if (stop === undefined) {
    const says = `changed bytes, somewhere between bytes ${MAGIC.length} and ${digestStart}: the message can be read to its end, and its checksum is wrong`;
    return { kind: 'changed bytes', says, offset: undefined, bytes: undefined };
  }
  if (next === digestStart && stopAtTheEnd.missing !== undefined)
    return cutOff(data, stopAtTheEnd, stopAtTheEnd.missing);
  return moved(data, parts, stop, next);
}

/** Whether the field in which it stops says that it goes on to the end: one of more bytes than any record has is damaged. */
function reachesTheEnd(data: Buffer, { missing = 0 }: Stop): boolean {
  return missing <= 10 * 1024 * 1024 && data.length + missing <= 11 * 1024 * 1024;
}

function cutOff(data: Buffer, { partStart, offset, reason }: Stop, missing: number): Damage {
  const says =
    `cut off at byte ${data.length}: the field at byte ${partStart} goes on, at byte ${offset} there is ${reason}; ` +
    `${missing + DIGEST_BYTES} bytes or more are missing, with the MD5`;
  return { kind: 'cut off', says, offset: data.length, bytes: missing + DIGEST_BYTES };
}

/** By how many bytes the fields behind the damage lie away from where those before it say that they are. */
function moved(data: Buffer, parts: Part[], stop: Stop, next: number): Damage {
  const starts = [...parts.slice(-1).map(({ start }) => start), stop.partStart].reverse();
  const start = starts.find((place) => endOfPart(data, place, data.length) !== undefined) ?? stop.partStart;
  const end = endOfPart(data, start, data.length);
  const where = `between bytes ${start} and ${next}`;
  if (end === undefined || end === next) {
    const says = `changed bytes ${where}: at byte ${stop.offset} there is ${stop.reason}`;
    return { kind: 'changed bytes', says, offset: start, bytes: undefined };
  }
  const bytes = Math.abs(next - end);
  if (next > end)
    return { kind: 'foreign bytes', says: `foreign bytes: ${bytes} too many ${where}`, offset: start, bytes };
  return { kind: 'missing bytes', says: `missing bytes: ${bytes} too few ${where}`, offset: start, bytes };
}
