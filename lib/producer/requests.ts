// PutRecords: at most so many at a time, each with its time limit, each answer judged entry by entry.

import type { KinesisWriteClient, PutRecordsOutput } from '../../producer';
import type { Clock } from './clock';
import type { Entry } from './entry';
import type { Environment } from './environment';
import type { Halving } from './halving';
import type { Log } from './log';
import type { Settings } from './options';
import { type Failure, failureOfEntry, failureOfRequest, requestIdOf, sdkAttemptsOf, withoutAnswer } from './outcome';
import type { ShardMap } from './shard-map';

export interface Request {
  readonly entries: readonly Entry[];
  readonly bytes: number;
  /** It is a part of one that was refused. */
  readonly halving: Halving | undefined;
  /** By the producer's clock, and by that on the wall. */
  readonly startedAt: number;
  readonly wallClock: number;
  /** The newest shard map when it began. */
  readonly map: ShardMap | undefined;
}

/** What an answer says, entry by entry, or of all of them. */
export interface Answer {
  /** The place where each was stored, or why it was not; undefined if the request failed as a whole. */
  places: readonly (Place | Failure)[] | undefined;
  failure: Failure | undefined;
  cause: unknown;
  requestId: string | undefined;
  sdkAttempts: number;
  durationMs: number;
  /** From 0 up to 1: one for all of its entries, so that those that wait as long go together again. */
  chance: number;
}

export interface Place {
  outcome: 'stored';
  shardId: string;
  sequenceNumber: string;
}

type Judgement = Omit<Answer, 'durationMs' | 'chance'>;

interface Flight {
  request: Request;
  abort: AbortController;
  /** By the environment's clock, for durations. */
  began: number;
  /** Its entries have gone on: what the client still says changes nothing. */
  isOver: boolean;
  isOverdue: boolean;
}

export class Requests {
  #settings: Settings;
  #environment: Environment;
  #clock: Clock;
  #log: Log;
  #answered: (request: Request, answer: Answer) => void;
  #placeFreed: () => void;
  /** A place is taken until the client's promise has settled, which abort alone does not do (aws-sdk-js-v3#5810). */
  #flights = new Set<Flight>();
  #hasLookedAtRetries = false;

  constructor(
    settings: Settings,
    { environment, clock, log }: { environment: Environment; clock: Clock; log: Log },
    answered: (request: Request, answer: Answer) => void,
    placeFreed: () => void,
  ) {
    this.#settings = settings;
    this.#environment = environment;
    this.#clock = clock;
    this.#log = log;
    this.#answered = answered;
    this.#placeFreed = placeFreed;
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  get hasPlace(): boolean {
    return this.#flights.size < this.#settings.maxInFlightRequests;
  }

  /** No entry is in a request. */
  get isIdle(): boolean {
    for (const { isOver } of this.#flights) if (!isOver) return false;
    return true;
  }

  send(entries: readonly Entry[], halving: Halving | undefined, map: ShardMap | undefined): void {
    this.#lookAtRetries();
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    const startedAt = this.#clock.now();
    const request = { entries, bytes, halving, startedAt, wallClock: this.#environment.wallClock(), map };
    const abort = new AbortController();
    const flight: Flight = { request, abort, began: this.#environment.now(), isOver: false, isOverdue: false };
    this.#flights.add(flight);
    const Records = entries.map(({ record }) => record);
    const { client, stream } = this.#settings;
    new Promise<PutRecordsOutput>((begun) => {
      begun(client.putRecords({ ...stream, Records }, { abortSignal: abort.signal }));
    }).then(
      (output) => this.#end(flight, () => read(output, entries.length)),
      (error) => this.#end(flight, () => thrown(error)),
    );
  }

  /** What took too long goes on without its answer. */
  advance(now: number): void {
    const { requestTimeoutMs, streamLabel } = this.#settings;
    for (const flight of this.#flights) {
      const age = now - flight.request.startedAt;
      if (!flight.isOver && age >= requestTimeoutMs) {
        this.#giveUp(flight, 'no answer in time');
      } else if (flight.isOver && !flight.isOverdue && age >= 2 * requestTimeoutMs) {
        flight.isOverdue = true;
        this.#log.warn('OVERDUE', 'the client does not settle after abort, and keeps its place among the requests', {
          stream: streamLabel,
        });
      }
    }
  }

  wakesAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { isOver, request } of this.#flights) {
      if (!isOver) at = Math.min(at, request.startedAt + this.#settings.requestTimeoutMs);
    }
    return at;
  }

  /** When the oldest user record was put that is in a request. */
  oldest(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { isOver, request } of this.#flights) {
      if (!isOver) for (const entry of request.entries) oldest = Math.min(oldest, entry.oldest);
    }
    return oldest;
  }

  /** Aborts all of them; each is answered, with that code, before this returns. */
  abortAll(code: string): void {
    for (const flight of this.#flights) if (!flight.isOver) this.#giveUp(flight, code);
  }

  #giveUp(flight: Flight, code: string): void {
    flight.isOver = true;
    const durationMs = this.#environment.now() - flight.began;
    // A plain AbortError, as the SDK's handlers make it themselves: other reasons have confused them (smithy-typescript#2268).
    flight.abort.abort();
    this.#answered(flight.request, { ...wholly(withoutAnswer(code)), durationMs, chance: this.#environment.random() });
  }

  #end(flight: Flight, judge: () => Judgement): void {
    this.#flights.delete(flight);
    if (flight.isOver) {
      this.#placeFreed();
      return;
    }
    flight.isOver = true;
    const durationMs = this.#environment.now() - flight.began;
    this.#answered(flight.request, { ...judge(), durationMs, chance: this.#environment.random() });
  }

  /** The SDK's own retries repeat what was stored and hide it: said once. */
  #lookAtRetries(): void {
    if (this.#hasLookedAtRetries) return;
    this.#hasLookedAtRetries = true;
    const { config } = this.#settings.client as KinesisWriteClient & { config?: { maxAttempts?: unknown } };
    const maxAttempts = config?.maxAttempts;
    if (typeof maxAttempts !== 'function') return;
    new Promise((resolve) => {
      resolve(maxAttempts());
    }).then(
      (most) => {
        if (typeof most !== 'number' || most <= 1) return;
        this.#log.warn(
          'SDK_RETRIES',
          'the client repeats requests by itself, which doubles records unseen: give it maxAttempts: 1',
          { stream: this.#settings.streamLabel, maxAttempts: most },
        );
      },
      () => {},
    );
  }
}

function read(output: PutRecordsOutput | undefined, count: number): Judgement {
  if (typeof output !== 'object' || output === null) return wholly(withoutAnswer('no answer'));
  const { Records } = output;
  const requestId = requestIdOf(output);
  const sdkAttempts = sdkAttemptsOf(output);
  if (!Array.isArray(Records) || Records.length !== count) {
    return { ...wholly(withoutAnswer('an answer for another number of entries')), requestId, sdkAttempts };
  }
  const places = Records.map((answer): Place | Failure => {
    const { SequenceNumber, ShardId, ErrorCode, ErrorMessage } = answer ?? {};
    return typeof SequenceNumber === 'string' && SequenceNumber !== ''
      ? { outcome: 'stored', shardId: String(ShardId ?? ''), sequenceNumber: SequenceNumber }
      : failureOfEntry(ErrorCode, ErrorMessage);
  });
  return { places, failure: undefined, cause: undefined, requestId, sdkAttempts };
}

function thrown(error: unknown): Judgement {
  return {
    ...wholly(failureOfRequest(error)),
    cause: error,
    requestId: requestIdOf(error),
    sdkAttempts: sdkAttemptsOf(error),
  };
}

function wholly(failure: Failure): Judgement {
  return { places: undefined, failure, cause: undefined, requestId: undefined, sdkAttempts: 1 };
}
