import { deaggregate } from 'kinesis-agg';

/** What a KCL consumer of this shard would hand out, and how many user records it would silently drop. */
export function keptByShard(records, shard) {
  const kept = deaggregate(records, { hashKeyRange: shard.HashKeyRange });
  return { kept, dropped: deaggregate(records).length - kept.length };
}
