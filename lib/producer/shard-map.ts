import type { Shard } from '../../index';

interface Range {
  shardId: string;
  first: bigint;
  last: bigint;
}

/** The open shards of a stream, as one reading of ListShards gave them. */
export class ShardMap {
  readonly shards: readonly Shard[];
  #ranges: Range[];
  #byId: Map<string, Range>;

  constructor(shards: readonly Shard[]) {
    this.shards = shards;
    this.#ranges = shards
      .filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber == null)
      .map((shard) => ({
        shardId: String(shard.ShardId),
        first: BigInt(shard.HashKeyRange?.StartingHashKey ?? 0),
        last: BigInt(shard.HashKeyRange?.EndingHashKey ?? 0),
      }))
      .sort((a, b) => (a.first < b.first ? -1 : 1));
    this.#byId = new Map(this.#ranges.map((range) => [range.shardId, range]));
  }

  get size(): number {
    return this.#ranges.length;
  }

  rangeOf(shardId: string): Range | undefined {
    return this.#byId.get(shardId);
  }

  /** The shard that owns a hash key. */
  owner(hashKey: bigint): Range | undefined {
    let low = 0;
    let high = this.#ranges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#ranges[middle] as Range).first <= hashKey) low = middle;
      else high = middle - 1;
    }
    return this.#ranges[low];
  }

  owns(shardId: string, hashKey: bigint): boolean {
    const range = this.#byId.get(shardId);
    return range !== undefined && range.first <= hashKey && hashKey <= range.last;
  }
}
