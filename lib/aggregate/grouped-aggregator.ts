import type { AggregatedRecord, Shard, UserRecord } from '../../index';
import { deaggregate, hashKey, RecordAggregator } from '../index';
import type { ReadUserRecord } from './input';
import type { OpenGroup, TrackedAggregate, TrackedAggregator, TrackedOptions } from './tracked-aggregator';

interface Open {
  group: number;
  /** That of each of its records. */
  explicitHashKey: string | null;
  aggregator: RecordAggregator;
  members: number[];
}

const SPACE_BITS = 128n;
/** Of that many partition keys the group's name is remembered. */
const REMEMBERED_KEYS = 8192;

/** An aggregator of its own for each group, so that what a group closes is known to hold just what went in. */
export class GroupedAggregator implements TrackedAggregator {
  #options: TrackedOptions;
  #shards: { first: bigint; last: bigint }[] | undefined;
  /** In the order in which they were opened. */
  #open = new Map<number, Open>();
  /** The same, the least recently used first. */
  #recent = new Map<number, Open>();
  #numbers = new Map<string, number>();
  #nameOfKey = new Map<string, string>();
  #names = new Map<number, string>();
  /** Has closed something that was not released. */
  #unreleased = new Set<number>();
  #lastGroup = 0;

  constructor(options: TrackedOptions) {
    this.#options = options;
    this.#aggregator(null); // refuses what it cannot use
  }

  add(read: ReadUserRecord, ordinal: number): TrackedAggregate | undefined {
    const explicitHashKey = this.#explicitHashKeyOf(read);
    const record = { partitionKey: read.partitionKey, data: read.data, explicitHashKey };
    const name = this.#nameOf(record);
    const known = this.#numbers.get(name);
    const open = known === undefined ? undefined : this.#open.get(known);
    if (open !== undefined) {
      const closed = open.aggregator.addUserRecord(record);
      this.#recent.delete(open.group);
      this.#recent.set(open.group, open);
      if (closed === undefined) {
        open.members.push(ordinal);
        return undefined;
      }
      const { members } = open;
      open.members = [ordinal];
      this.#open.delete(open.group);
      this.#open.set(open.group, open);
      return this.#tracked(open.group, closed, members);
    }

    const aggregator = this.#aggregator(explicitHashKey);
    aggregator.addUserRecord(record);
    const [leastRecent] = this.#recent.values();
    const isFull = this.#open.size >= this.#maxOpenAggregates;
    const evicted = isFull && leastRecent !== undefined ? this.#close(leastRecent) : undefined;
    const group = known ?? ++this.#lastGroup;
    this.#numbers.set(name, group);
    this.#names.set(group, name);
    const opened = { group, explicitHashKey, aggregator, members: [ordinal] };
    this.#open.set(group, opened);
    this.#recent.set(group, opened);
    return evicted;
  }

  openGroups(): OpenGroup[] {
    return [...this.#open.values()].map(({ group, aggregator, members }) => ({
      group,
      lowest: members.reduce((lowest, ordinal) => (((ordinal - lowest) | 0) < 0 ? ordinal : lowest)),
      userRecords: members.length,
      bytes: aggregator.sizeBytes,
    }));
  }

  closeGroups(groups: readonly number[]): TrackedAggregate[] {
    const asked = new Set(groups);
    return [...this.#open.values()].filter(({ group }) => asked.has(group)).map((open) => this.#close(open));
  }

  releaseGroups(groups: readonly number[]): void {
    for (const group of groups) {
      this.#unreleased.delete(group);
      if (!this.#open.has(group)) this.#forget(group);
    }
  }

  setShards(shards: readonly Shard[]): TrackedAggregate[] {
    new RecordAggregator({ routing: { shards } }); // refuses a map with a hole or an overlap
    const isFirst = this.#shards === undefined;
    this.#nameOfKey.clear();
    this.#shards = shards
      .filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber == null)
      .map(({ HashKeyRange }) => ({
        first: BigInt(HashKeyRange?.StartingHashKey ?? 0),
        last: BigInt(HashKeyRange?.EndingHashKey ?? 0),
      }));
    const routed = [...this.#open.values()].filter(({ explicitHashKey }) => isFirst || explicitHashKey === null);
    const records = routed.flatMap(({ aggregator, members, explicitHashKey }) => {
      const [{ Data, PartitionKey }] = aggregator.flush() as [AggregatedRecord];
      const userRecords = deaggregate({ Data, PartitionKey, SequenceNumber: '' }, {}) as UserRecord[];
      return userRecords.map(({ partitionKey, data }, i) => ({
        read: { partitionKey: partitionKey as string, data, explicitHashKey, dataBytes: data.length },
        ordinal: members[i] as number,
      }));
    });
    for (const { group } of routed) {
      this.#open.delete(group);
      this.#recent.delete(group);
      if (!this.#unreleased.has(group)) this.#forget(group);
    }
    const closed = records.map(({ read, ordinal }) => this.add(read, ordinal)).filter((each) => each !== undefined);
    for (const open of this.#recent.values()) {
      if (this.#open.size <= this.#maxOpenAggregates) break;
      closed.push(this.#close(open));
    }
    return closed;
  }

  get #maxOpenAggregates(): number {
    return Math.max(this.#options.maxOpenAggregates, this.#shards?.length ?? 0);
  }

  #close(open: Open): TrackedAggregate {
    this.#open.delete(open.group);
    this.#recent.delete(open.group);
    const [record] = open.aggregator.flush() as [AggregatedRecord];
    return this.#tracked(open.group, record, open.members);
  }

  #tracked(group: number, record: AggregatedRecord, members: number[]): TrackedAggregate {
    this.#unreleased.add(group);
    return { group, members: Uint32Array.from(members), record };
  }

  #forget(group: number): void {
    this.#numbers.delete(this.#names.get(group) as string);
    this.#names.delete(group);
  }

  /** None where it says no more than the partition key does: that is how the aggregator sees it. */
  #explicitHashKeyOf({ partitionKey, explicitHashKey }: ReadUserRecord): string | null {
    if (explicitHashKey === null || this.#options.explicitHashKeys === 'ignore') return null;
    return explicitHashKey === hashKey(partitionKey) ? null : explicitHashKey;
  }

  /** What has one open aggregate, by a name. */
  #nameOf({ partitionKey, explicitHashKey }: { partitionKey: string; explicitHashKey: string | null }): string {
    const { routing } = this.#options;
    if (routing === 'partitionKey' || (routing === 'shards' && this.#shards === undefined)) {
      return JSON.stringify([partitionKey, explicitHashKey]);
    }
    if (explicitHashKey !== null) return explicitHashKey;
    if (routing === 'pinned') return 'pinned';
    let name = this.#nameOfKey.get(partitionKey);
    if (name === undefined) {
      name = this.#nameByHashKey(partitionKey);
      if (this.#nameOfKey.size === REMEMBERED_KEYS) this.#nameOfKey.clear();
      this.#nameOfKey.set(partitionKey, name);
    }
    return name;
  }

  #nameByHashKey(partitionKey: string): string {
    const { routing } = this.#options;
    const key = BigInt(hashKey(partitionKey));
    if (routing === 'shards') {
      return `shard ${this.#shards?.find(({ first, last }) => first <= key && key <= last)?.first}`;
    }
    return `lane ${(key * BigInt((routing as { lanes: number }).lanes)) >> SPACE_BITS}`;
  }

  /** For one group. The aggregates of a shard are pinned: outer keys of the first record. */
  #aggregator(explicitHashKey: string | null): RecordAggregator {
    const { routing, maxRecordBytes, maxAggregateBytes, maxUserRecords, nested } = this.#options;
    const byPartitionKey = routing === 'partitionKey' || (routing === 'shards' && this.#shards === undefined);
    const inner = byPartitionKey
      ? 'partitionKey'
      : routing === 'shards' || explicitHashKey !== null
        ? 'pinned'
        : routing;
    return new RecordAggregator({
      routing: typeof routing === 'object' ? routing : inner,
      maxRecordBytes,
      maxAggregateBytes,
      nested,
      ...(maxUserRecords === undefined ? {} : { maxUserRecords }),
    });
  }
}
