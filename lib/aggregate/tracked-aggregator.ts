import type { AggregatedRecord, Shard } from '../../index';
import type { ReadUserRecord } from './input';

/** An aggregate that has closed, and which of the user records that went in are in it. */
export interface TrackedAggregate {
  group: number;
  /** The ordinals of its user records, in the order in which it holds them. */
  members: Uint32Array;
  record: AggregatedRecord;
}

export interface OpenGroup {
  group: number;
  /** Of the ordinals that are open in it. */
  lowest: number;
  userRecords: number;
  bytes: number;
}

/**
 * An aggregator that says where each user record went.
 *
 * Ordinals are unsigned 32-bit numbers that count up by one and wrap around; those that are open at one time span less
 * than 2^31. A group is what has one open aggregate: a lane, a shard, a partition key, an explicit hash key. It keeps its
 * number as long as anything of it is open, and until it is released after each of its aggregates.
 */
export interface TrackedAggregator {
  /** Takes a record and gives the aggregate that it closes: one that it cannot join, or one that makes place. */
  add(record: ReadUserRecord, ordinal: number): TrackedAggregate | undefined;
  openGroups(): OpenGroup[];
  /** Closes these, in the order in which they were opened. */
  closeGroups(groups: readonly number[]): TrackedAggregate[];
  releaseGroups(groups: readonly number[]): void;
  /** Routes by shards from now on, what is open included; gives what that closes. */
  setShards(shards: readonly Shard[]): TrackedAggregate[];
}

export interface TrackedOptions {
  /** Under `'shards'` it goes by partition key until it is given its first map. */
  routing: 'pinned' | 'partitionKey' | 'shards' | { lanes: number };
  maxRecordBytes: number;
  maxAggregateBytes: number;
  maxUserRecords: number | undefined;
  maxOpenAggregates: number;
  explicitHashKeys: 'keep' | 'ignore';
  nested: 'refuse' | 'keep';
}
