// Which entries go into the next request.

import type { Entry } from './entry';
import { Heap } from './heap';
import { Pace } from './pace';

const MOST_ENTRIES = 500;
/** More of one shard's in a request would only be throttled together (collector.h of amazon-kinesis-producer). */
const MOST_BYTES_PER_SHARD = 256 * 1024;

/** The entries that could go, as far as their shard's pace lets them. */
class Queue {
  readonly pace: Pace;
  readonly ready = new Heap<Entry>(isOlder);
  bytes = 0;
  /** The earliest time at which one of them is due. */
  dueAt = Number.POSITIVE_INFINITY;

  constructor(pace: Pace) {
    this.pace = pace;
  }

  push(entry: Entry): void {
    this.ready.push(entry);
    this.bytes += entry.bytes;
    this.dueAt = Math.min(this.dueAt, entry.dueAt);
  }

  pop(): Entry {
    const entry = this.ready.pop() as Entry;
    this.bytes -= entry.bytes;
    return entry;
  }

  /** After some were taken out. With more than a request's worth it does not matter what is due. */
  refresh(): void {
    if (this.ready.size >= MOST_ENTRIES) return;
    this.dueAt = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.ready.items) this.dueAt = Math.min(this.dueAt, dueAt);
  }
}

function isOlder(a: Entry, b: Entry): boolean {
  return a.deadline === b.deadline ? a.order < b.order : a.deadline < b.deadline;
}

export interface DispatchLimits {
  maxRequestBytes: number;
  shardRateLimit: number;
}

export class Dispatch {
  #limits: DispatchLimits;
  #queues = new Map<string | undefined, Queue>();
  #backingOff = new Heap<Entry>((a, b) => a.wakesAt < b.wakesAt);

  constructor(limits: DispatchLimits) {
    this.#limits = limits;
  }

  /** Whether nothing is ready and nothing backs off. */
  get isEmpty(): boolean {
    if (this.#backingOff.size > 0) return false;
    for (const { ready } of this.#queues.values()) if (ready.size > 0) return false;
    return true;
  }

  /** The pace of a shard, or of all that goes to shards that are not known. */
  pace(shardId: string | undefined, now: number): Pace {
    return this.#queue(shardId, now).pace;
  }

  ready(entry: Entry, shardId: string | undefined, now: number): void {
    const queue = this.#queue(shardId, now);
    entry.pace = queue.pace;
    queue.push(entry);
  }

  /** Its delay begins; what has expired by then need not wait for its end. */
  backOff(entry: Entry, until: number): void {
    entry.dueAt = until;
    entry.wakesAt = Math.min(until, entry.deadline);
    this.#backingOff.push(entry);
  }

  /** Those whose delay is over, or whose time is. */
  awake(now: number): Entry[] {
    const awake: Entry[] = [];
    for (
      let next = this.#backingOff.peek();
      next !== undefined && next.wakesAt <= now;
      next = this.#backingOff.peek()
    ) {
      awake.push(next);
      this.#backingOff.pop();
    }
    return awake;
  }

  /** Those that were ready and have expired. */
  expired(now: number): Entry[] {
    const expired: Entry[] = [];
    for (const queue of this.#queues.values()) {
      const before = expired.length;
      for (let next = queue.ready.peek(); next !== undefined && next.deadline <= now; next = queue.ready.peek()) {
        expired.push(queue.pop());
      }
      if (expired.length > before) queue.refresh();
    }
    return expired;
  }

  /** Everything that is ready is worth a request now. */
  makeDue(now: number): void {
    for (const queue of this.#queues.values()) {
      if (queue.ready.size > 0) queue.dueAt = Math.min(queue.dueAt, now);
      for (const entry of queue.ready.items) entry.dueAt = Math.min(entry.dueAt, now);
    }
  }

  /** A shard or the service asked for less: all slow down. */
  throttleAll(bytes: number, now: number): void {
    for (const { pace } of this.#queues.values()) pace.slowDown(bytes, now);
  }

  /**
   * The entries of the next request: none as long as waiting for more is better.
   *
   * @param isIdle nothing is in flight
   */
  next(now: number, isIdle: boolean): Entry[] {
    const queues = new Heap<Queue>((a, b) => isOlder(a.ready.peek() as Entry, b.ready.peek() as Entry));
    let entries = 0;
    let bytes = 0;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues.values()) {
      const head = queue.ready.peek();
      if (head === undefined || !queue.pace.admits(head.bytes, now)) continue;
      queues.push(queue);
      entries += queue.ready.size;
      bytes += queue.bytes;
      dueAt = Math.min(dueAt, queue.dueAt);
    }
    if (entries === 0) return [];
    const isWorthIt = isIdle || dueAt <= now || entries >= MOST_ENTRIES || bytes >= this.#limits.maxRequestBytes;
    return isWorthIt ? this.#pick(queues, now) : [];
  }

  #pick(queues: Heap<Queue>, now: number): Entry[] {
    const picked: Entry[] = [];
    const touched = new Map<Queue, number>();
    let bytes = 0;
    for (let queue = queues.pop(); queue !== undefined && picked.length < MOST_ENTRIES; queue = queues.pop()) {
      const head = queue.ready.peek() as Entry;
      if (bytes > 0 && bytes + head.bytes > this.#limits.maxRequestBytes) break;
      const ofShard = touched.get(queue) ?? 0;
      const isTooMuch = ofShard > 0 && queue.pace.shardId !== undefined && ofShard + head.bytes > MOST_BYTES_PER_SHARD;
      if (isTooMuch || !queue.pace.admits(head.bytes, now)) continue;
      queue.pace.take(head.bytes);
      picked.push(queue.pop());
      bytes += head.bytes;
      touched.set(queue, ofShard + head.bytes);
      if (queue.ready.size > 0) queues.push(queue);
    }
    for (const queue of touched.keys()) queue.refresh();
    return picked;
  }

  /** When something may be to be done, if nothing else happens. */
  wakesAt(now: number, canSend: boolean): number {
    let at = this.#backingOff.peek()?.wakesAt ?? Number.POSITIVE_INFINITY;
    for (const { ready, pace, dueAt } of this.#queues.values()) {
      const head = ready.peek();
      if (head === undefined) continue;
      at = Math.min(at, head.deadline);
      if (canSend) at = Math.min(at, Math.max(dueAt, pace.admitsAt(head.bytes, now)));
    }
    return at;
  }

  /** When the oldest user record was put that is ready or backs off. */
  oldest(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const entry of this.#backingOff.items) oldest = Math.min(oldest, entry.oldest);
    for (const { ready } of this.#queues.values()) {
      for (const entry of ready.items) oldest = Math.min(oldest, entry.oldest);
    }
    return oldest;
  }

  /** Takes out all that is ready and all that backs off. */
  drain(): { ready: Entry[]; backingOff: Entry[] } {
    const ready: Entry[] = [];
    for (const queue of this.#queues.values()) {
      ready.push(...queue.ready.drain());
      queue.bytes = 0;
      queue.refresh();
    }
    return { ready: ready.sort((a, b) => a.order - b.order), backingOff: this.#backingOff.drain() };
  }

  /** Forgets the paces of shards that are gone. */
  keepOnly(isShard: (shardId: string) => boolean): void {
    for (const [shardId, { ready }] of this.#queues) {
      if (shardId !== undefined && ready.size === 0 && !isShard(shardId)) this.#queues.delete(shardId);
    }
  }

  #queue(shardId: string | undefined, now: number): Queue {
    let queue = this.#queues.get(shardId);
    if (queue === undefined) {
      queue = new Queue(new Pace(shardId, this.#limits.shardRateLimit, now));
      this.#queues.set(shardId, queue);
    }
    return queue;
  }
}
