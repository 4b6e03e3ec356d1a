import type { AggregatedRecord } from '../../index';
import type { Attempt } from '../../producer';
import type { Members } from './members';
import type { GroupName } from './order';
import type { Backoff } from './outcome';
import type { Pace } from './pace';

/** Of many tries, the first and the last are kept. */
const KEPT_AT_EACH_END = 10;

/** One record of PutRecords with the user records in it, from the closing of its aggregate to the last answer. */
export class Entry {
  readonly record: AggregatedRecord;
  readonly members: Members;
  /** That of the aggregator; undefined for a record that goes without aggregation. */
  readonly group: number | undefined;
  /** What counts for Kinesis: data and partition key. */
  readonly bytes: number;
  /** Closed one after the other. */
  readonly order: number;
  readonly oldest: number;
  /** From then on there is no new try. */
  readonly deadline: number;
  readonly isAggregated: boolean;
  /** Its bytes are complete. */
  isSealed = true;

  /** From then on it is worth a request of its own. */
  dueAt: number;
  /** While it backs off: when it wakes. */
  wakesAt = 0;
  attempts: Attempt[] = [];
  tries = 0;
  mayBeStored = false;
  /** An answer said so of it, not of a whole request. */
  wasThrottled = false;
  cause: unknown;
  pace: Pace | undefined;

  /** The group in which it keeps order, if it does. */
  orderedBy: GroupName | undefined;
  /** Entries of an older shard map that have to be settled first. */
  blockers = 0;
  blocked: Entry[] = [];

  #triesByKind = new Map<string, number>();

  constructor(
    record: AggregatedRecord,
    members: Members,
    {
      group,
      order,
      ttlMs,
      isAggregated,
    }: { group: number | undefined; order: number; ttlMs: number; isAggregated: boolean },
  ) {
    this.record = record;
    this.members = members;
    this.group = group;
    this.order = order;
    this.isAggregated = isAggregated;
    this.bytes = record.Data.length + Buffer.byteLength(record.PartitionKey);
    let oldest = Number.POSITIVE_INFINITY;
    let youngest = Number.NEGATIVE_INFINITY;
    members.forEachRun(({ at }) => {
      oldest = Math.min(oldest, at);
      youngest = Math.max(youngest, at);
    });
    this.oldest = oldest;
    this.deadline = youngest + ttlMs;
    this.dueAt = this.deadline;
  }

  /** Notes a try, and how many of its kind there were. */
  tried(attempt: Attempt, backoff?: Backoff): number {
    this.tries++;
    if (this.attempts.length === 2 * KEPT_AT_EACH_END) this.attempts.splice(KEPT_AT_EACH_END, 1);
    this.attempts.push(attempt);
    if (attempt.outcome === 'unknown') this.mayBeStored = true;
    if (backoff === undefined) return this.tries;
    const tries = (this.#triesByKind.get(backoff.kind) ?? 0) + 1;
    this.#triesByKind.set(backoff.kind, tries);
    return tries;
  }

  /** What it has been through goes over to a user record that goes on alone. */
  inherit(from: Entry): void {
    this.attempts = [...from.attempts];
    this.tries = from.tries;
    this.mayBeStored = from.mayBeStored;
    this.wasThrottled = from.wasThrottled;
    this.cause = from.cause;
    this.#triesByKind = new Map(from.#triesByKind);
  }
}
