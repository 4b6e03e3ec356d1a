// The way of user records from taken to settled. Everything that happens, an answer, a timer, a call of the user's, ends
// in `advance`, which moves on what can move and arms the one timer.

import type { AggregatedRecord } from '../../index';
import type { Attempt, ProducerErrorCode, ProducerMetrics } from '../../producer';
import type { ReadUserRecord } from '../aggregate/input';
import { seal, type TrackedAggregate } from '../aggregate/tracked-aggregator';
import { hashKey, RecordAggregator } from '../index';
import { Clock, LONGEST_STEP_MS } from './clock';
import { Destinations } from './destinations';
import { Dispatch } from './dispatch';
import { Entry } from './entry';
import type { Environment } from './environment';
import { type Epoch, Epochs } from './epochs';
import { ProducerError, userRecordsOf } from './errors';
import { Events } from './events';
import { Filling } from './filling';
import { Gathering } from './gathering';
import { Halving } from './halving';
import { Log } from './log';
import { type Landing, Members, type Owner, Runs } from './members';
import { Metrics, observe } from './metrics';
import type { Settings } from './options';
import { Order } from './order';
import { Outage } from './outage';
import { delayOf, type Failure } from './outcome';
import { Batch } from './owners';
import { type Answer, type Place, type Request, Requests } from './requests';
import type { ShardMap } from './shard-map';
import { StreamWatch } from './stream-watch';
import { Telling } from './telling';
import { Waiter, WaitingRoom } from './waiting';

const COST_OF_A_RECORD = 32;

export class Delivery {
  readonly log: Log;
  readonly telling: Telling;
  readonly watch: StreamWatch;
  readonly epochs = new Epochs();
  #settings: Settings;
  #environment: Environment;
  #clock: Clock;
  #metrics = new Metrics();
  #requests: Requests;
  #dispatch: Dispatch;
  #order = new Order();
  #outage = new Outage();
  #waiting: WaitingRoom;
  #halvings = new Set<Halving>();
  /** Undefined where nothing is aggregated. */
  #gathering: Gathering | undefined;
  /** Takes a record and forgets it, to say what is wrong with it. */
  #checker: RecordAggregator;
  #ownerless = new Runs(undefined);
  #lastOrder = 0;
  #heldRecords = 0;
  #heldBytes = 0;
  #destinations: Destinations;
  #filling: Filling;
  #events: Events;

  #endsTurnSoon = false;
  /** A turn of the event loop that began when nothing was held any more, and whether a `put` came in it. */
  #turn: { hasPut: boolean } | undefined;
  #timer: unknown;
  #timerAt = Number.POSITIVE_INFINITY;
  #isAdvancing = false;
  #mustAdvance = false;
  /** Told once the state is whole: what is told may call again. */
  #untold: (() => void)[] = [];
  #hasSettled = false;
  /** While all is given up: the errors, each of a whole entry. */
  #givenUp: ProducerError[] | undefined;
  #storedAsAggregates = 0;

  constructor(settings: Settings, environment: Environment, firstOrdinal = 0) {
    this.#settings = settings;
    this.#environment = environment;
    this.#clock = new Clock(environment);
    this.log = new Log(settings.logger, environment);
    this.telling = new Telling(settings.onFailure, this.log, settings.streamLabel);
    this.#waiting = new WaitingRoom(settings.maxBufferedBytes);
    this.#dispatch = new Dispatch(settings);
    this.#destinations = new Destinations(settings.routing);
    this.#filling = new Filling(settings.streamLabel, this.log, this.#clock.now());
    this.#events = new Events(settings.streamLabel, (publish) => this.#untold.push(publish));
    const tools = { environment, clock: this.#clock, log: this.log, metrics: this.#metrics };
    this.#requests = new Requests(
      settings,
      tools,
      (request, answer) => this.#answered(request, answer),
      () => this.advance(),
    );
    this.watch = new StreamWatch(settings, tools, {
      shardMap: (map) => this.#useMap(map),
      auto: (isCertain) => this.#stopAggregating(isCertain),
      byPartitionKey: () => {
        this.#storedAsAggregates = 0;
      },
      fatal: (error) => this.#fatal(error),
      changed: () => this.advance(),
    });
    const { routing, maxRecordBytes, nested } = settings;
    if (routing !== 'none') {
      this.#gathering = new Gathering(
        { ...settings, routing },
        (group) => this.#order.isBusy(group),
        (...closed) => this.#closed(...closed),
        firstOrdinal,
      );
    }
    this.#checker = new RecordAggregator({ maxRecordBytes, nested });
  }

  // ------------------------------------------------------------------------------------------------ taking

  /**
   * Takes a record, or lets it wait for room. Throws if it is bad, or if nobody more may wait.
   *
   * @returns the one who waits, or undefined if the record was taken
   */
  take(read: ReadUserRecord, owner: Owner | undefined): Waiter | undefined {
    const { partitionKey, data } = read;
    const cost = costOf(partitionKey, typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength);
    if (this.#heldRecords === 0 && this.#waiting.size === 0) this.#clock.turn(); // no timer has turned it
    const now = this.#clock.now();
    this.watch.start();
    if (this.#waiting.size > 0 || !this.#hasRoomFor(cost)) return this.#letWait(read, owner, cost, now);

    const { current } = this.epochs;
    this.#admit(read, owner, now, cost, current, now);
    current.pending++;
    // A timer for later than the linger is one of requests that are under way.
    if (this.#mustAdvance || this.#timer === undefined || this.#lingersUntil < this.#timerAt) this.advance();
    return undefined;
  }

  /** Somebody who waits waits no longer. Says whether he still did. */
  withdraw(waiter: Waiter): boolean {
    if (!this.#waiting.remove(waiter)) return false;
    this.#leaveEpoch(waiter);
    this.advance();
    return true;
  }

  /** A `put` has come: if it came right after everything was settled, its loop waits for its answer. */
  notePut(): void {
    if (this.#turn !== undefined) this.#turn.hasPut = true;
  }

  get #lingersUntil(): number {
    return this.#gathering?.lingersUntil ?? Number.POSITIVE_INFINITY;
  }

  #hasRoomFor(cost: number): boolean {
    const { maxBufferedBytes, maxBufferedRecords } = this.#settings;
    if (this.#heldRecords === 0) return true;
    return this.#heldBytes + cost <= maxBufferedBytes && this.#heldRecords < maxBufferedRecords;
  }

  #letWait(read: ReadUserRecord, owner: Owner | undefined, cost: number, now: number): Waiter {
    // A putAll has one record to wait for, and pulls no more.
    if (!(owner instanceof Batch) && !this.#waiting.admits(cost)) {
      throw this.#waiting.fullError();
    }
    this.#check(read);
    const epoch = this.epochs.current;
    const deadline = owner instanceof Batch ? Number.POSITIVE_INFINITY : now + this.#settings.recordTtlMs;
    const waiter = new Waiter(read, { cost, at: now, deadline, epoch, owner });
    this.#waiting.push(waiter);
    epoch.pending++;
    this.advance();
    return waiter;
  }

  /** Throws what the aggregator would throw. */
  #check({ partitionKey, data, explicitHashKey }: ReadUserRecord): void {
    try {
      this.#checker.addUserRecord({ partitionKey, data, explicitHashKey });
    } finally {
      this.#checker.clear();
    }
  }

  #admit(read: ReadUserRecord, owner: Owner | undefined, at: number, cost: number, epoch: Epoch, now: number): void {
    const run = owner?.runOf(at, epoch) ?? this.#ownerless.of(at, epoch);
    if (this.#gathering === undefined) {
      this.#admitAlone(read, Members.one(run, cost), now);
    } else {
      this.#gathering.add(read, run, cost, now);
      if (this.#settings.lingerMs === 0 || this.#gathering.mayClose) this.#endTurnSoon();
    }
    this.#heldRecords++;
    this.#heldBytes += cost;
    this.#metrics.userRecords.taken++;
    owner?.taken();
  }

  #admitAlone(read: ReadUserRecord, members: Members, now: number): void {
    this.#check(read);
    const { partitionKey, data, explicitHashKey } = read;
    const record: AggregatedRecord = {
      PartitionKey: partitionKey,
      ...(explicitHashKey === null || this.#settings.explicitHashKeys === 'ignore'
        ? {}
        : { ExplicitHashKey: explicitHashKey }),
      Data: Buffer.from(data as string),
      userRecordCount: 1,
    };
    const entry = this.#entry(record, members, undefined, false);
    entry.dueAt = entry.oldest + this.#settings.lingerMs;
    this.#queue(entry, now);
  }

  /** What one turn of the event loop puts enters the core together, and with no linger it goes together. */
  #endTurnSoon(): void {
    if (this.#endsTurnSoon) return;
    this.#endsTurnSoon = true;
    this.#environment.setImmediate(() => {
      this.#clock.turn();
      this.#endsTurnSoon = false;
      const now = this.#clock.now();
      this.#gathering?.catchUp(now);
      if (this.#settings.lingerMs === 0) this.#gathering?.lookAgain(now);
      this.advance();
    });
  }

  // ----------------------------------------------------------------------------------------------- closing

  /** Closes all that is open, and makes due all that is ready. */
  closeAll(): void {
    const now = this.#clock.now();
    this.#gathering?.closeAll(now);
    this.#dispatch.makeDue(now);
    for (const entry of this.#order.queued()) entry.dueAt = now;
  }

  #closed({ group, record, isAggregate }: TrackedAggregate, members: Members, isDue: boolean, now: number): void {
    const entry = this.#entry(record, members, group, isAggregate);
    entry.isSealed = !isAggregate;
    entry.dueAt = isDue ? now : entry.oldest + this.#settings.lingerMs;
    if (!this.#settings.ordered) this.#gathering?.release(group);
    this.#queue(entry, now);
  }

  #entry(record: AggregatedRecord, members: Members, group: number | undefined, isAggregate: boolean): Entry {
    return new Entry(record, members, {
      group,
      order: ++this.#lastOrder,
      ttlMs: this.#settings.recordTtlMs,
      isAggregated: isAggregate,
    });
  }

  #queue(entry: Entry, now: number): void {
    this.#mustAdvance = true;
    if (!this.#settings.ordered) {
      this.#ready(entry, now);
      return;
    }
    const name = entry.group ?? entry.record.PartitionKey;
    const interval = this.#settings.routing === 'shards' ? this.#intervalOf(entry) : undefined;
    for (const free of this.#order.enqueue(entry, name, interval)) this.#ready(free, now);
  }

  /** The hash keys that the records of an entry may have: those of the shard that it was made for. */
  #intervalOf({ record }: Entry) {
    const { map } = this.watch;
    const key = BigInt(record.ExplicitHashKey ?? hashKey(record.PartitionKey));
    const isOfShard = map !== undefined && record.ExplicitHashKey !== undefined;
    return (isOfShard ? map.owner(key) : undefined) ?? { first: key, last: key };
  }

  #ready(entry: Entry, now: number): void {
    const { isAuto, map } = this.watch;
    const shardId = isAuto ? undefined : this.#destinations.of(entry.record, map);
    this.#dispatch.ready(entry, shardId, now);
  }

  // ---------------------------------------------------------------------------------------------- the round

  /** Moves on what can move. */
  advance(): void {
    this.#mustAdvance = true;
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    try {
      while (this.#mustAdvance) {
        this.#mustAdvance = false;
        this.#round(this.#clock.now());
        const untold = this.#untold;
        this.#untold = [];
        for (const tell of untold) tell();
        if (this.#hasSettled) this.#noteSettled();
      }
    } finally {
      this.#isAdvancing = false;
    }
    this.#arm();
  }

  #round(now: number): void {
    this.watch.advance(now);
    this.#requests.advance(now);
    this.#expire(now);
    for (const entry of this.#dispatch.awake(now)) {
      if (entry.deadline <= now) this.#expired(entry);
      else this.#ready(entry, now);
    }
    this.#admitWaiting(now);
    this.#gathering?.closeLingered(now);
    this.#sendAll(now);
  }

  #noteSettled(): void {
    this.#hasSettled = false;
    this.epochs.advance();
    if (this.#heldRecords === 0 && this.#waiting.size === 0) this.#beginTurn();
  }

  #expire(now: number): void {
    for (const entry of this.#dispatch.expired(now)) this.#expired(entry);
    for (const entry of this.#order.expired(now)) this.#expired(entry);
    for (let first = this.#waiting.first; first !== undefined && first.deadline <= now; first = this.#waiting.first) {
      this.#waiting.remove(first);
      this.#leaveEpoch(first);
      this.#metrics.error('ERR_KPL_EXPIRED');
      const { recordTtlMs } = this.#settings;
      first.refused(new ProducerError('ERR_KPL_EXPIRED', `no room within recordTtlMs (${recordTtlMs}): never taken`));
    }
  }

  #expired(entry: Entry): void {
    const { recordTtlMs, streamLabel } = this.#settings;
    const last = entry.attempts.at(-1);
    const untried = this.#outage.isOn ? 'never tried, since requests fail' : 'never tried';
    const because = last === undefined ? untried : `${entry.tries} tries, the last: ${last.code}`;
    this.#metrics.userRecords.expired += entry.members.length;
    this.#fail(entry, 'ERR_KPL_EXPIRED', `stream ${streamLabel}: recordTtlMs (${recordTtlMs}) is over; ${because}`);
  }

  #admitWaiting(now: number): void {
    let isFlushed = false;
    for (
      let first = this.#waiting.first;
      first !== undefined && this.#hasRoomFor(first.cost);
      first = this.#waiting.first
    ) {
      this.#waiting.remove(first);
      const { read, owner, cost, epoch } = first;
      // For what is pulled, the time counts from the taking.
      const at = first.deadline === Number.POSITIVE_INFINITY ? now : first.at;
      try {
        this.#admit(read, owner, at, cost, epoch, now);
      } catch (error) {
        this.#leaveEpoch(first);
        first.refused(error);
        continue;
      }
      first.taken();
      if (epoch !== this.epochs.current) isFlushed = true;
    }
    if (this.#gathering?.mayClose) this.#gathering.catchUp(now);
    const isStuck =
      this.#waiting.size > 0 && this.#requests.isIdle && this.#halvings.size === 0 && this.#dispatch.isEmpty;
    if (isFlushed || isStuck) this.closeAll();
  }

  #leaveEpoch({ epoch }: { epoch: { pending: number } }): void {
    epoch.pending--;
    this.#hasSettled = true;
  }

  #sendAll(now: number): void {
    while (this.#canSend(now) && (this.#sendPart(now) || this.#sendNext(now)));
  }

  #canSend(now: number): boolean {
    return this.#requests.hasPlace && !this.watch.holds(now) && this.#outage.admits(now);
  }

  #sendPart(now: number): boolean {
    for (const halving of this.#halvings) {
      const part = halving.next();
      if (halving.isOver && part === undefined) this.#halvings.delete(halving);
      if (part === undefined) continue;
      const entries = part.filter((entry) => entry.deadline > now);
      for (const entry of part) if (entry.deadline <= now) this.#expired(entry);
      if (entries.length === 0) return true;
      halving.isUnderWay = true;
      this.#send(entries, halving, now);
      return true;
    }
    return false;
  }

  #sendNext(now: number): boolean {
    const entries = this.#dispatch.next(now, this.#requests.isIdle);
    if (entries.length === 0) return false;
    this.#send(entries, undefined, now);
    return true;
  }

  #send(entries: readonly Entry[], halving: Halving | undefined, now: number): void {
    const metrics = this.#metrics;
    metrics.requests.sent++;
    metrics.entries.sent += entries.length;
    for (const entry of entries) {
      if (entry.tries > 0) metrics.entries.retried++;
      else observe(metrics.bufferingMs, now - entry.oldest);
    }
    this.watch.requestBegins();
    this.#outage.requestBegins(now);
    sealAll(entries);
    this.#requests.send(entries, halving, this.watch.map);
  }

  /** If a `put` comes in this turn of the event loop, its caller has waited for an answer: it need not linger. */
  #beginTurn(): void {
    if (this.#turn !== undefined) return;
    const turn = { hasPut: false };
    this.#turn = turn;
    this.#environment.setImmediate(() => {
      this.#clock.turn();
      this.#turn = undefined;
      if (!turn.hasPut) return;
      this.closeAll();
      this.advance();
    });
  }

  /** The one timer is armed exactly while records are held. */
  #arm(): void {
    const isNeeded = this.#heldRecords > 0 || this.#waiting.size > 0 || this.watch.isAwaited;
    if (!isNeeded) {
      if (this.#timer !== undefined) this.#environment.clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      return;
    }
    const now = this.#clock.now();
    const canSend = this.#canSend(now);
    const at = Math.min(
      now + LONGEST_STEP_MS,
      this.#lingersUntil,
      this.#dispatch.wakesAt(now, canSend),
      this.#requests.wakesAt(),
      this.#outage.wakesAt(now),
      this.#order.expiresAt,
      this.watch.wakesAt(),
      this.#waiting.first?.deadline ?? Number.POSITIVE_INFINITY,
    );
    if (this.#timer !== undefined) {
      if (this.#timerAt <= at) return;
      this.#environment.clearTimeout(this.#timer);
    }
    this.#timerAt = at;
    this.#timer = this.#environment.setTimeout(
      () => {
        this.#clock.turn();
        this.#timer = undefined;
        this.#timerAt = Number.POSITIVE_INFINITY;
        this.advance();
      },
      Math.max(1, Math.ceil(at - now)),
    );
  }

  // ------------------------------------------------------------------------------------------------ answers

  #answered(request: Request, answer: Answer): void {
    this.#clock.turn();
    const now = this.#clock.now();
    const { halving } = request;
    if (halving !== undefined) halving.isUnderWay = false;
    observe(this.#metrics.requestMs, answer.durationMs);
    const { failure } = answer;
    this.#noteOutage(failure, now, answer.chance);
    let stored = 0;
    let throttled = 0;
    if (failure !== undefined) {
      this.#metrics.requests.failed++;
      this.#metrics.error(failure.code);
      this.#failedRequest(request, answer, failure, now);
    } else {
      halving?.passed();
      [stored, throttled] = this.#judge(request, answer, now);
    }
    this.#tellOfRequest(request, answer, stored, throttled);
    this.advance();
  }

  #noteOutage(failure: Failure | undefined, now: number, chance: number): void {
    if (failure?.action !== 'retry') {
      this.#outage.passed();
    } else if (this.#outage.requestFailed(now, chance)) {
      this.log.warn(
        'OUTAGE',
        'requests fail one after the other: one is tried now and then until one gets through, and user records wait meanwhile',
        { stream: this.#settings.streamLabel, code: failure.code },
      );
    }
  }

  #judge(request: Request, answer: Answer, now: number): [stored: number, throttled: number] {
    const { places = [], sdkAttempts } = answer;
    const isStored = this.#attempt(request, answer, undefined);
    let stored = 0;
    let throttled = 0;
    for (const [i, entry] of request.entries.entries()) {
      const place = places[i] as Place | Failure;
      if (place.outcome === 'stored') {
        stored++;
        this.#stored(entry, place, isStored, request.map, now);
        continue;
      }
      this.#metrics.error(place.code);
      if (place.isThrottle) {
        throttled++;
        entry.pace?.throttled(entry.bytes, entry.wasThrottled, now);
        entry.wasThrottled = true;
      }
      this.#tried(entry, request, answer, sdkAttempts > 1 ? { ...place, outcome: 'unknown' } : place, now);
    }
    this.#metrics.entries.throttled += throttled;
    return [stored, throttled];
  }

  #failedRequest(request: Request, answer: Answer, failure: Failure, now: number): void {
    const { entries, halving } = request;
    const isHidden = answer.sdkAttempts > 1;
    const judged: Failure = isHidden ? { ...failure, outcome: 'unknown' } : failure;
    for (const entry of entries) entry.cause = answer.cause;
    if (judged.isThrottle) {
      this.#metrics.entries.throttled += entries.length;
      this.#dispatch.throttleAll(Math.max(...entries.map(({ bytes }) => bytes)), now);
    }
    if (judged.action !== 'halve') {
      for (const entry of entries) this.#tried(entry, request, answer, judged, now);
      return;
    }
    if (entries.length > 1) {
      const attempt = this.#attempt(request, answer, judged);
      for (const entry of entries) entry.tried(attempt);
      const parts = halving ?? new Halving();
      this.#halvings.add(parts);
      parts.halve(entries);
      return;
    }
    const [entry] = entries as [Entry];
    this.#tried(entry, request, answer, { ...judged, action: 'fail' }, now);
    for (const alike of halving?.refused(judged.code) ?? []) {
      alike.cause = answer.cause;
      this.#refuse(alike, judged.code);
    }
  }

  #attempt(request: Request, { durationMs, requestId, sdkAttempts }: Answer, failure: Failure | undefined): Attempt {
    return {
      startedAt: request.wallClock,
      durationMs,
      outcome: failure?.outcome ?? 'stored',
      ...(failure === undefined ? {} : { code: failure.code }),
      ...(failure?.message === undefined ? {} : { message: failure.message }),
      ...(requestId === undefined ? {} : { requestId }),
      sdkAttempts,
    };
  }

  #stored(entry: Entry, place: Place, attempt: Attempt, map: ShardMap | undefined, now: number): void {
    const mayBeDuplicated = entry.mayBeStored || attempt.sdkAttempts > 1;
    entry.tried(attempt);
    const { record, members, bytes, attempts, isAggregated: aggregated } = entry;
    entry.pace?.stored(bytes, entry.wasThrottled, now);
    this.#destinations.wentTo(place.shardId, record);
    if (aggregated) this.#storedAsAggregates += members.length;
    const { userRecords, entries } = this.#metrics;
    entries.stored++;
    userRecords.stored += members.length;
    if (mayBeDuplicated) userRecords.mayBeDuplicated += members.length;
    this.#metrics.bytesStored += bytes;
    const { shardId, sequenceNumber } = place;
    const landing: Landing = { shardId, sequenceNumber, aggregated, mayBeDuplicated, attempts };
    members.forEachRun(({ owner }, first, userRecords) => owner?.stored(landing, first, userRecords));
    this.#settle(entry);
    if (this.#settings.routing !== 'shards') return;
    if (record.ExplicitHashKey !== undefined) this.watch.landed(shardId, BigInt(record.ExplicitHashKey), map);
    this.#filling.count(members.length, this.watch.map?.size ?? 0, now);
  }

  /** A try has failed: the same bytes again after a while, or never. */
  #tried(entry: Entry, request: Request, answer: Answer, failure: Failure, now: number): void {
    const tries = entry.tried(this.#attempt(request, answer, failure), failure.backoff);
    if (failure.action === 'fail') {
      this.#refuse(entry, failure.code);
      return;
    }
    const until = now + delayOf(failure.backoff, tries, answer.chance);
    if (this.watch.isAuto && entry.isAggregated) {
      this.#leaveOrder(entry);
      this.#goOnAlone(entry, now, until);
    } else {
      this.#dispatch.backOff(entry, until);
    }
  }

  #refuse(entry: Entry, code: string): void {
    const times = entry.tries === 1 ? '1 try' : `${entry.tries} tries`;
    this.#fail(entry, 'ERR_KPL_REFUSED', `stream ${this.#settings.streamLabel}: refused with ${code} after ${times}`);
  }

  // ----------------------------------------------------------------------------------------------- settling

  #settle(entry: Entry): void {
    const { members } = entry;
    members.forEachRun(({ epoch }, _, userRecords) => {
      epoch.pending -= userRecords;
    });
    this.#heldRecords -= members.length;
    this.#heldBytes -= members.cost;
    this.#hasSettled = true;
    this.#leaveOrder(entry);
  }

  #leaveOrder(entry: Entry): void {
    if (entry.orderedBy === undefined) return;
    const now = this.#clock.now();
    const { ready, isGroupDone } = this.#order.settle(entry);
    for (const free of ready) this.#ready(free, now);
    if (!isGroupDone) return;
    if (typeof entry.orderedBy === 'number') this.#gathering?.release(entry.orderedBy);
    this.#gathering?.lookAgain(now);
  }

  /** For good: each of its user records is told of by one error. */
  #fail(entry: Entry, code: ProducerErrorCode, message: string, cause: unknown = entry.cause): void {
    sealAll([entry]);
    const { record, members, attempts, mayBeStored } = entry;
    this.#metrics.userRecords.failed += members.length;
    this.#metrics.error(code, members.length);
    const details = { attempts, mayBeStored, entry: record, ...(cause === undefined ? {} : { cause }) };
    const errorOf = (of: readonly number[]) => {
      return new ProducerError(code, message, of.length === members.length ? details : { ...details, members: of });
    };
    this.#givenUp?.push(new ProducerError(code, message, details));

    const owned = new Map<Owner, number[]>();
    const free: number[] = [];
    members.forEachRun(({ owner }, first, userRecords) => {
      let its = free;
      if (owner instanceof Batch && !owner.isGone && this.telling.isDirect) {
        owner.toldElsewhere(userRecords);
      } else if (owner !== undefined && !owner.isGone) {
        its = owned.get(owner) ?? [];
        owned.set(owner, its);
      }
      for (let i = 0; i < userRecords; i++) its.push(first + i);
    });
    for (const [owner, its] of owned) owner.failed(errorOf(its), its.length, entry.bytes);
    this.#events.failure(() => ({ code, userRecords: members.length, attempts, mayBeStored }));
    // Given up, they are in the error of `close`.
    if (free.length > 0 && (this.#givenUp === undefined || this.telling.isDirect)) {
      const error = errorOf(free);
      this.#untold.push(() => this.telling.tell(error, free.length, entry.bytes));
    }
    this.#settle(entry);
  }

  /** Everything that is held fails with that. Requests are aborted, as it is not known what becomes of them. */
  giveUp(code: ProducerErrorCode, message: string, cause?: unknown): readonly ProducerError[] {
    const errors: ProducerError[] = [...this.telling.takeUntoldErrors()];
    this.#givenUp = errors;
    const wasAdvancing = this.#isAdvancing;
    this.#isAdvancing = true; // nothing more is sent
    try {
      this.#requests.abortAll('aborted');
      this.#failHeld(code, message, cause);
    } finally {
      this.#isAdvancing = wasAdvancing;
    }
    // What is told directly is told before anybody hears of the end.
    this.advance();
    this.#givenUp = undefined;
    return errors;
  }

  #failHeld(code: ProducerErrorCode, message: string, cause: unknown): void {
    const { ordered } = this.#settings;
    const now = this.#clock.now();
    this.#gathering?.closeAll(now);
    const held: Entry[] = [];
    const collect = () => {
      const { ready, backingOff } = this.#dispatch.drain();
      held.push(...ready, ...backingOff);
      for (const halving of this.#halvings) held.push(...halving.drain());
    };
    collect();
    if (ordered) held.push(...this.#order.queued());
    sealAll(held);
    // Those in front make way for those behind, which are of the list as well.
    for (const entry of held) this.#fail(entry, code, message, cause ?? entry.cause);
    this.#dispatch.drain();
    for (const waiter of this.#waiting.drain()) {
      this.#leaveEpoch(waiter);
      waiter.refused(new ProducerError(code, `${message}; never taken`, cause === undefined ? {} : { cause }));
    }
  }

  // ------------------------------------------------------------------------------------- what the stream is

  #useMap(map: ShardMap): void {
    const now = this.#clock.now();
    if (this.#gathering !== undefined && !this.watch.isAuto) {
      if (this.#settings.ordered) this.#order.changeMap();
      this.#gathering.useMap(map, now);
    }
    this.#dispatch.keepOnly((shardId) => map.rangeOf(shardId) !== undefined);
    this.#events.shards(map.size);
  }

  #fatal(error: ProducerError): void {
    const wasAdvancing = this.#isAdvancing;
    this.#isAdvancing = true;
    try {
      this.#failHeld('ERR_KPL_STREAM', error.message, error.cause);
    } finally {
      this.#isAdvancing = wasAdvancing;
    }
  }

  /** On a stream that distributes by itself, consumers silently drop aggregates: from now on each record goes alone. */
  #stopAggregating(isCertain: boolean): void {
    const { streamLabel: stream, routing } = this.#settings;
    if (routing === 'none') return;
    const now = this.#clock.now();
    if (isCertain) {
      if (this.#storedAsAggregates > 0) {
        this.log.error(
          'AUTO',
          'the stream distributes records by itself (AUTO): consumers may have dropped the user records that were stored as aggregates since the last look at it',
          { stream, userRecords: this.#storedAsAggregates },
        );
      }
    } else {
      this.log.warn(
        'AUTO',
        'records land on other shards than their keys say: the stream may distribute by itself (AUTO), so they are not aggregated any more; allow kinesis:DescribeStreamSummary to make sure',
        { stream },
      );
    }
    this.#gathering?.closeAll(now);
    this.#gathering = undefined;
    const { ready, backingOff } = this.#dispatch.drain();
    const halved = [...this.#halvings].flatMap((halving) => halving.drain());
    const free = [...ready, ...halved, ...this.#order.queued()].sort((a, b) => a.order - b.order);
    for (const entry of [...free, ...backingOff]) if (entry.orderedBy !== undefined) this.#order.settle(entry);
    for (const entry of backingOff) this.#goOnAlone(entry, now, entry.dueAt);
    for (const entry of free) this.#goOnAlone(entry, now, now);
  }

  /** Each user record of an entry goes on as an entry of its own, with all that the entry has been through. */
  #goOnAlone(entry: Entry, now: number, until: number): void {
    for (const each of entry.isAggregated ? this.#apart(entry) : [entry]) {
      each.dueAt = until;
      if (this.#settings.ordered) this.#queue(each, now);
      else if (until > now) this.#dispatch.backOff(each, until);
      else this.#ready(each, now);
    }
  }

  #apart(entry: Entry): Entry[] {
    sealAll([entry]);
    return userRecordsOf(entry.record).map(({ partitionKey, explicitHashKey, data }, i) => {
      const record: AggregatedRecord = {
        PartitionKey: partitionKey as string,
        ...(explicitHashKey === null ? {} : { ExplicitHashKey: explicitHashKey }),
        Data: data,
        userRecordCount: 1,
      };
      const members = Members.one(entry.members.runAt(i), costOf(record.PartitionKey, data.byteLength));
      const its = this.#entry(record, members, undefined, false);
      its.inherit(entry);
      return its;
    });
  }

  // -------------------------------------------------------------------------------------------- what is seen

  #tellOfRequest({ entries, bytes }: Request, answer: Answer, stored: number, throttled: number): void {
    this.#events.request(() => ({
      entries: entries.length,
      userRecords: entries.reduce((sum, { members }) => sum + members.length, 0),
      bytes,
      durationMs: answer.durationMs,
      stored,
      throttled,
      failed: entries.length - stored,
      errorName: answer.failure?.code,
    }));
  }

  metrics(): ProducerMetrics {
    const now = this.#clock.now();
    const open = this.#gathering?.times(now) ?? [];
    const queued = this.#order.queued().map(({ oldest }) => oldest);
    const halved = [...this.#halvings].flatMap(({ waiting }) => waiting.flat().map(({ oldest }) => oldest));
    const waiting = this.#waiting.first?.at ?? now;
    const oldest = [this.#requests.oldest(), this.#dispatch.oldest(), waiting, ...open, ...queued, ...halved];
    return this.#metrics.snapshot({
      bufferedBytes: this.#heldBytes,
      bufferedRecords: this.#heldRecords,
      waitingPuts: this.#waiting.size,
      inFlightRequests: this.#requests.inFlight,
      oldestRecordAgeMs: now - oldest.reduce((least, at) => Math.min(least, at), now),
    });
  }
}

function costOf(partitionKey: string, dataBytes: number): number {
  return dataBytes + Buffer.byteLength(partitionKey) + COST_OF_A_RECORD;
}

/** MD5s are computed when a request is made, since many of them take hardly longer than one. */
function sealAll(entries: readonly Entry[]): void {
  const unsealed = entries.filter(({ isSealed }) => !isSealed);
  if (unsealed.length === 0) return;
  seal(unsealed.map(({ record }) => record));
  for (const entry of unsealed) entry.isSealed = true;
}
