// An aggregator that says where each user record went, for a producer that tells what became of each.

import type { AggregatedRecord, AggregatorOptions, Shard } from '../../index';
import { native } from '../native';
import { aggregatedRecord } from './aggregated-record';
import { BufferedAggregator } from './buffered-aggregator';
import type { ReadUserRecord } from './input';
import { TRACKED } from './options';

/** An aggregate that has closed, and which of the user records that went in are in it. */
export interface TrackedAggregate {
  readonly group: number;
  /** The ordinals of its user records, in the order in which it holds them. */
  readonly members: Uint32Array;
  /** Its MD5 is missing: see `seal`. */
  readonly record: AggregatedRecord;
  /** It is no lone record as it came. */
  readonly isAggregate: boolean;
}

export interface OpenGroup {
  readonly group: number;
  /** Of the ordinals that are open in it. */
  readonly lowest: number;
  readonly userRecords: number;
  readonly bytes: number;
}

export interface TrackedOptions {
  /** Under `'shards'` it goes by partition key until it is given its first map. */
  readonly routing: 'pinned' | 'partitionKey' | 'shards' | { lanes: number };
  readonly maxRecordBytes: number;
  readonly maxAggregateBytes: number;
  readonly maxUserRecords: number | undefined;
  readonly maxOpenAggregates: number;
  readonly explicitHashKeys: 'keep' | 'ignore';
  readonly nested: 'refuse' | 'keep';
}

/** Numbers of a row of `openGroups`. */
const ROW = 4;

/**
 * Ordinals are unsigned 32-bit numbers that count up by one with each record that is taken, and wrap around; those that
 * are open at one time span less than 2^31. A group is what has one open aggregate: a lane, a shard, a partition key, an
 * explicit hash key. It keeps its number as long as anything of it is open, and until it is released after each of its
 * aggregates.
 */
export class TrackedAggregator {
  readonly #buffered: BufferedAggregator<TrackedAggregate>;

  constructor({ routing, maxUserRecords, ...options }: TrackedOptions) {
    const asked: AggregatorOptions = {
      routing: routing as Exclude<typeof routing, 'shards'>,
      maxRecordBytes: options.maxRecordBytes,
      maxAggregateBytes: options.maxAggregateBytes,
      maxOpenAggregates: options.maxOpenAggregates,
      explicitHashKeys: options.explicitHashKeys,
      nested: options.nested,
      ...(maxUserRecords === undefined ? {} : { maxUserRecords }),
    };
    this.#buffered = new BufferedAggregator<TrackedAggregate>(
      asked,
      TRACKED,
      (data, partitionKey, explicitHashKey, userRecordCount, isAggregate, group, members) => ({
        group,
        members: members as Uint32Array,
        record: aggregatedRecord(partitionKey, explicitHashKey, data, userRecordCount),
        isAggregate,
      }),
    );
  }

  /**
   * Takes a record. What it closes may show late: records wait to enter the core together, also those of which it is not
   * known whether they close something. Then `mayClose` says so, and whoever wants to know calls `catchUp`.
   */
  add(record: ReadUserRecord, ordinal: number): void {
    this.#buffered.takeNumbered(record, ordinal);
  }

  get hasClosed(): boolean {
    return this.#buffered.closed.length > 0;
  }

  get mayClose(): boolean {
    return this.#buffered.mayClose;
  }

  catchUp(): void {
    this.#buffered.catchUp();
  }

  /** What has closed since it was asked for: aggregates that a record could not join, or that made place. */
  takeClosed(): TrackedAggregate[] {
    return this.#buffered.drain();
  }

  /** What is open, in the order in which it was opened. */
  openGroups(): OpenGroup[] {
    const words = this.#buffered.openGroups();
    return Array.from({ length: words.length / ROW }, (_, i) => {
      const [group, lowest, userRecords, bytes] = words.subarray(i * ROW) as unknown as [
        number,
        number,
        number,
        number,
      ];
      return { group, lowest, userRecords, bytes };
    });
  }

  /** Closes these, in the order in which they were opened. */
  closeGroups(groups: readonly number[]): TrackedAggregate[] {
    this.#buffered.closeGroups(groups);
    return this.#buffered.drain();
  }

  releaseGroups(groups: readonly number[]): void {
    this.#buffered.releaseGroups(groups);
  }

  /** Routes by shards from now on, what is open included; gives what that closes. */
  setShards(shards: readonly Shard[]): TrackedAggregate[] {
    this.#buffered.setShards(shards);
    return this.#buffered.drain();
  }
}

/** Fills in the MD5s of aggregates, each of them once. Those of sixteen take hardly longer than that of one. */
export function seal(records: readonly AggregatedRecord[]): void {
  native.seal(records.map(({ Data }) => Data));
}
