import type { ReadUserRecord } from '../aggregate/input';
import { type TrackedAggregate, TrackedAggregator } from '../aggregate/tracked-aggregator';
import type { Members, Run } from './members';
import { OpenRecords } from './open-records';
import type { Settings } from './options';
import type { ShardMap } from './shard-map';

/** @param isDue the aggregate need not linger any more */
type WhenClosed = (aggregate: TrackedAggregate, members: Members, isDue: boolean, now: number) => void;

/** User records in open aggregates: these close when they are full, when they have lingered, or when they are told to. */
export class Gathering {
  /** When the first open aggregate may have lingered. */
  lingersUntil = Number.POSITIVE_INFINITY;
  readonly #settings: Settings;
  readonly #aggregator: TrackedAggregator;
  readonly #records = new OpenRecords();
  readonly #isBusy: (group: number) => boolean;
  readonly #whenClosed: WhenClosed;
  #nextOrdinal: number;

  /**
   * @param isBusy whether an entry of the group is on its way, which another may not overtake
   * @param firstOrdinal of the records, which are numbered
   */
  constructor(
    settings: Settings & { readonly routing: Exclude<Settings['routing'], 'none'> },
    isBusy: (group: number) => boolean,
    whenClosed: WhenClosed,
    firstOrdinal: number,
  ) {
    this.#settings = settings;
    this.#aggregator = new TrackedAggregator(settings);
    this.#isBusy = isBusy;
    this.#whenClosed = whenClosed;
    this.#nextOrdinal = firstOrdinal;
  }

  /** Throws if the record is bad. */
  add(read: ReadUserRecord, run: Run, cost: number, now: number): void {
    const ordinal = this.#nextOrdinal;
    this.#aggregator.add(read, ordinal);
    this.#nextOrdinal = (ordinal + 1) >>> 0;
    this.#records.add(ordinal, run, cost);
    const { lingerMs } = this.#settings;
    if (lingerMs > 0) this.lingersUntil = Math.min(this.lingersUntil, run.at + lingerMs);
    if (this.#aggregator.hasClosed) this.#takeClosed(now);
  }

  /** Whether something may have closed that only `catchUp` shows. */
  get mayClose(): boolean {
    return this.#aggregator.mayClose;
  }

  /** What was added enters the core. */
  catchUp(now: number): void {
    this.#aggregator.catchUp();
    this.#takeClosed(now);
  }

  closeAll(now: number): void {
    this.#close(
      this.#open(now).map(({ group }) => group),
      now,
    );
    this.lingersUntil = Number.POSITIVE_INFINITY;
  }

  /** What has lingered closes, and with it what has done half of that: so there are two rounds a linger, not one a group. */
  closeLingered(now: number): void {
    if (now < this.lingersUntil) return;
    const { lingerMs, recordTtlMs } = this.#settings;
    const rows = this.#open(now).map(({ group, at }) => {
      const isBusy = this.#isBusy(group);
      // Behind an entry of its group it could not go: it rather goes on filling.
      return { group, at, isBusy, closesAt: at + (isBusy ? Math.max(lingerMs, recordTtlMs / 4) : lingerMs) };
    });
    const isRound = rows.some(({ closesAt }) => closesAt <= now);
    const isReached = ({ at, isBusy, closesAt }: (typeof rows)[0]) =>
      closesAt <= now || (at + lingerMs / 2 <= now && !isBusy);
    const closing = isRound ? rows.filter(isReached) : [];
    this.lingersUntil = Number.POSITIVE_INFINITY;
    for (const row of rows) {
      if (!closing.includes(row)) this.lingersUntil = Math.min(this.lingersUntil, row.closesAt);
    }
    this.#close(
      closing.map(({ group }) => group),
      now,
    );
  }

  /** A group is not busy any more: what it has open may have lingered. */
  lookAgain(now: number): void {
    if (this.#records.count > 0) this.lingersUntil = Math.min(this.lingersUntil, now);
  }

  release(group: number): void {
    this.#aggregator.releaseGroups([group]);
  }

  useMap({ shards }: ShardMap, now: number): void {
    for (const closed of this.#aggregator.setShards(shards)) this.#closed(closed, false, now);
  }

  /** When the oldest record of each open aggregate was put. */
  times(now: number): number[] {
    return this.#open(now).map(({ at }) => at);
  }

  #open(now: number): { group: number; at: number }[] {
    this.catchUp(now);
    return this.#aggregator.openGroups().map(({ group, lowest }) => ({ group, at: this.#records.at(lowest) }));
  }

  #close(groups: readonly number[], now: number): void {
    if (groups.length === 0) return;
    for (const closed of this.#aggregator.closeGroups(groups)) this.#closed(closed, true, now);
  }

  #takeClosed(now: number): void {
    for (const closed of this.#aggregator.takeClosed()) this.#closed(closed, false, now);
  }

  #closed(aggregate: TrackedAggregate, isDue: boolean, now: number): void {
    this.#whenClosed(aggregate, this.#records.remove(aggregate.members), isDue, now);
  }
}
