/**
 * A handler for the user records of a Lambda event: it stops in time, reports where it stopped, and repeats little.
 *
 * Every user record is handled in order, nothing is lost when one fails, and you know beforehand what comes again. The event
 * source mapping of the function needs `FunctionResponseTypes: [ReportBatchItemFailures]`. Without it, Lambda ignores the
 * response, and the records that it reports are lost.
 *
 * - {@link createHandler} makes the function that Lambda calls.
 * - {@link processEvent} handles one event and tells what became of it.
 *
 * Delivery is at least once, as Lambda's is. For each partition key the first delivery is in order; a stretch that is
 * repeated starts again at its beginning. A handler must tolerate that; {@link ProgressStore} and {@link Delivery.id} help.
 *
 * Source: "Configuring partial batch response with Kinesis Data Streams and Lambda", AWS Lambda Developer Guide.
 *
 * @module kinesis-agg/lambda
 */

import type { LambdaRecord, LambdaRecordPayload, Position, UserRecord } from './index';

export type { Position } from './index';

// -------------------------------------------------------------------------------------------------------- the event

/**
 * What is read of Lambda's context: `Context` of `@types/aws-lambda` is one.
 *
 * @example
 * ```ts
 * import type { LambdaContext } from 'kinesis-agg/lambda';
 *
 * const inTest: LambdaContext = { getRemainingTimeInMillis: () => 60_000 };
 * ```
 */
export interface LambdaContext {
  /** Milliseconds until Lambda ends the function. */
  getRemainingTimeInMillis(): number;
}

/**
 * A record of an event by EventBridge Pipes: flat, in a bare array.
 *
 * Source: "Kinesis stream as a source", Amazon EventBridge User Guide.
 *
 * @example
 * ```ts
 * import type { PipesRecord } from 'kinesis-agg/lambda';
 *
 * const record: PipesRecord = {
 *   eventID: 'shardId-000000000006:49590338271490256608559692538361571095921575989136588898',
 *   partitionKey: '1',
 *   sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
 *   data: 'SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==',
 *   approximateArrivalTimestamp: 1545084650.987,
 * };
 * ```
 */
export type PipesRecord = LambdaRecordPayload & {
  /** Shard and sequence number; a response names the record by it. */
  eventID: string;
};

/**
 * A record of an event: by an event source mapping, or by EventBridge Pipes.
 *
 * @example
 * ```ts
 * import type { EventRecord } from 'kinesis-agg/lambda';
 *
 * export const nameOf = (record: EventRecord): string | undefined => record.eventID;
 * ```
 */
export type EventRecord = LambdaRecord | PipesRecord;

/**
 * An event with records of a Kinesis stream: `KinesisStreamEvent` of `@types/aws-lambda` is one, and what EventBridge
 * Pipes passes. Its records may have gone through `deaggregateRecords` before: the outcome is the same.
 *
 * @typeParam R - The type of its records.
 *
 * @example
 * ```ts
 * import type { KinesisStreamEvent } from 'aws-lambda';
 * import { type KinesisEvent, processEvent } from 'kinesis-agg/lambda';
 *
 * const event = (lambdaEvent: KinesisStreamEvent): KinesisEvent => lambdaEvent;
 * const { userRecords } = await processEvent(event({ Records: [] }), () => {});
 * console.log(userRecords); // 0
 * ```
 */
export type KinesisEvent<R extends EventRecord = LambdaRecord> =
  | {
      /** The records, in order. */
      Records: readonly R[];
    }
  | readonly R[];

/**
 * What Lambda reads of the answer: a `KinesisStreamBatchResponse` of `@types/aws-lambda`.
 *
 * @example
 * ```ts
 * import type { BatchResponse } from 'kinesis-agg/lambda';
 *
 * const allDone: BatchResponse = { batchItemFailures: [] };
 * ```
 */
export interface BatchResponse {
  /**
   * Where Lambda begins again: the Kinesis record of the earliest unhandled user record, or nothing. For EventBridge
   * Pipes it names every Kinesis record from that one on.
   */
  batchItemFailures: {
    /** The Kinesis record's sequence number; for EventBridge Pipes its `eventID`. */
    itemIdentifier: string;
  }[];
}

// ------------------------------------------------------------------------------------------------------- the handler

/**
 * Handles one user record. Whatever it returns is ignored, except that a promise is awaited; a rejection or a throw is a
 * failure.
 *
 * @typeParam R - The type of the event's records.
 *
 * @example
 * ```ts
 * import type { UserRecordHandler } from 'kinesis-agg/lambda';
 *
 * export const handle: UserRecordHandler = async ({ partitionKey, data }, { id, signal }) => {
 *   await fetch('https://example.com/orders', { method: 'PUT', headers: { id }, body: data, signal });
 *   console.log(partitionKey);
 * };
 * ```
 */
export type UserRecordHandler<R extends EventRecord = LambdaRecord> = (
  record: UserRecord,
  delivery: Delivery<R>,
) => unknown;

/**
 * What belongs to a user record beside itself.
 *
 * @typeParam R - The type of the event's records.
 *
 * @example
 * ```ts
 * import type { Delivery } from 'kinesis-agg/lambda';
 *
 * export const ageMs = ({ arrivedAt }: Delivery, now: number): number => now - Number(arrivedAt ?? now);
 * ```
 */
export interface Delivery<R extends EventRecord = LambdaRecord> {
  /**
   * `eventID` and sub-sequence number: the same at every delivery and unique in the stream, and so a key for idempotency. If a
   * hand-made event has no `eventID`, the sequence number takes its place. It is a getter: spreading does not copy it.
   */
  readonly id: string;
  /** When the Kinesis record arrived; undefined if the event does not say. A getter, as {@link Delivery.id}. */
  readonly arrivedAt: Date | undefined;
  /** The Kinesis record: the very object of the event. */
  readonly source: R;
  /**
   * Aborts, with a `TimeoutError`, when the time is nearly up. What rejects then counts as unhandled, not as a failure.
   * Without a context it never aborts.
   */
  readonly signal: AbortSignal;
}

/**
 * What a failure means: `'retry'` stops the event, and Lambda sends the user record again; `'drop'` gives it up.
 *
 * @example
 * ```ts
 * import type { Verdict } from 'kinesis-agg/lambda';
 *
 * const MAX_AGE_MS = 600_000;
 * export const verdictAt = (ageMs: number): Verdict => (ageMs < MAX_AGE_MS ? 'retry' : 'drop');
 * ```
 */
export type Verdict = 'retry' | 'drop';

/**
 * Remembers how many leading user records of a Kinesis record are done, so that a retry goes on behind them.
 *
 * `load` is called once an event, for its first Kinesis record, since a retry begins with that one, and only if it holds
 * several user records. `save` is called when the event stops inside a Kinesis record, before the response, and earlier if
 * the time is up while a handler runs. If the store fails or never answers, nothing is lost: user records are repeated.
 *
 * A store belongs to one function: two functions that share one skip what only the other has handled. So make the
 * function's name a part of the key. Nothing is deleted: give entries a time to live of the stream's retention, and replay a
 * stream on purpose with an empty store.
 *
 * @example
 * ```ts
 * import type { ProgressStore } from 'kinesis-agg/lambda';
 *
 * const numbers = new Map<string, number>();
 * export const inMemory: ProgressStore = {
 *   load: (eventID) => numbers.get(eventID),
 *   save: (eventID, handled) => numbers.set(eventID, handled),
 * };
 * ```
 */
export interface ProgressStore {
  /**
   * Gives the number that was saved for a Kinesis record, or undefined.
   *
   * @param eventID - The Kinesis record's `eventID`, or its sequence number in a hand-made event without one.
   */
  load(eventID: string): number | undefined | Promise<number | undefined>;
  /**
   * Saves it, in place of an earlier one.
   *
   * @param eventID - As in `load`.
   * @param handled - How many leading user records of the Kinesis record are handled, dropped or skipped.
   * @returns Anything; a promise is awaited.
   */
  save(eventID: string, handled: number): unknown;
}

/**
 * How to handle an event; every field has a default.
 *
 * @typeParam R - The type of the event's records.
 *
 * @example
 * ```ts
 * import type { ProcessOptions } from 'kinesis-agg/lambda';
 *
 * const TEN_MINUTES = 600_000;
 * export const options: ProcessOptions = {
 *   concurrency: 20,
 *   onError: (error, _record, { id, arrivedAt }) => {
 *     console.error(id, error);
 *     return Date.now() - Number(arrivedAt) < TEN_MINUTES ? 'retry' : 'drop';
 *   },
 * };
 * ```
 */
export interface ProcessOptions<R extends EventRecord = LambdaRecord> {
  /**
   * How many handlers may run at once: an integer from 1 to 1000.
   *
   * User records of one partition key never overlap and keep their order; between partition keys there is none. One without
   * partition key waits for nobody. No user record starts that lies more than 1000 behind the earliest unhandled one.
   *
   * @defaultValue `1`: in the order of the event
   */
  concurrency?: number | undefined;
  /**
   * Lambda's context, which knows the time that is left. {@link createHandler} passes it by itself.
   *
   * @defaultValue none: there is no deadline
   */
  context?: LambdaContext | undefined;
  /**
   * How many milliseconds before the function's end nothing more is started and {@link Delivery.signal} aborts: the time
   * that the handlers in flight may still take.
   *
   * @defaultValue a fifth of the time that is left at the start, at most 10 000
   */
  stopBeforeMs?: number | undefined;
  /**
   * Hears of a failure and decides; it is awaited. To return nothing means `'retry'`, and so does an error of its own. It may
   * hear of the same user record again at the next delivery. It does not hear of a failure after {@link Delivery.signal} has
   * aborted.
   *
   * @defaultValue none: `'retry'`
   */
  onError?: // biome-ignore lint/suspicious/noConfusingVoidType: what an async function without return statement promises
  ((error: unknown, record: UserRecord, delivery: Delivery<R>) => Verdict | void | Promise<Verdict | void>) | undefined;
  /**
   * Remembers how far inside a Kinesis record an event stopped.
   *
   * @defaultValue none: a Kinesis record is repeated from its first user record on
   */
  progress?: ProgressStore | undefined;
  /**
   * Whether checksums are checked, as in `DeaggregateOptions`.
   *
   * @defaultValue `true`
   */
  verifyChecksum?: boolean | undefined;
  /**
   * Whether a broken Kinesis record is a failure, instead of going to the handler whole with `decodeError`. `onError` then
   * gets its `KplError`.
   *
   * @defaultValue `false`
   */
  strict?: boolean | undefined;
}

// -------------------------------------------------------------------------------------------------------- processing

/**
 * What became of an event.
 *
 * @example
 * ```ts
 * import type { ProcessedEvent } from 'kinesis-agg/lambda';
 *
 * export function throwing({ stopped, error }: ProcessedEvent): void {
 *   if (stopped) throw error ?? new Error('out of time');
 * }
 * ```
 */
export interface ProcessedEvent {
  /** Return it to Lambda. */
  response: BatchResponse;
  /** All user records of the event: `handled + dropped + skipped + unhandled`. */
  userRecords: number;
  /** Those whose handler fulfilled. */
  handled: number;
  /** Those that `onError` gave up. */
  dropped: number;
  /** Those that `progress` knew as done. */
  skipped: number;
  /** All others: they come again. */
  unhandled: number;
  /** How many of the handled and dropped ones come again, too, and are not skipped by `progress` then. */
  repeated: number;
  /** The earliest unhandled user record; absent if there is none. */
  position?: Position;
  /** Why there are unhandled user records: a failure, or the time. Absent if there are none. */
  stopped?: 'error' | 'deadline';
  /** The first failure that was not dropped; an `AggregateError` of both if `onError` failed as well. */
  error?: unknown;
  /** What `progress` failed with. The event went on without it. */
  progressError?: unknown;
}

/**
 * Handles the user records of an event, and tells what became of them.
 *
 * The first failure that is not dropped stops the event, and so does the deadline: nothing more starts, and what runs is
 * awaited. The response then names the Kinesis record of the earliest unhandled user record, whatever was handled behind it.
 *
 * It prints nothing.
 *
 * @param event - The event as Lambda or EventBridge Pipes passes it.
 * @param handler - Called for each user record.
 * @param options - Concurrency, deadline, failures and progress.
 * @returns A promise that rejects only before the first handler runs, with a `KplError`: `ERR_KPL_KINESIS_RECORD` if the event
 * does not come from a Kinesis stream or belongs to a tumbling window, `ERR_KPL_OPTION` for a bad option or handler.
 *
 * @example
 * ```ts
 * import { processEvent } from 'kinesis-agg/lambda';
 * import { lambdaEvent } from 'kinesis-agg/testing';
 *
 * const event = lambdaEvent(['created', 'paid', 'sent'].map((data) => ({ partitionKey: 'order-17', data })));
 * const handle = (data: string) => {
 *   if (data === 'sent') throw new Error('not yet');
 * };
 * const { handled, unhandled, repeated } = await processEvent(event, ({ data }) => handle(data.toString()));
 * console.log(handled, unhandled, repeated); // 2 1 2
 * ```
 */
export function processEvent<R extends EventRecord>(
  event: KinesisEvent<R>,
  handler: UserRecordHandler<R>,
  options?: ProcessOptions<R>,
): Promise<ProcessedEvent>;

/**
 * Makes the function that Lambda calls.
 *
 * It answers with {@link ProcessedEvent.response} alone. Without an `onError` it writes each failure to `console.error`, one
 * line with id and error. It always writes an error of `progress` or of `onError` itself. Without `progress`, it also writes a
 * deadline that falls inside the first Kinesis record of an event, since that would repeat for ever.
 *
 * @param handler - Called for each user record.
 * @param options - As in {@link processEvent}; the context is the one that Lambda passes.
 * @returns The handler to export. It rejects where {@link processEvent} does.
 * @throws KplError with `ERR_KPL_OPTION` for a bad option or handler.
 *
 * @example
 * ```ts
 * import { createHandler } from 'kinesis-agg/lambda';
 *
 * export const handler = createHandler(async ({ partitionKey, data }) => {
 *   await save(partitionKey, JSON.parse(data.toString()));
 * });
 *
 * async function save(device: string | null, reading: { celsius: number }): Promise<void> {
 *   console.log(device, reading.celsius);
 * }
 * ```
 */
export function createHandler<R extends EventRecord = LambdaRecord>(
  handler: UserRecordHandler<R>,
  options?: Omit<ProcessOptions<R>, 'context'>,
): (event: KinesisEvent<R>, context?: LambdaContext) => Promise<BatchResponse>;
