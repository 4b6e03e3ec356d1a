/// <reference types="node" />

/**
 * A drop-in for aws-kinesis-agg 4.2.8: `require('kinesis-agg/compat')` in place of `require('aws-kinesis-agg')`.
 *
 * Names, signatures, defaults, callbacks and messages are the older package's, and so are the bytes, wherever those
 * were right. Its defects are mended; docs/migrating.md lists each. Use `kinesis-agg` itself in new code.
 *
 * @module kinesis-agg/compat
 */

// -------------------------------------------------------------------------------------------------- deaggregation

/**
 * A Kinesis record in camelCase: the `kinesis` part of a record of a Lambda event, or an {@link EncodedRecord}.
 *
 * @example
 * ```ts
 * import type { KinesisRecord } from 'kinesis-agg/compat';
 *
 * const record: KinesisRecord = { partitionKey: '1', sequenceNumber: '2', data: 'eA==' };
 * ```
 */
export interface KinesisRecord {
  /** The record's data: base64, or bytes. */
  data: string | Uint8Array | ArrayBuffer;
  /** Partition key. */
  partitionKey?: string | null | undefined;
  /** Handed through on a record that is not aggregated. */
  explicitPartitionKey?: string | undefined;
  /** Sequence number within the shard. */
  sequenceNumber?: string | undefined;
  /** Belongs to the other spelling. */
  Data?: undefined;
}

/**
 * A Kinesis record in PascalCase, as `GetRecords` of AWS SDK v2 and v3 returns it. What comes out is in PascalCase too.
 *
 * @example
 * ```ts
 * import type { SdkKinesisRecord } from 'kinesis-agg/compat';
 *
 * const record: SdkKinesisRecord = { PartitionKey: '1', SequenceNumber: '2', Data: Buffer.from('x') };
 * ```
 */
export interface SdkKinesisRecord {
  /** The record's data: bytes, or base64. Undefined only so that the SDK's type fits. */
  Data: string | Uint8Array | ArrayBuffer | undefined;
  /** Partition key. */
  PartitionKey?: string | null | undefined;
  /** Handed through on a record that is not aggregated. */
  ExplicitPartitionKey?: string | undefined;
  /** Sequence number within the shard. */
  SequenceNumber?: string | undefined;
}

/**
 * A user record.
 *
 * @example
 * ```ts
 * import { deaggregateSync, type UserRecord } from 'kinesis-agg/compat';
 *
 * const texts = (records: UserRecord[]): string[] => records.map(({ data }) => Buffer.from(data, 'base64').toString());
 * deaggregateSync({ partitionKey: '1', sequenceNumber: '2', data: 'eA==' }, true, (err, records) => {
 *   if (!err) console.log(texts(records)); // [ 'x' ]
 * });
 * ```
 */
export interface UserRecord {
  /** Partition key of the user record. */
  partitionKey: string;
  /** Explicit hash key of the user record, if it has one. */
  explicitPartitionKey?: string;
  /** Sequence number of the Kinesis record. */
  sequenceNumber: string;
  /** Position in the aggregate, from 0. It is absent on a record that is not aggregated. */
  subSequenceNumber?: number;
  /** The user record's bytes as base64; on a record that is not aggregated, its data as it came. */
  data: string;
}

/**
 * A user record in PascalCase, from a record in PascalCase.
 *
 * @example
 * ```ts
 * import { deaggregateSync } from 'kinesis-agg/compat';
 *
 * deaggregateSync({ PartitionKey: '1', SequenceNumber: '2', Data: Buffer.from('x') }, true, (err, records) => {
 *   if (!err) console.log(records.map(({ PartitionKey }) => PartitionKey)); // [ '1' ]
 * });
 * ```
 */
export interface SdkUserRecord {
  /** Partition key of the user record. */
  PartitionKey: string;
  /** Explicit hash key of the user record, if it has one. */
  ExplicitPartitionKey?: string;
  /** Sequence number of the Kinesis record. */
  SequenceNumber: string;
  /** Position in the aggregate, from 0. It is absent on a record that is not aggregated. */
  SubSequenceNumber?: number;
  /** The user record's bytes as base64; on a record that is not aggregated, its data as it came. */
  Data: string | Uint8Array;
}

/**
 * Receives each user record; `err` is always null. Callbacks that were written for the older package's types fit.
 *
 * @typeParam R - {@link UserRecord} or {@link SdkUserRecord}.
 *
 * @example
 * ```ts
 * import type { PerRecordCallback, UserRecord } from 'kinesis-agg/compat';
 *
 * const perRecord: PerRecordCallback<UserRecord> = (err, { partitionKey }) => console.log(err, partitionKey);
 * ```
 */
export type PerRecordCallback<R> = {
  /** The callback. */
  callback(err: Error | null, userRecord: R): void;
}['callback'];

/**
 * Receives all user records of a Kinesis record, or an error. Callbacks that were written for the older package's types fit.
 *
 * @typeParam R - {@link UserRecord} or {@link SdkUserRecord}.
 *
 * @example
 * ```ts
 * import type { AfterRecordCallback, UserRecord } from 'kinesis-agg/compat';
 *
 * const afterRecord: AfterRecordCallback<UserRecord> = (err, records) => console.log(err ?? records.length);
 * ```
 */
export type AfterRecordCallback<R> = {
  /** The callback. */
  callback(err: Error | undefined, userRecords: R[]): void;
}['callback'];

/**
 * Takes one Kinesis record apart and calls back for each user record, then once for the whole, all before it returns.
 *
 * `perRecordCallback` gets a record as it is if it is not aggregated, or if it begins with the magic number of the format and
 * is not an aggregate. The same holds for an aggregate with an index that points outside its key table;
 * `afterRecordCallback` then hears of it.
 *
 * @param kinesisRecord - One Kinesis record, in either spelling.
 * @param computeChecksums - Whether the checksum is verified; only `true` itself verifies it.
 * @param perRecordCallback - Called with `null` and each user record. An error that it throws on a user record of an
 * aggregate goes to `afterRecordCallback`, with that user record's position and the Kinesis record's other fields.
 * @param afterRecordCallback - Called without arguments at the end, or with `Invalid record checksum`. An error that it
 * throws goes to you.
 * @throws `TypeError` for data that is neither base64 nor bytes.
 *
 * @example
 * ```ts
 * import { deaggregate } from 'kinesis-agg/compat';
 *
 * deaggregate(
 *   { partitionKey: '1', sequenceNumber: '2', data: 'eA==' },
 *   true,
 *   (err, record) => console.log(record?.data), // eA==
 *   (err) => console.log(err), // undefined
 * );
 * ```
 */
export function deaggregate(
  kinesisRecord: KinesisRecord,
  computeChecksums: boolean,
  perRecordCallback: PerRecordCallback<UserRecord>,
  afterRecordCallback: (err?: Error, errorUserRecord?: UserRecord) => void,
): void;
export function deaggregate(
  kinesisRecord: SdkKinesisRecord,
  computeChecksums: boolean,
  perRecordCallback: PerRecordCallback<SdkUserRecord>,
  afterRecordCallback: (err?: Error, errorUserRecord?: SdkUserRecord) => void,
): void;

/**
 * Takes one Kinesis record apart and calls back once, with all user records, before it returns.
 *
 * @param kinesisRecord - One Kinesis record, in either spelling.
 * @param computeChecksums - Whether the checksum is verified; only `true` itself verifies it.
 * @param afterRecordCallback - Called with `undefined` and the user records, or with an error and those that could be
 * read. An error that it throws goes to you.
 * @throws `TypeError` for data that is neither base64 nor bytes.
 *
 * @example
 * ```ts
 * import { deaggregateSync } from 'kinesis-agg/compat';
 *
 * deaggregateSync({ partitionKey: '1', sequenceNumber: '2', data: 'eA==' }, true, (err, records) => {
 *   console.log(err, records.length); // undefined 1
 * });
 * ```
 */
export function deaggregateSync(
  kinesisRecord: KinesisRecord,
  computeChecksums: boolean,
  afterRecordCallback: AfterRecordCallback<UserRecord>,
): void;
export function deaggregateSync(
  kinesisRecord: SdkKinesisRecord,
  computeChecksums: boolean,
  afterRecordCallback: AfterRecordCallback<SdkUserRecord>,
): void;

// ---------------------------------------------------------------------------------------------------- aggregation

/**
 * A user record to be aggregated. It is neither changed nor copied; `putRecords` shows the object itself.
 *
 * @example
 * ```ts
 * import type { UserRecordInput } from 'kinesis-agg/compat';
 *
 * const record: UserRecordInput = { partitionKey: 'a', data: 'x', explicitHashKey: 9 };
 * ```
 */
export interface UserRecordInput {
  /** Partition key, of any length except 0; a number is written in decimal. */
  partitionKey: string | number;
  /** The bytes to carry, or a string, which is written as UTF-8. */
  data: string | ArrayBufferView | ArrayBuffer;
  /** Explicit hash key, which need not be a number. A falsy value means that there is none. */
  explicitHashKey?: string | number | bigint | null | undefined;
}

/**
 * An aggregate for PutRecords.
 *
 * @example
 * ```ts
 * import type { EncodedRecord } from 'kinesis-agg/compat';
 *
 * export const toEntry = ({ partitionKey, data, explicitHashKey }: EncodedRecord) => ({
 *   PartitionKey: partitionKey,
 *   Data: data,
 *   ...(explicitHashKey === undefined ? {} : { ExplicitHashKey: explicitHashKey }),
 * });
 * ```
 */
export interface EncodedRecord {
  /** Partition key to put the record with: by default the first record's, as it was given. */
  partitionKey: string;
  /** The bytes to put. */
  data: Buffer;
  /** Explicit hash key to put the record with: by default the first record's, as it was given; absent without one. */
  ExplicitHashKey?: string;
  /** The same under the name that the older package documented. */
  explicitHashKey?: string;
}

/**
 * A shard as `ListShards` returns it; `Shard` of `kinesis-agg` says more.
 *
 * @example
 * ```ts
 * import type { Shard } from 'kinesis-agg/compat';
 *
 * const only: Shard = {
 *   HashKeyRange: { StartingHashKey: '0', EndingHashKey: '340282366920938463463374607431768211455' },
 * };
 * ```
 */
export interface Shard {
  /** The shard's name; not read. */
  ShardId?: string | undefined;
  /** The shard that was split or merged into this one; not read. */
  ParentShardId?: string | undefined;
  /** The other shard of a merge; not read. */
  AdjacentParentShardId?: string | undefined;
  /** The hash keys that the shard owns. */
  HashKeyRange: HashKeyRange | undefined;
  /** With an `EndingSequenceNumber` the shard is closed, and ignored. */
  SequenceNumberRange?: SequenceNumberRange | undefined;
}

/**
 * An inclusive range of hash keys, as decimals.
 *
 * @example
 * ```ts
 * import type { HashKeyRange } from 'kinesis-agg/compat';
 *
 * const all: HashKeyRange = { StartingHashKey: '0', EndingHashKey: '340282366920938463463374607431768211455' };
 * ```
 */
export interface HashKeyRange {
  /** First hash key of the range. */
  StartingHashKey: string | undefined;
  /** Last hash key of the range, itself included. */
  EndingHashKey: string | undefined;
}

/**
 * The sequence numbers of a shard.
 *
 * @example
 * ```ts
 * import type { SequenceNumberRange } from 'kinesis-agg/compat';
 *
 * const open: SequenceNumberRange = { StartingSequenceNumber: '1' };
 * ```
 */
export interface SequenceNumberRange {
  /** First sequence number; not read. */
  StartingSequenceNumber?: string | undefined;
  /** Last sequence number of a closed shard; absent on an open one. */
  EndingSequenceNumber?: string | undefined;
}

/**
 * Routing by lanes, as in `kinesis-agg`.
 *
 * @example
 * ```ts
 * import type { LaneRouting } from 'kinesis-agg/compat';
 *
 * const routing: LaneRouting = { lanes: 16 };
 * ```
 */
export interface LaneRouting {
  /** Number of lanes: an integer from 1 to 1024, the same in all producers of a stream. */
  lanes: number;
  /** Not beside `lanes`. */
  shards?: undefined;
}

/**
 * Routing by shards, as in `kinesis-agg`.
 *
 * @example
 * ```ts
 * import type { ShardRouting } from 'kinesis-agg/compat';
 *
 * const routing: ShardRouting = {
 *   shards: [{ HashKeyRange: { StartingHashKey: '0', EndingHashKey: '340282366920938463463374607431768211455' } }],
 * };
 * ```
 */
export interface ShardRouting {
  /** The stream's shards; the open ones must cover all hash keys without a hole or an overlap. */
  shards: readonly Shard[];
  /** Not beside `shards`. */
  lanes?: undefined;
}

/**
 * Options that the older package does not have: the `AggregatorOptions` of `kinesis-agg`, whose reference says more.
 *
 * @example
 * ```ts
 * import { type AggregatorOptions, RecordAggregator } from 'kinesis-agg/compat';
 *
 * const options: AggregatorOptions = { routing: 'pinned' };
 * const aggregator = new RecordAggregator((err, encoded) => console.log(err, encoded?.explicitHashKey), options);
 * ```
 */
export interface AggregatorOptions {
  /**
   * Which records share an aggregate. The default is the older package's: one open aggregate takes every record. **A KCL
   * consumer can drop such aggregates.** All other routings are safe.
   *
   * @defaultValue `'first'`
   */
  routing?: 'first' | 'pinned' | 'partitionKey' | LaneRouting | ShardRouting | undefined;
  /**
   * The stream's own limit for one record, in bytes of data plus UTF-8 bytes of the partition key.
   *
   * @defaultValue `1_048_576`
   */
  maxRecordBytes?: number | undefined;
  /**
   * Size at which an aggregate closes, counted as for `maxRecordBytes`.
   *
   * @defaultValue `1_048_576`, or `maxRecordBytes` if that is less
   */
  maxAggregateBytes?: number | undefined;
  /**
   * Largest number of user records in an aggregate.
   *
   * @defaultValue no limit
   */
  maxUserRecords?: number | undefined;
  /**
   * Largest number of aggregates that are open at one time.
   *
   * @defaultValue `64`, or the number of lanes or shards if that is more
   */
  maxOpenAggregates?: number | undefined;
  /**
   * Whether an aggregate of one user record is written in the aggregated format; under `'first'` it always is.
   *
   * @defaultValue `true`
   */
  wrapSingle?: boolean | undefined;
}

/**
 * Receives an encoded record, or what is wrong with a user record. {@link RecordAggregator.flushBufferedRecords} calls it with
 * `(null, undefined)` if nothing is in flight.
 *
 * @example
 * ```ts
 * import type { OnReadyCallback } from 'kinesis-agg/compat';
 *
 * const onReady: OnReadyCallback = (err, encoded) => {
 *   if (err) console.error(err.message);
 *   else if (encoded) console.log(encoded.data.length);
 * };
 * ```
 */
export type OnReadyCallback = {
  /** The callback. */
  callback(err: Error | null, encodedRecord?: EncodedRecord): void;
}['callback'];

/**
 * Aggregates records and calls a handler for each encoded record.
 *
 * The records are encoded, and errors in them reported, before the call returns. Handlers run from the next turn of the event
 * loop on. Without a record to encode, `errorCallback` gets `No records`, then `afterPutAggregatedRecords` is called.
 *
 * @param records - The records.
 * @param encodedRecordHandler - Receives each encoded record, and a callback to call when it is done. A promise that it
 * returns is awaited. If it takes only the record, it is done when the promise resolves. A rejection goes to `errorCallback`.
 * @param afterPutAggregatedRecords - Called once, when every handler is done.
 * @param errorCallback - Hears of every error, also of a handler's.
 * @param queueSize - How many handlers may run at a time; 1 by default.
 * @param options - Routing and limits; may stand in the place of `queueSize`.
 *
 * @example
 * ```ts
 * import { aggregate } from 'kinesis-agg/compat';
 *
 * aggregate(
 *   [{ partitionKey: 'a', data: 'x' }, { partitionKey: 'b', data: 'y' }],
 *   async (encoded) => console.log(encoded.partitionKey), // a
 *   () => console.log('done'), // done
 *   (err) => console.error(err),
 * );
 * ```
 */
export function aggregate(
  records: readonly UserRecordInput[],
  encodedRecordHandler: (encodedRecord: EncodedRecord, callback: (err?: unknown, data?: unknown) => void) => unknown,
  afterPutAggregatedRecords: () => void,
  errorCallback: (error: Error, data?: EncodedRecord) => void,
  queueSize?: number | AggregatorOptions,
  options?: AggregatorOptions,
): void;

/**
 * Collects user records into aggregates.
 *
 * @example
 * ```ts
 * import { RecordAggregator } from 'kinesis-agg/compat';
 *
 * const aggregator = new RecordAggregator();
 * aggregator.addUserRecord({ partitionKey: 'a', data: 'x' });
 * console.log(aggregator.build()?.partitionKey, aggregator.build()); // a undefined
 * ```
 */
export class RecordAggregator {
  /**
   * Makes an aggregator with nothing in flight.
   *
   * @param onReadyCallback - Called with each aggregate as it closes, and with errors.
   * @param options - Routing and limits.
   */
  constructor(onReadyCallback?: OnReadyCallback, options?: AggregatorOptions);

  /** Receives each aggregate. Without a callback, aggregates wait for {@link RecordAggregator.build}. */
  onReadyCallback: OnReadyCallback | undefined;
  /** Bytes that the records in flight take in their aggregates, frame excluded. */
  readonly totalBytes: number;
  /** The records in flight, as they were given; empty under a routing other than `'first'`. */
  readonly putRecords: UserRecordInput[];
  /** Position of each partition key in flight, made on demand; empty under a routing other than `'first'`. */
  readonly partitionKeyTable: Record<string, number>;
  /** Number of partition keys in flight. */
  readonly partitionKeyCount: number;
  /** Position of each explicit hash key in flight, made on demand; empty under a routing other than `'first'`. */
  readonly explicitHashKeyTable: Record<string, number>;
  /** Number of explicit hash keys in flight. */
  readonly explicitHashKeyCount: number;

  /**
   * Sets the callback, if one is given.
   *
   * @returns The callback that is set now.
   */
  setOnReadyCallback(onReadyCallback?: OnReadyCallback): OnReadyCallback | undefined;

  /** Forgets all records in flight. **They are lost.** */
  clearRecords(): void;

  /**
   * Hands over what is in flight. It stays in flight if the callback throws, or if there is no callback.
   *
   * @param onReadyCallback - Called instead of the callback that is set.
   */
  flushBufferedRecords(onReadyCallback?: OnReadyCallback): void;

  /**
   * Closes an aggregate and returns it: the one that was opened first, if there are several.
   *
   * @returns The encoded record, or undefined if nothing is in flight.
   */
  build(): EncodedRecord | undefined;

  /** Number of records in flight, those in aggregates that wait for {@link RecordAggregator.build} included. */
  length(): number;

  /**
   * Tells whether a record would go in without closing an aggregate.
   *
   * @throws `Record.Data field is mandatory` or `record.partitionKey field is mandatory`.
   */
  checkIfUserRecordFits(record: UserRecordInput): boolean;

  /**
   * Tells how many bytes a record would add to `totalBytes`, new keys included.
   *
   * @throws `Record.Data field is mandatory` or `record.partitionKey field is mandatory`.
   */
  calculateUserRecordSize(record: UserRecordInput): number;

  /**
   * Adds a record, without ever closing an aggregate.
   *
   * @throws `record won't fit` if it would close one; an error that names its size if it is too large for any;
   * `Record.Data field is mandatory` or `record.partitionKey field is mandatory`. The record has not been added then.
   */
  addUserRecord(record: UserRecordInput): void;

  /**
   * Adds records, handing over each aggregate that they close.
   *
   * @param records - The records.
   * @param forceFlush - `true` hands over the last aggregate too.
   * @param onReadyCallback - Called instead of the callback that is set.
   */
  aggregateRecords(records: readonly UserRecordInput[], forceFlush?: boolean, onReadyCallback?: OnReadyCallback): void;
}
