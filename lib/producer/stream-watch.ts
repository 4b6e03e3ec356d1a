// What is known of the stream: its shards, and whether it distributes records by itself (AUTO).

import type { Shard } from '../../index';
import type { Clock } from './clock';
import type { Environment } from './environment';
import { ProducerError } from './errors';
import type { Log } from './log';
import type { Metrics } from './metrics';
import type { Settings } from './options';
import { isDenied, isFinal, nameOf } from './outcome';
import { ShardMap } from './shard-map';

const RETRY_MS = 1000;
const RETRY_GROWTH = 1.5;
const LONGEST_RETRY_MS = 30_000;
/** ListShards is limited per stream, and all producers of a stream see a reshard at once. */
const READS_APART_MS = 5000;
const JITTER_MS = 1000;
const MOST_PAGES = 1000;
/** So long entries wait for the first answer of DescribeStreamSummary. */
const FIRST_LOOK_MS = 1000;
const LOOKS_APART_MS = 10_000;
const LOOK_IS_STALE_MS = 300_000;
/** So many answers in a row that no shard map explains (kWrongShardThreshold of amazon-kinesis-producer). */
const MISPLACED_IN_A_ROW = 4;
const DENIED_FOR_MS = 5000;

export interface WatchHooks {
  shardMap(map: ShardMap): void;
  /** @param isCertain Kinesis says so; otherwise only the answers look like it */
  auto(isCertain: boolean): void;
  /** The stream distributes by partition key. */
  byPartitionKey(): void;
  fatal(error: ProducerError): void;
  /** Entries may go that had to wait. */
  changed(): void;
}

/** A call that is under way: after its time its result is of no interest. */
interface Call {
  startedAt: number;
  abort: AbortController;
  timedOut: (error: Error) => void;
}

export class StreamWatch {
  map: ShardMap | undefined;
  isAuto = false;
  #settings: Settings;
  #environment: Environment;
  #clock: Clock;
  #log: Log;
  #metrics: Metrics;
  #hooks: WatchHooks;
  #calls = new Set<Call>();
  #hasStarted = false;
  #fatal: { error: ProducerError; at: number } | undefined;
  #waiters = new Set<{ resolve(): void; reject(error: unknown): void }>();

  #isReading = false;
  #readAgainAt = Number.POSITIVE_INFINITY;
  #notReadBefore = 0;
  #retryMs = RETRY_MS;

  #isLooking = false;
  #isDistributionKnown = false;
  #mayLook = true;
  #gate = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #misplaced = 0;

  constructor(
    settings: Settings,
    { environment, clock, log, metrics }: { environment: Environment; clock: Clock; log: Log; metrics: Metrics },
    hooks: WatchHooks,
  ) {
    this.#settings = settings;
    this.#environment = environment;
    this.#clock = clock;
    this.#log = log;
    this.#metrics = metrics;
    this.#hooks = hooks;
    this.#isDistributionKnown = !settings.detects;
  }

  /** Asks what has to be known, once. Throws as long as the answer was that nothing will come of it. */
  start(): void {
    if (this.#fatal !== undefined) {
      if (this.#fatal.error.cause === undefined || this.#environment.now() - this.#fatal.at < DENIED_FOR_MS) {
        throw this.#fatal.error;
      }
      this.#fatal = undefined;
      this.#hasStarted = false;
    }
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const now = this.#clock.now();
    if (this.#settings.routing === 'shards' && this.map === undefined) void this.#read(now);
    if (!this.#isDistributionKnown && !this.#isLooking) {
      this.#gate = now + FIRST_LOOK_MS;
      void this.#look(2);
    }
  }

  ready(): { promise: Promise<void>; leave(reason: unknown): void } {
    let leave: (reason: unknown) => void = () => {};
    const promise = new Promise<void>((resolve, reject) => {
      const waiter = { resolve, reject };
      this.#waiters.add(waiter);
      leave = (reason) => {
        this.#waiters.delete(waiter);
        reject(reason);
      };
    });
    try {
      this.start();
    } catch (error) {
      leave(error);
    }
    this.#check();
    return { promise, leave };
  }

  /** Whether somebody waits for what is asked, so that time has to go on. */
  get isAwaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Whether entries still wait for the first answer on the distribution. */
  holds(now: number): boolean {
    return !this.#isDistributionKnown && now < this.#gate;
  }

  wakesAt(): number {
    let at = this.#isReading ? Number.POSITIVE_INFINITY : this.#readAgainAt;
    if (!this.#isDistributionKnown) at = Math.min(at, this.#gate);
    for (const { startedAt } of this.#calls) at = Math.min(at, startedAt + this.#settings.requestTimeoutMs);
    return at;
  }

  advance(now: number): void {
    for (const call of this.#calls) {
      if (now - call.startedAt < this.#settings.requestTimeoutMs) continue;
      this.#calls.delete(call);
      call.timedOut(new Error('no answer in time'));
      call.abort.abort();
    }
    if (!this.#isReading && now >= this.#readAgainAt) void this.#read(now);
    if (!this.#isDistributionKnown && this.#gate > 0 && now >= this.#gate)
      this.#assumePartitionKeys('no answer in time');
  }

  /** A request goes out: from time to time the distribution is looked at again. */
  requestBegins(): void {
    const isStale = this.#environment.now() - this.#lookedAt >= LOOK_IS_STALE_MS;
    if (this.#settings.detects && this.#mayLook && !this.isAuto && !this.#isLooking && isStale) void this.#look(1);
  }

  /**
   * Where an entry landed.
   *
   * @param map the newest one when its request began
   */
  landed(shardId: string, hashKey: bigint, map: ShardMap | undefined): void {
    if (this.map === undefined || map !== this.map) return;
    if (map.owns(shardId, hashKey)) {
      this.#misplaced = 0;
      return;
    }
    this.#readAgainAt = Math.min(this.#readAgainAt, Math.max(this.#clock.now(), this.#notReadBefore));
    if (map.rangeOf(shardId) === undefined) return;
    this.#misplaced++;
    if (this.#misplaced < MISPLACED_IN_A_ROW || !this.#settings.detects || this.isAuto) return;
    if (!this.#mayLook) this.#turnAuto(false);
    else if (!this.#isLooking && this.#environment.now() - this.#lookedAt >= LOOKS_APART_MS) void this.#look(1);
  }

  async #read(now: number): Promise<void> {
    this.#isReading = true;
    this.#readAgainAt = Number.POSITIVE_INFINITY;
    this.#notReadBefore = now + READS_APART_MS + this.#environment.random() * JITTER_MS;
    this.#metrics.shardMapReads++;
    try {
      const shards = await this.#listShards();
      const map = new ShardMap(shards);
      this.#isReading = false;
      this.#retryMs = RETRY_MS;
      this.#misplaced = 0;
      if (this.#fatal !== undefined) return;
      this.#use(map);
    } catch (error) {
      this.#isReading = false;
      if (isFinal(error) && this.map === undefined) {
        this.#fail(error);
        return;
      }
      this.#log.warn('SHARDS', 'the shards of a stream could not be read, and will be asked for again', {
        stream: this.#settings.streamLabel,
        error: nameOf(error),
      });
      this.#readAgainAt = this.#clock.now() + this.#retryMs;
      this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * RETRY_GROWTH);
    }
    this.#check();
    this.#hooks.changed();
  }

  #use(map: ShardMap): void {
    const before = this.map;
    this.map = map;
    try {
      this.#hooks.shardMap(map);
    } catch (error) {
      this.map = before; // it leaves a hole or overlaps: read in the middle of a reshard
      throw error;
    }
  }

  async #listShards(): Promise<Shard[]> {
    const shards: Shard[] = [];
    let input: object = { ...this.#settings.stream, ShardFilter: { Type: 'AT_LATEST' }, MaxResults: 1000 };
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await this.#call((options) => this.#settings.client.listShards?.(input, options));
      if (!Array.isArray(answer?.Shards)) throw new Error('ListShards was answered without Shards');
      shards.push(...answer.Shards);
      // With a token, neither name nor filter may be there.
      if (answer.NextToken === undefined || answer.NextToken === null) return shards;
      input = { NextToken: answer.NextToken, MaxResults: 1000 };
    }
    throw new Error('ListShards has no end');
  }

  /** Asks for the distribution, at most so many times. */
  async #look(tries: number): Promise<void> {
    this.#isLooking = true;
    this.#lookedAt = this.#environment.now();
    const { client, stream } = this.#settings;
    let failure: unknown;
    for (let tried = 0; tried < tries && (tried === 0 || this.holds(this.#clock.now())); tried++) {
      try {
        if (typeof client.describeStreamSummary !== 'function')
          throw { name: 'the client has no describeStreamSummary' };
        const answer = await this.#call((options) => client.describeStreamSummary?.({ ...stream }, options));
        const summary = answer?.StreamDescriptionSummary as { RecordDistributionStrategy?: unknown } | undefined;
        if (typeof summary !== 'object' || summary === null) throw { name: 'an answer without a summary' };
        this.#isLooking = false;
        this.#lookedAt = this.#environment.now();
        this.#misplaced = 0;
        if (summary.RecordDistributionStrategy === 'AUTO') {
          this.#turnAuto(true);
        } else {
          this.#isDistributionKnown = true;
          this.#hooks.byPartitionKey();
        }
        this.#check();
        this.#hooks.changed();
        return;
      } catch (error) {
        failure = error;
        if (isFinal(error) || typeof client.describeStreamSummary !== 'function') break;
      }
    }
    this.#isLooking = false;
    if (isDenied(failure) || typeof client.describeStreamSummary !== 'function') this.#mayLook = false;
    this.#assumePartitionKeys(nameOf(failure));
    if (isFinal(failure) && !isDenied(failure)) this.#tellWaiters(this.#streamError(failure));
    this.#check();
    this.#hooks.changed();
  }

  #assumePartitionKeys(error: string): void {
    this.#isDistributionKnown = true;
    const evidence =
      this.#settings.routing === 'shards'
        ? 'answers that name other shards will tell'
        : `under this routing nothing will tell; if it is such a stream, say routing: 'none'`;
    this.#log.warn(
      'DISTRIBUTION',
      `whether a stream distributes records by itself (AUTO) is not known, which kinesis:DescribeStreamSummary would tell; partition keys are assumed, ${evidence}; distribution: 'partition-key' says that it does not`,
      { stream: this.#settings.streamLabel, error },
    );
  }

  #turnAuto(isCertain: boolean): void {
    this.#isDistributionKnown = true;
    this.isAuto = true;
    if (isCertain && this.#settings.ordered) {
      const message =
        'the stream distributes records by itself (RecordDistributionStrategy AUTO), so that no order can be kept: set it to USER_PARTITION_KEY, or do without ordered';
      const error = new ProducerError('ERR_KPL_STREAM', message);
      this.#fatal = { error, at: this.#environment.now() };
      this.#tellWaiters(error);
      this.#hooks.fatal(error);
      return;
    }
    this.#hooks.auto(isCertain);
  }

  #fail(cause: unknown): void {
    const error = this.#streamError(cause);
    this.#fatal = { error, at: this.#environment.now() };
    this.#tellWaiters(error);
    this.#hooks.fatal(error);
    this.#hooks.changed();
  }

  #streamError(cause: unknown): ProducerError {
    const { streamLabel } = this.#settings;
    const what = isDenied(cause)
      ? "the shards may not be read: allow kinesis:ListShards, or use routing 'pinned' or { lanes }, which need no shard map"
      : 'there is no such stream';
    return new ProducerError('ERR_KPL_STREAM', `stream ${streamLabel}: ${what} (${nameOf(cause)})`, { cause });
  }

  #check(): void {
    if (this.#fatal !== undefined) {
      this.#tellWaiters(this.#fatal.error);
      return;
    }
    const needsMap = this.#settings.routing === 'shards' && this.map === undefined && !this.isAuto;
    if (needsMap || !this.#isDistributionKnown) return;
    for (const { resolve } of this.#waiters) resolve();
    this.#waiters.clear();
  }

  #tellWaiters(error: unknown): void {
    for (const { reject } of this.#waiters) reject(error);
    this.#waiters.clear();
  }

  /** A call under our own time limit: abort alone does not settle a client's promise. */
  #call<T>(begin: (options: { abortSignal: AbortSignal }) => Promise<T> | undefined): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const abort = new AbortController();
      const call: Call = { startedAt: this.#clock.now(), abort, timedOut: reject };
      this.#calls.add(call);
      new Promise<T | undefined>((begun) => begun(begin({ abortSignal: abort.signal }))).then(
        (answer) => {
          this.#calls.delete(call);
          resolve(answer);
        },
        (error) => {
          this.#calls.delete(call);
          reject(error);
        },
      );
    });
  }
}
