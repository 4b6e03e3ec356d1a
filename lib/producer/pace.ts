// How fast entries go to one shard: what the shard takes by its quota, and less when it throttles.

const MIB = 1_048_576;
const ENTRIES_PER_SECOND = 1000;
const DEPTH_ENTRIES = 1000;
/** So deep that the largest record of any stream passes. */
const DEPTH_BYTES = 10 * MIB;
const SLOWEST = 64 * 1024;
const CUT_TO = 0.7;
const WINDOW_MS = 500;
/** Where one of four shards throttles, so many more throttled than stored come by chance once in two days. */
const CLEAR_LEAD = 10;
/** The same where nothing was stored: a lane whose shard throttles from its first entry on has only few to tell by. */
const LEAD_OF_ALL = 3;
const GROWTH = 1.1;
/** An unknown shard that did not hold anything back for so long is unlimited again. */
const FORGOTTEN_MS = 10_000;
const SECOND = 1000;

/**
 * Two token buckets, of entries and of bytes. The rate of bytes adapts: a throttle sets it to a part of what was stored
 * in the last second, and each window in which it held entries back without a throttle raises it.
 */
export class Pace {
  readonly shardId: string | undefined;
  #fullRate: number;
  #entryRate: number;
  /** Bytes a second. */
  #rate: number;
  #bytes = DEPTH_BYTES;
  #entries = DEPTH_ENTRIES;
  #filledAt: number;
  #cutAt = Number.NEGATIVE_INFINITY;
  #windowStart: number;
  /** In this window. */
  #heldBack = false;
  #hasStored = false;
  #neededAt = Number.NEGATIVE_INFINITY;
  /** What was stored in this second and in the one before. */
  #stored: [at: number, bytes: number, before: number];
  #poll = new Poll();

  /**
   * @param shardId none for what goes to shards that are not known
   * @param percent of a shard's quota; Infinity for no limit of our own
   */
  constructor(shardId: string | undefined, percent: number, now: number) {
    this.shardId = shardId;
    const factor = shardId === undefined ? Number.POSITIVE_INFINITY : percent / 100;
    this.#fullRate = factor * MIB;
    this.#entryRate = factor * ENTRIES_PER_SECOND;
    this.#rate = this.#fullRate;
    this.#filledAt = now;
    this.#windowStart = now;
    this.#stored = [now, 0, 0];
  }

  get bytesPerSecond(): number {
    return this.#rate;
  }

  /** Whether an entry may go now. One that may not is held back. */
  admits(bytes: number, now: number): boolean {
    this.#fill(now);
    if (this.#entries >= 1 && this.#bytes >= Math.min(bytes, DEPTH_BYTES)) return true;
    this.#heldBack = true;
    this.#neededAt = now;
    return false;
  }

  take(bytes: number): void {
    if (this.#rate === Number.POSITIVE_INFINITY) return;
    this.#entries -= 1;
    this.#bytes -= bytes;
  }

  /** When an entry that is held back may go, if nothing changes. */
  admitsAt(bytes: number, now: number): number {
    const wait = (missing: number, rate: number) => (missing <= 0 ? 0 : (missing / rate) * SECOND);
    const bytesMissing = Math.min(bytes, DEPTH_BYTES) - this.#bytes;
    return now + Math.max(wait(bytesMissing, this.#rate), wait(1 - this.#entries, this.#entryRate));
  }

  /** @param wasThrottled the entry, at an earlier try */
  stored(bytes: number, wasThrottled: boolean, now: number): void {
    this.#roll(now);
    this.#stored[1] += bytes;
    this.#hasStored = true;
    if (!wasThrottled) this.#poll.count(-1);
  }

  /** @param wasThrottled the entry, at an earlier try */
  throttled(bytes: number, wasThrottled: boolean, now: number): void {
    if (this.shardId !== undefined || this.#poll.ends(now)) this.slowDown(bytes, now);
    // As long as nothing at all is stored, a higher rate would not help.
    else if (!this.#hasStored) this.#beginWindow(now);
    if (!wasThrottled) this.#poll.count(1);
  }

  /** The burst is over, and what was stored sets the rate. */
  slowDown(bytes: number, now: number): void {
    this.#fill(now);
    this.#roll(now);
    this.#bytes = Math.min(this.#bytes, bytes);
    this.#entries = Math.min(this.#entries, 1);
    this.#beginWindow(now);
    this.#neededAt = now;
    if (now - this.#cutAt < WINDOW_MS) return;
    this.#cutAt = now;
    const [at, current, before] = this.#stored;
    const lastSecond = current + before * Math.max(0, 1 - (now - at) / SECOND);
    this.#rate = Math.min(this.#fullRate, Math.max(SLOWEST, CUT_TO * lastSecond));
  }

  #beginWindow(now: number): void {
    this.#heldBack = false;
    this.#hasStored = false;
    this.#windowStart = now;
  }

  #fill(now: number): void {
    if (now - this.#windowStart >= WINDOW_MS) {
      if (this.#heldBack) this.#rate = Math.min(this.#fullRate, this.#rate * GROWTH + SLOWEST);
      this.#beginWindow(now);
    }
    if (this.#fullRate === Number.POSITIVE_INFINITY && now - this.#neededAt >= FORGOTTEN_MS)
      this.#rate = this.#fullRate;
    if (this.#rate === Number.POSITIVE_INFINITY) {
      this.#bytes = DEPTH_BYTES;
      this.#entries = DEPTH_ENTRIES;
    } else {
      const seconds = (now - this.#filledAt) / SECOND;
      this.#bytes = Math.min(DEPTH_BYTES, this.#bytes + seconds * this.#rate);
      this.#entries = Math.min(DEPTH_ENTRIES, this.#entries + (seconds > 0 ? seconds * this.#entryRate : 0));
    }
    this.#filledAt = now;
  }

  #roll(now: number): void {
    const elapsed = now - this.#stored[0];
    if (elapsed < SECOND) return;
    this.#stored = [now, 0, elapsed < 2 * SECOND ? this.#stored[1] : 0];
  }
}

/**
 * Whether most shards throttle, where nobody knows which entry goes to which. A shard that throttles for ever has its
 * entries sent again and again, so only those that were never throttled before tell how many such shards there are.
 */
class Poll {
  #began = Number.NEGATIVE_INFINITY;
  /** By how many more were throttled than stored. */
  #lead = 0;
  #hasStored = false;

  count(by: 1 | -1): void {
    this.#lead += by;
    if (by === -1) this.#hasStored = true;
  }

  /** Ends it if it is time, and says whether most were throttled. What has no clear majority goes on. */
  ends(now: number): boolean {
    if (now - this.#began < WINDOW_MS) return false;
    this.#began = now;
    const wereMost = this.#lead >= (this.#hasStored ? CLEAR_LEAD : LEAD_OF_ALL);
    if (wereMost || this.#lead <= -CLEAR_LEAD) {
      this.#lead = 0;
      this.#hasStored = false;
    }
    return wereMost;
  }
}
