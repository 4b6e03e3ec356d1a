// Order per partition key: of each group one entry is outstanding at a time, and entries of a new shard map wait for
// those of older maps that may hold records of the same keys.

import type { Entry } from './entry';

export type GroupName = number | string;

export interface HashKeyInterval {
  first: bigint;
  last: bigint;
}

interface Group {
  outstanding: Entry | undefined;
  queue: Entry[];
}

export class Order {
  #groups = new Map<GroupName, Group>();
  /** Unsettled, of the newest shard map and of older ones, each with the hash keys that its records may have. */
  #live = new Map<Entry, HashKeyInterval>();
  #older = new Map<Entry, HashKeyInterval>();
  /** None of those that wait behind others expires before. */
  #expiresAt = Number.POSITIVE_INFINITY;

  get expiresAt(): number {
    return this.#expiresAt;
  }

  isBusy(group: GroupName): boolean {
    return this.#groups.has(group);
  }

  /**
   * Lets an entry queue; gives those that may go now.
   *
   * @param interval only where a shard map can change
   */
  enqueue(entry: Entry, name: GroupName, interval?: HashKeyInterval): Entry[] {
    if (interval !== undefined) {
      for (const [older, { first, last }] of this.#older) {
        if (first > interval.last || interval.first > last) continue;
        older.blocked.push(entry);
        entry.blockers++;
      }
      this.#live.set(entry, interval);
    }
    let group = this.#groups.get(name);
    if (group === undefined) {
      group = { outstanding: undefined, queue: [] };
      this.#groups.set(name, group);
    }
    entry.orderedBy = name;
    group.queue.push(entry);
    const ready = this.#advance(group);
    if (ready[0] !== entry) this.#expiresAt = Math.min(this.#expiresAt, entry.deadline);
    return ready;
  }

  /** What is unsettled belongs to an older map from now on. */
  changeMap(): void {
    for (const [entry, interval] of this.#live) this.#older.set(entry, interval);
    this.#live.clear();
  }

  /** An entry is settled, or goes on as entries of its own; gives those that may go now, and whether its group is done. */
  settle(entry: Entry): { ready: Entry[]; isGroupDone: boolean } {
    const ready: Entry[] = [];
    this.#live.delete(entry);
    this.#older.delete(entry);
    const name = entry.orderedBy as GroupName;
    const group = this.#groups.get(name) as Group;
    if (group.outstanding === entry) group.outstanding = undefined;
    else group.queue.splice(group.queue.indexOf(entry), 1);
    ready.push(...this.#advance(group));
    for (const blocked of entry.blocked) {
      blocked.blockers--;
      const itsGroup = this.#groups.get(blocked.orderedBy as GroupName);
      if (itsGroup !== undefined) ready.push(...this.#advance(itsGroup));
    }
    entry.blocked = [];
    const isGroupDone = group.outstanding === undefined && group.queue.length === 0;
    if (isGroupDone) this.#groups.delete(name);
    return { ready, isGroupDone };
  }

  /** Those that wait behind others. */
  queued(): Entry[] {
    return [...this.#groups.values()].flatMap(({ queue }) => queue);
  }

  /** Those of them whose time is over. */
  expired(now: number): Entry[] {
    if (now < this.#expiresAt) return [];
    const expired: Entry[] = [];
    this.#expiresAt = Number.POSITIVE_INFINITY;
    for (const entry of this.queued()) {
      if (entry.deadline <= now) expired.push(entry);
      else this.#expiresAt = Math.min(this.#expiresAt, entry.deadline);
    }
    return expired;
  }

  #advance(group: Group): Entry[] {
    const [next] = group.queue;
    if (group.outstanding !== undefined || next === undefined || next.blockers > 0) return [];
    group.queue.shift();
    group.outstanding = next;
    return [next];
  }
}
