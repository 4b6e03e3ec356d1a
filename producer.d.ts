/**
 * Sends user records to a Kinesis stream: aggregated, resent until they are stored, each told of exactly once.
 *
 * {@link KinesisProducer} aggregates user records, sends them with PutRecords through your own AWS SDK v3 client, resends
 * exactly what was not stored, and settles each record with its shard and sequence number, or with a
 * {@link ProducerError} that lists every attempt and carries the bytes. PutRecords has no idempotency key: where an answer
 * was lost, a record may be stored twice, and the result says so.
 *
 * @module kinesis-agg/producer
 */

import type { AggregatedRecord, KplError, Shard, UserRecord, UserRecordInput } from './index';

/**
 * A producer for one stream.
 *
 * It holds no thread, no process, and no timer while it holds no records: a script ends when its last record is stored.
 * A process that is told to end calls {@link KinesisProducer.close}.
 *
 * @example
 * ```ts
 * import { Kinesis } from '@aws-sdk/client-kinesis';
 * import { KinesisProducer } from 'kinesis-agg/producer';
 *
 * const client = new Kinesis({ region: 'eu-central-1', maxAttempts: 1 });
 * const producer = new KinesisProducer({ client, streamName: 'clicks' });
 *
 * export async function click(user: string): Promise<string> {
 *   const { shardId, sequenceNumber } = await producer.put({ partitionKey: user, data: 'click' });
 *   return `${shardId} ${sequenceNumber}`;
 * }
 * ```
 */
export class KinesisProducer {
  /**
   * Makes a producer. Nothing is sent and nothing is asked before the first record, or {@link KinesisProducer.ready}.
   *
   * @param options - The client, the stream, and how to send.
   * @throws KplError with `ERR_KPL_OPTION` for an option out of its range, or a client without the functions needed.
   */
  constructor(options: ProducerOptions);

  /**
   * Takes a record, for those who need not know where it lands: the fast path.
   *
   * `undefined` says that the record was taken. A promise says that there is no room, and resolves once the record is
   * taken; so `await producer.add(record)` is all the backpressure there is. The promise must be awaited or returned. What
   * becomes of the record after that is told to `onFailure`, or by {@link KinesisProducer.flush} and
   * {@link KinesisProducer.close}. The data is copied: you may reuse your buffer at once.
   *
   * @param record - The user record.
   * @param options - A signal that withdraws the record while it waits. What was taken is sent.
   * @returns `undefined`, or a promise that rejects only if the record was not taken: with the signal's reason, or a
   * {@link ProducerError}: `ERR_KPL_EXPIRED`, `ERR_KPL_STREAM`, `ERR_KPL_ABORTED`, or `ERR_KPL_BUFFER_FULL` if too many wait
   * already.
   * @throws KplError for a bad record, as the aggregator has it; `ERR_KPL_CLOSED`.
   *
   * @example
   * ```ts
   * import type { KinesisProducer } from 'kinesis-agg/producer';
   *
   * export async function sendAll(producer: KinesisProducer, lines: AsyncIterable<string>): Promise<void> {
   *   for await (const line of lines) await producer.add({ partitionKey: line.slice(0, 8), data: line });
   *   await producer.flush();
   * }
   * ```
   */
  add(record: UserRecordInput, options?: { signal?: AbortSignal }): Promise<void> | undefined;

  /**
   * Puts a record and says where it was stored. Waits for room, then for the answer.
   *
   * @param record - The user record.
   * @param options - A signal that withdraws the record while it waits for room. A record that was taken is sent anyway;
   * the signal then only rejects the promise.
   * @returns Where the record was stored. Rejects, and never throws, with a {@link KplError} for a bad record, a
   * {@link ProducerError} for one that was not stored, or the signal's reason.
   *
   * @example
   * ```ts
   * import { type KinesisProducer, ProducerError } from 'kinesis-agg/producer';
   *
   * export async function order(producer: KinesisProducer, id: string): Promise<'stored' | 'maybe' | 'not stored'> {
   *   try {
   *     await producer.put({ partitionKey: id, data: 'ordered' });
   *     return 'stored';
   *   } catch (error) {
   *     if (error instanceof ProducerError) return error.mayBeStored ? 'maybe' : 'not stored';
   *     throw error;
   *   }
   * }
   * ```
   */
  put(record: UserRecordInput, options?: { signal?: AbortSignal }): Promise<PutResult>;

  /**
   * Puts all that an iterable or a stream gives, as fast as there is room, and waits until all of it is stored.
   *
   * It stops pulling, and ends its source, when the signal aborts, when a record is refused for its fields (the error has
   * `recordIndex`), or when 100 failures or 8 MiB of failed data have come together. If `onFailure` is set, failures go
   * there one by one, and do not stop it.
   *
   * @param records - The user records. Of a source that waits, nothing is read ahead.
   * @param options - A signal that ends it. What was taken by then is sent, as if it had been added.
   * @returns How many user records were stored: all of them. Rejects with a {@link ProducerError} `ERR_KPL_FAILED` if one
   * was not, with the error of a bad record, of the source, or the signal's reason.
   *
   * @example
   * ```ts
   * import { createReadStream } from 'node:fs';
   * import { createInterface } from 'node:readline';
   * import type { KinesisProducer } from 'kinesis-agg/producer';
   *
   * async function* records(file: string) {
   *   for await (const data of createInterface({ input: createReadStream(file) })) yield { partitionKey: data, data };
   * }
   *
   * export async function sendFile(producer: KinesisProducer, file: string): Promise<number> {
   *   const { userRecords } = await producer.putAll(records(file));
   *   return userRecords;
   * }
   * ```
   */
  putAll(
    records: Iterable<UserRecordInput> | AsyncIterable<UserRecordInput>,
    options?: { signal?: AbortSignal },
  ): Promise<PutAllResult>;

  /**
   * Waits until the producer knows what it asks AWS: the shard map, and how the stream distributes records. Of use at a
   * service's start and in a Lambda function's init phase; without it the first record asks.
   *
   * @param options - A signal that ends the waiting.
   * @returns A promise that rejects with a {@link ProducerError} `ERR_KPL_STREAM` if there is no such stream, if its shards
   * may not be read, or if it cannot be used with `ordered`.
   *
   * @example
   * ```ts
   * import type { KinesisProducer } from 'kinesis-agg/producer';
   *
   * export async function start(producer: KinesisProducer): Promise<void> {
   *   await producer.ready({ signal: AbortSignal.timeout(5000) });
   * }
   * ```
   */
  ready(options?: { signal?: AbortSignal }): Promise<void>;

  /**
   * Sends everything without lingering, and waits until all that was put before this call is settled. What is put later
   * does not delay it.
   *
   * @param options - A signal that ends the waiting; the sending goes on.
   * @returns A promise that rejects with a {@link ProducerError} `ERR_KPL_FAILED` if records failed that nobody was told
   * of: `errors` has them. Or with the signal's reason.
   *
   * @example
   * ```ts
   * import type { KinesisProducer } from 'kinesis-agg/producer';
   *
   * export async function checkpoint(producer: KinesisProducer): Promise<void> {
   *   producer.add({ partitionKey: 'a', data: 'x' });
   *   await producer.flush();
   * }
   * ```
   */
  flush(options?: { signal?: AbortSignal }): Promise<void>;

  /**
   * Refuses new records, and waits until all that was put is settled. The client stays yours.
   *
   * @param options - A signal that gives up: requests are aborted, and all that is left is handed back.
   * @returns A promise; a second call gives the same one. It rejects as that of {@link KinesisProducer.flush}. If a signal
   * gave up, it rejects with a {@link ProducerError} `ERR_KPL_ABORTED`, whose `errors` hold every record that was left.
   *
   * @example
   * ```ts
   * import type { KinesisProducer } from 'kinesis-agg/producer';
   *
   * export function closeOnSigterm(producer: KinesisProducer): void {
   *   process.once('SIGTERM', async () => {
   *     await producer.close({ signal: AbortSignal.timeout(5000) });
   *     process.exit();
   *   });
   * }
   * ```
   */
  close(options?: { signal?: AbortSignal }): Promise<void>;

  /**
   * Tells what the producer has done and what it holds: cheap enough for every second.
   *
   * @returns A snapshot.
   *
   * @example
   * ```ts
   * import type { KinesisProducer } from 'kinesis-agg/producer';
   *
   * export function isBehind(producer: KinesisProducer): boolean {
   *   const { waitingPuts, oldestRecordAgeMs } = producer.metrics();
   *   return waitingPuts > 0 || oldestRecordAgeMs > 5000;
   * }
   * ```
   */
  metrics(): ProducerMetrics;
}

/**
 * Which user records share an aggregate, and on which shard they land.
 *
 * | `routing` | a record joins the open aggregate of | needs | order with `ordered` |
 * |---|---|---|---|
 * | `'shards'` (default) | the shard that owns its hash key, where plain PutRecords would put it | `kinesis:ListShards` | kept; for keys of a shard that is resharded, until then |
 * | `{ lanes: N }`, 1 to 1024 | its part of the hash keys | nothing | kept, across reshards too |
 * | `'partitionKey'` | its partition key | nothing | kept |
 * | `'pinned'` | all | nothing | refused |
 * | `'none'` | none: each record goes alone | nothing | refused |
 *
 * @example
 * ```ts
 * import type { ProducerRouting } from 'kinesis-agg/producer';
 *
 * const ordered: ProducerRouting = { lanes: 64 };
 * ```
 */
export type ProducerRouting =
  | 'shards'
  | 'pinned'
  | 'partitionKey'
  | 'none'
  | {
      /** Number of lanes: an integer from 1 to 1024, the same in all producers of a stream. */
      lanes: number;
    };

/**
 * What a producer is told. Times are milliseconds, sizes bytes.
 *
 * @example
 * ```ts
 * import { Kinesis } from '@aws-sdk/client-kinesis';
 * import type { ProducerOptions } from 'kinesis-agg/producer';
 *
 * const options: ProducerOptions = {
 *   client: new Kinesis({ region: 'eu-central-1', maxAttempts: 1 }),
 *   streamName: 'orders',
 *   routing: { lanes: 64 },
 *   ordered: true,
 * };
 * ```
 */
export interface ProducerOptions {
  /** The client: `new Kinesis({ ... })` of `@aws-sdk/client-kinesis` as it stands, or an object of functions. */
  client: KinesisWriteClient;
  /** The stream's name. It or `streamArn` must be given; both are sent. */
  streamName?: string | undefined;
  /** The stream's ARN: needed for a stream of another account. */
  streamArn?: string | undefined;
  /**
   * Which records share an aggregate.
   *
   * @defaultValue `'shards'`
   */
  routing?: ProducerRouting | undefined;
  /**
   * Whether the records of one partition key are stored in the order of `put` and `add`. One entry of a lane, a shard or a
   * key is then under way at a time. A record that fails for good leaves a gap. Refused with `'pinned'` and `'none'`.
   *
   * @defaultValue `false`
   */
  ordered?: boolean | undefined;
  /**
   * `'detect'` asks DescribeStreamSummary whether the stream distributes records by itself (AUTO): consumers silently drop
   * aggregates on such a stream, so records go alone. `'partition-key'` says that it does not, and saves the call.
   *
   * @defaultValue `'detect'`
   */
  distribution?: 'detect' | 'partition-key' | undefined;
  /**
   * `'ignore'` routes records as if they had no explicit hash keys.
   *
   * @defaultValue `'keep'`
   */
  explicitHashKeys?: 'keep' | 'ignore' | undefined;
  /**
   * What becomes of data that is an aggregate itself: `'refuse'`, or `'keep'` it as the bytes that it is.
   *
   * @defaultValue `'refuse'`
   */
  nested?: 'refuse' | 'keep' | undefined;
  /**
   * The stream's own limit for one record, data and partition key: 64 to 10 485 760.
   *
   * @defaultValue `1_048_576`
   */
  maxRecordBytes?: number | undefined;
  /**
   * Size at which an aggregate closes: 64 to `maxRecordBytes`.
   *
   * @defaultValue `51_200`, or `maxRecordBytes` if that is less
   */
  maxAggregateBytes?: number | undefined;
  /**
   * Largest number of user records in an aggregate.
   *
   * @defaultValue no limit
   */
  maxUserRecords?: number | undefined;
  /**
   * How many aggregates fill side by side.
   *
   * @defaultValue `4096`
   */
  maxOpenAggregates?: number | undefined;
  /**
   * How long a record waits for others to share its aggregate: 0 to 60 000. With 0, what one turn of the event loop puts
   * goes together.
   *
   * @defaultValue `100`
   */
  lingerMs?: number | undefined;
  /**
   * How long a record is tried, waiting for room included: 100 to Infinity. Counted by a clock that advances by at most a
   * second at once: what a frozen Lambda or a blocked event loop loses does not count.
   *
   * @defaultValue `30_000`
   */
  recordTtlMs?: number | undefined;
  /**
   * After that time a request is aborted, and its entries are tried again: 100 to 600 000.
   *
   * @defaultValue `10_000`
   */
  requestTimeoutMs?: number | undefined;
  /**
   * Size of a request, partition keys included: up to 10 485 760. An entry that is larger goes alone.
   *
   * @defaultValue `1_048_576`
   */
  maxRequestBytes?: number | undefined;
  /**
   * How many requests are under way at a time: 1 to 256.
   *
   * @defaultValue `8`
   */
  maxInFlightRequests?: number | undefined;
  /**
   * How much is sent to one shard, in percent of what a shard takes (1000 records and 1 MiB a second), as far as the shard
   * is known; `false` for no limit. A shard that throttles gets less by itself.
   *
   * @defaultValue `150`
   */
  shardRateLimit?: number | false | undefined;
  /**
   * How many bytes are held before `add` and `put` wait: data, UTF-8 partition key and 32 for each record. The process holds up
   * to 2.1 times as much, and 340 bytes for each record that was put.
   *
   * @defaultValue `33_554_432`
   */
  maxBufferedBytes?: number | undefined;
  /**
   * How many records are held before `add` and `put` wait: up to 10^8.
   *
   * @defaultValue `200_000`
   */
  maxBufferedRecords?: number | undefined;
  /**
   * Is told of user records that were not stored and have no `put` to reject: once for each Kinesis record that failed.
   * Without it, the next `flush` or `close` tells.
   */
  onFailure?: ((failure: ProducerError) => void) | undefined;
  /** Hears of what is worth knowing, once per cause and minute. By default `process.emitWarning` and `console.error` do. */
  logger?: ProducerLogger | undefined;
}

/**
 * What a logger has to have: `console`, a Powertools Logger and the SDK's own loggers fit.
 *
 * @example
 * ```ts
 * import type { ProducerLogger } from 'kinesis-agg/producer';
 *
 * const logger: ProducerLogger = console;
 * ```
 */
export interface ProducerLogger {
  /** Hears of what may become a problem. */
  warn(message: string, fields: { [name: string]: unknown }): void;
  /** Hears of records that were not stored. */
  error(message: string, fields: { [name: string]: unknown }): void;
}

/**
 * Where a user record was stored.
 *
 * @example
 * ```ts
 * import type { PutResult } from 'kinesis-agg/producer';
 *
 * export const position = ({ shardId, sequenceNumber, subSequenceNumber }: PutResult): string =>
 *   `${shardId}:${sequenceNumber}:${subSequenceNumber}`;
 * ```
 */
export interface PutResult {
  /** The shard. */
  shardId: string;
  /** Sequence number of the Kinesis record. */
  sequenceNumber: string;
  /** Position in its aggregate, 0 for a record that went alone. */
  subSequenceNumber: number;
  /** Whether it went in an aggregate. */
  aggregated: boolean;
  /** Whether an earlier try may have been stored too: its answer was lost. */
  mayBeDuplicated: boolean;
  /** Every try, the last one stored: the same array for all user records of an aggregate. */
  attempts: readonly Attempt[];
}

/**
 * One try to store an entry.
 *
 * @example
 * ```ts
 * import type { Attempt } from 'kinesis-agg/producer';
 *
 * export const show = ({ outcome, code, durationMs }: Attempt): string => `${outcome} ${code ?? ''} ${durationMs} ms`;
 * ```
 */
export interface Attempt {
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Until the answer, in milliseconds. */
  durationMs: number;
  /** `refused`: certainly not stored. `unknown`: nobody knows. */
  outcome: 'stored' | 'refused' | 'unknown';
  /** What Kinesis, the SDK or the system called the failure. */
  code?: string;
  /** What it said. */
  message?: string;
  /** The request's id, for AWS support. */
  requestId?: string;
  /** More than 1: the SDK itself tried again, and what the tries before the last met is unknown. */
  sdkAttempts: number;
}

/**
 * What {@link KinesisProducer.putAll} has stored.
 *
 * @example
 * ```ts
 * import type { PutAllResult } from 'kinesis-agg/producer';
 *
 * export const report = ({ userRecords }: PutAllResult): string => `${userRecords} stored`;
 * ```
 */
export interface PutAllResult {
  /** How many user records: all of them. */
  userRecords: number;
}

/**
 * What went wrong, as a closed set.
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_KPL_EXPIRED` | `recordTtlMs` is over |
 * | `ERR_KPL_REFUSED` | refused for good: `attempts` and `cause` say why |
 * | `ERR_KPL_BUFFER_FULL` | too many records wait for room already |
 * | `ERR_KPL_ABORTED` | given up when the signal of `close` aborted |
 * | `ERR_KPL_CLOSED` | the producer was closed |
 * | `ERR_KPL_STREAM` | no such stream, its shards may not be read, or it cannot keep order |
 * | `ERR_KPL_FAILED` | records failed that nobody was told of: `errors` has them |
 *
 * @example
 * ```ts
 * import type { ProducerErrorCode } from 'kinesis-agg/producer';
 *
 * const worthAnotherQueue: ReadonlySet<ProducerErrorCode> = new Set(['ERR_KPL_EXPIRED', 'ERR_KPL_REFUSED']);
 * ```
 */
export type ProducerErrorCode =
  | 'ERR_KPL_EXPIRED'
  | 'ERR_KPL_REFUSED'
  | 'ERR_KPL_BUFFER_FULL'
  | 'ERR_KPL_ABORTED'
  | 'ERR_KPL_CLOSED'
  | 'ERR_KPL_STREAM'
  | 'ERR_KPL_FAILED';

/**
 * Tells of user records that were not stored. Each user record is told of by exactly one error: that of its `put`, that of
 * its `putAll`, or for all others `onFailure`, else the next `flush` or `close`.
 *
 * @example
 * ```ts
 * import type { ProducerError } from 'kinesis-agg/producer';
 *
 * export function toQueue(failure: ProducerError): string[] {
 *   return failure.userRecords.map(({ partitionKey, data }) => JSON.stringify({ partitionKey, data: data.toString('base64') }));
 * }
 * ```
 */
export class ProducerError extends KplError {
  private constructor();

  /** What is wrong, to be told apart by a program. */
  readonly code: ProducerErrorCode;
  /** Every try: of many, the first 10 and the last 10. Empty if there was none. */
  readonly attempts: readonly Attempt[];
  /** Whether a try is `unknown`: then sending the records again may double them. */
  readonly mayBeStored: boolean;
  /** The user records that this error tells of, ready for `put`. Empty for a record that was never taken: you have it. */
  readonly userRecords: readonly UserRecord[];
  /** The whole Kinesis record, where this error tells of all of it. */
  readonly entry?: AggregatedRecord;
  /** Of `flush`, `close` and `putAll`: the failures, as AggregateError has it. */
  readonly errors?: readonly ProducerError[];
  /** What the client threw at the last try, or why all was given up. */
  readonly cause?: unknown;
}

/**
 * What is used of the AWS SDK: `Kinesis` of `@aws-sdk/client-kinesis` fits as it stands. A `KinesisClient` needs three lines.
 *
 * Without `listShards`, routing `'shards'` is refused. Without `describeStreamSummary`, a warning says that streams that
 * distribute by themselves are not recognised.
 *
 * @example
 * ```ts
 * import {
 *   DescribeStreamSummaryCommand,
 *   type DescribeStreamSummaryInput,
 *   KinesisClient,
 *   ListShardsCommand,
 *   type ListShardsInput,
 *   PutRecordsCommand,
 * } from '@aws-sdk/client-kinesis';
 * import type { KinesisWriteClient } from 'kinesis-agg/producer';
 *
 * const bare = new KinesisClient({ maxAttempts: 1 });
 *
 * export const client: KinesisWriteClient = {
 *   putRecords: (input, options) => bare.send(new PutRecordsCommand(input), options),
 *   listShards: (input, options) => bare.send(new ListShardsCommand(input as ListShardsInput), options),
 *   describeStreamSummary: (input, options) =>
 *     bare.send(new DescribeStreamSummaryCommand(input as DescribeStreamSummaryInput), options),
 * };
 * ```
 */
export interface KinesisWriteClient {
  /** PutRecords. */
  putRecords(
    input: { StreamName?: string; StreamARN?: string; Records: AggregatedRecord[] },
    options?: { abortSignal?: AbortSignal },
  ): Promise<PutRecordsOutput>;
  /** ListShards. */
  listShards?(
    input: object,
    options?: { abortSignal?: AbortSignal },
  ): Promise<{
    /** The shards of this page. */
    Shards?: Shard[] | undefined;
    /** Where the next page begins. */
    NextToken?: string | undefined;
  }>;
  /** DescribeStreamSummary. */
  describeStreamSummary?(
    input: object,
    options?: { abortSignal?: AbortSignal },
  ): Promise<{
    /** How the stream distributes records is read of it. */
    StreamDescriptionSummary?: object | undefined;
  }>;
}

/**
 * What is read of an answer of PutRecords.
 *
 * @example
 * ```ts
 * import type { PutRecordsOutput } from 'kinesis-agg/producer';
 *
 * const stored: PutRecordsOutput = { Records: [{ SequenceNumber: '1', ShardId: 'shardId-000000000000' }] };
 * ```
 */
export interface PutRecordsOutput {
  /** Not read: each entry tells for itself. */
  FailedRecordCount?: number | undefined;
  /** What the SDK tells of the request. */
  $metadata?: {
    /** How often the SDK itself tried. */
    attempts?: number | undefined;
    /** Name of the request. */
    requestId?: string | undefined;
  };
  /** One for each entry, in order. */
  Records?:
    | {
        /** Sequence number of a stored entry. */
        SequenceNumber?: string | undefined;
        /** Shard of a stored entry. */
        ShardId?: string | undefined;
        /** Why an entry was not stored. */
        ErrorCode?: string | undefined;
        /** The same, for people. */
        ErrorMessage?: string | undefined;
      }[]
    | undefined;
}

/**
 * What a producer has done since its start, and what it holds now.
 *
 * @example
 * ```ts
 * import type { ProducerMetrics } from 'kinesis-agg/producer';
 *
 * export const userRecordsPerEntry = ({ userRecords, entries }: ProducerMetrics): number =>
 *   userRecords.stored / Math.max(1, entries.stored);
 * ```
 */
export interface ProducerMetrics {
  /** User records. `failed` includes `expired`, `stored` includes `mayBeDuplicated`. */
  userRecords: {
    /** Taken by `add`, `put` and `putAll`. */
    taken: number;
    /** Stored, perhaps twice. */
    stored: number;
    /** Given up. */
    failed: number;
    /** Given up because their time was over. */
    expired: number;
    /** Stored, perhaps more than once. */
    mayBeDuplicated: number;
  };
  /** Bytes of stored entries, partition keys included. */
  bytesStored: number;
  /** Entries of PutRecords; `sent` counts each try. */
  entries: {
    /** Tries. */
    sent: number;
    /** Stored. */
    stored: number;
    /** Refused since the shard was too busy. */
    throttled: number;
    /** Tries after the first. */
    retried: number;
  };
  /** Requests; `failed` as a whole. */
  requests: {
    /** Sent. */
    sent: number;
    /** Failed as a whole. */
    failed: number;
  };
  /** Failures of entries and requests by their code. */
  errors: { [code: string]: number };
  /** How often ListShards was read. */
  shardMapReads: number;
  /** From `put` to the first try, of each entry's oldest record. */
  bufferingMs: {
    /** How many were measured. */
    count: number;
    /** Sum of all. */
    sum: number;
    /** The longest. */
    max: number;
  };
  /** From request to answer. */
  requestMs: {
    /** How many were measured. */
    count: number;
    /** Sum of all. */
    sum: number;
    /** The longest. */
    max: number;
  };
  /** Of `maxBufferedBytes`. */
  bufferedBytes: number;
  /** Of `maxBufferedRecords`. */
  bufferedRecords: number;
  /** Records that wait for room. */
  waitingPuts: number;
  /** Requests whose promise has not settled. */
  inFlightRequests: number;
  /** How long ago the oldest record was put that is held. */
  oldestRecordAgeMs: number;
}
