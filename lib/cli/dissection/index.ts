// A broken record taken apart as far as that goes. For eyes alone: what is read here past damage may be wrong, and nothing of
// it is ever handed to a consumer. The functions of deaggregation do not know this folder.

import { type Damage, damageOf } from './damage';
import { type Effort, md5 } from './md5';
import { DIGEST_BYTES, MAGIC, type Part, readableFrom, walk } from './message';

export type { Damage, DamageKind } from './damage';
export { Effort } from './md5';
export { type Wrapping, wrappingOf } from './wrapping';

export interface Dissection {
  damage: Damage;
  /** Where the message ends, if what follows is its MD5. */
  messageEnd: number;
  /** How far the message can be read, and what stands there; up to its end if `undefined`. */
  stop: { offset: number; reason: string; userRecord: number | undefined } | undefined;
  written: string;
  computed: string;
  partitionKeys: string[];
  explicitHashKeys: string[];
  userRecords: ReadableUserRecord[];
}

/** A user record that can be read, whether or not it is what its writer wrote. */
export interface ReadableUserRecord {
  /** Where it begins. */
  offset: number;
  /** `undefined` if it points to none. */
  partitionKey: string | undefined;
  /** `null` if it has none, `undefined` if it points to none. */
  explicitHashKey: string | null | undefined;
  data: Buffer;
}

export function isMagic(data: Buffer): boolean {
  return data.subarray(0, MAGIC.length).equals(MAGIC);
}

export function dissect(data: Buffer, effort: Effort): Dissection {
  const damage = damageOf(data, effort);
  const messageEnd = Math.max(MAGIC.length, data.length - DIGEST_BYTES);
  const { parts, stop } = walk(data, MAGIC.length, damage.kind === 'cut off' ? data.length : messageEnd);
  // Of a record that was cut off, nothing comes behind.
  const again = stop && damage.kind !== 'cut off' ? readableFrom(data, stop.partStart, messageEnd)[0] : undefined;
  const readable = again === undefined ? parts : [...parts, ...walk(data, again, messageEnd).parts];
  const texts = (kind: Part['kind']) =>
    readable.filter((part) => part.kind === kind).map(({ content, end }) => javaText(data.subarray(content, end)));
  const partitionKeys = texts('partition key');
  const explicitHashKeys = texts('explicit hash key');
  const before = parts.filter(({ userRecord }) => userRecord !== undefined).length;
  return {
    damage,
    messageEnd,
    stop: stop && {
      offset: stop.offset,
      reason: stop.reason,
      userRecord: data[stop.partStart] === USER_RECORD_TAG ? before : undefined,
    },
    written: data.subarray(messageEnd).toString('hex'),
    computed: md5(data.subarray(MAGIC.length, messageEnd)).toString('hex'),
    partitionKeys,
    explicitHashKeys,
    userRecords: readable.flatMap(({ start, userRecord }) => {
      if (userRecord === undefined) return [];
      const { partitionKeyIndex, explicitHashKeyIndex, data: bytes } = userRecord;
      return {
        offset: start,
        partitionKey: partitionKeys[indexOf(partitionKeyIndex)],
        explicitHashKey: explicitHashKeyIndex === undefined ? null : explicitHashKeys[indexOf(explicitHashKeyIndex)],
        data: bytes,
      };
    }),
  };
}

const USER_RECORD_TAG = 0x1a;

/** Java's `(int) index`, by which a KCL looks into the tables. */
function indexOf(index: bigint): number {
  return Number(BigInt.asIntN(32, index));
}

/** Java takes the three bytes of a surrogate for one mistake, where a decoder of the WHATWG's kind sees three. */
function javaText(bytes: Buffer): string {
  const marked = bytes.toString('latin1').replace(/\xed[\xa0-\xbf][\x80-\xbf]?/g, '\xef\xbf\xbd');
  return Buffer.from(marked, 'latin1').toString('utf8');
}
