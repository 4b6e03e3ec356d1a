import type { AggregatedRecord } from '../../index';
import type { ProducerRouting } from '../../producer';
import type { ShardMap } from './shard-map';

/** Of that many outer keys it is remembered where they went. */
const REMEMBERED = 1024;

/** The shards to which entries will go, as far as that is known. */
export class Destinations {
  readonly #routing: ProducerRouting;
  readonly #lastShards = new Map<string, string>();

  constructor(routing: ProducerRouting) {
    this.#routing = routing;
  }

  /** By the shard map, or where the last one of the same keys went. */
  of(record: AggregatedRecord, map: ShardMap | undefined): string | undefined {
    const { ExplicitHashKey } = record;
    if (map !== undefined && ExplicitHashKey !== undefined) return map.owner(BigInt(ExplicitHashKey))?.shardId;
    return this.#lastShards.get(outerKey(record));
  }

  wentTo(shardId: string, record: AggregatedRecord): void {
    // All that is sent so has one pace, whatever its keys are.
    if (this.#routing === 'pinned' || this.#routing === 'none') return;
    const key = outerKey(record);
    this.#lastShards.delete(key);
    this.#lastShards.set(key, shardId);
    if (this.#lastShards.size > REMEMBERED) {
      this.#lastShards.delete(this.#lastShards.keys().next().value as string);
    }
  }
}

/** Under these, an aggregate goes where the last one of the same keys went. */
function outerKey({ PartitionKey, ExplicitHashKey }: AggregatedRecord): string {
  return ExplicitHashKey ?? PartitionKey;
}
