import { deaggregate } from 'kinesis-agg';

/** What a KCL consumer of this shard would hand out, and how much it would drop without a word. */
export function keptByShard(records, shard) {
  const kept = deaggregate(records, { hashKeyRange: shard.HashKeyRange });
  return { kept, dropped: deaggregate(records).length - kept.length };
}
