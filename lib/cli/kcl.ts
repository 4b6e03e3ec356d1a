// What a consumer on the Kinesis Client Library is handed of a Kinesis record. The rules are those of its AggregatorUtil: it
// takes user records out in order, ends at the first that it cannot read, and drops the whole aggregate as soon as one lies
// outside the shard.

import type { Shard } from './shards';

/** A user record as the KCL's filter sees it: its hash key, or why there is none. */
export type HashKey = bigint | string;

export interface Verdict {
  says: string;
  /** User records that a consumer is sure not to get. */
  lost: number;
}

const EVERYTHING = { start: 0n, end: 2n ** 128n - 1n };

/** @param shard that the record lies in, if it is known @param shards all there are, if they are known */
export function verdictOn(
  hashKeys: readonly HashKey[],
  shard: Shard | undefined,
  shards: readonly Shard[] | undefined,
): Verdict {
  const count = hashKeys.length;
  if (count === 0) return { says: 'nothing comes out: it holds no user records', lost: 0 };
  const anywhere = handedOn(hashKeys, EVERYTHING);
  if (anywhere.outside > 0) return dropped(anywhere.outside, count, 'every shard');
  if (shard !== undefined) {
    const { kept, outside, why } = handedOn(hashKeys, shard);
    if (outside > 0) return dropped(outside, count, shard.id);
    return why === undefined ? { says: 'kept', lost: 0 } : partOf(kept, count, why);
  }
  if (anywhere.why !== undefined) return partOf(anywhere.kept, count, anywhere.why);
  const distinct = new Set(hashKeys).size;
  if (shards !== undefined) {
    const owners = shards.filter((one) => handedOn(hashKeys, one).outside === 0).map(({ id }) => id);
    if (owners.length > 0) return { says: `kept if it lies in ${owners.join(' or ')}`, lost: 0 };
    return {
      says: `dropped: no shard owns ${distinct === 1 ? 'its hash key' : `all ${distinct} hash keys`}`,
      lost: count,
    };
  }
  const says =
    distinct === 1
      ? 'one hash key: kept by the shard that owns it'
      : `${distinct} hash keys: dropped unless one shard owns them all`;
  return { says, lost: 0 };
}

function dropped(outside: number, count: number, where: string): Verdict {
  return { says: `dropped: ${outside} of ${count} user records outside ${where}`, lost: count };
}

function partOf(kept: number, count: number, why: string): Verdict {
  return {
    says: `${kept} of ${count} user records kept, the rest lost: user record ${kept} ${why}`,
    lost: count - kept,
  };
}

/** `outside`: how many user records make it drop the whole aggregate. `why`: what ends it before all were taken out. */
function handedOn(hashKeys: readonly HashKey[], range: Pick<Shard, 'start' | 'end'>) {
  const isOutside = (hashKey: HashKey) => typeof hashKey === 'bigint' && (hashKey < range.start || hashKey > range.end);
  for (const [kept, hashKey] of hashKeys.entries()) {
    if (typeof hashKey === 'string') return { kept, outside: 0, why: hashKey };
    if (isOutside(hashKey)) return { kept: 0, outside: hashKeys.filter(isOutside).length, why: undefined };
  }
  return { kept: hashKeys.length, outside: 0, why: undefined };
}
