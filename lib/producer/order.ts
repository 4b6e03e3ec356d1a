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
    return this.#advance(group);
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

  #advance(group: Group): Entry[] {
    const [next] = group.queue;
    if (group.outstanding !== undefined || next === undefined || next.blockers > 0) return [];
    group.queue.shift();
    group.outstanding = next;
    return [next];
  }
}
