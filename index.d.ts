/// <reference types="node" />

/**
 * PutRecords entries in, fewer PutRecords entries out; Kinesis records in, user records out; nothing lost on the way.
 *
 * A *user record* is what your application writes: a partition key, data, perhaps an explicit hash key. An *aggregated
 * record* is one Kinesis record that holds many user records in the format of the Kinesis Producer Library (KPL).
 * {@link RecordAggregator} and {@link aggregate} write that format, {@link deaggregate} and its relatives read it.
 *
 * - **Format**: `aggregation-format.md` and `messages.proto` of awslabs/amazon-kinesis-producer.
 * - **What a consumer does with a record**: `AggregatorUtil` of awslabs/amazon-kinesis-client (KCL 3.x).
 * - **Limits**: `PutRecords` in the Kinesis Data Streams API Reference.
 *
 * Every error thrown for an input is a {@link KplError} with a {@link KplErrorCode}. No input can crash the process. If there
 * is no binary for your platform, the import itself throws `ERR_KPL_NATIVE`.
 *
 * @module kinesis-agg
 */

// ---------------------------------------------------------------------------------------------------- aggregation

/**
 * Decides which user records share an aggregate, and with which keys that aggregate is put.
 *
 * | `routing` | a record joins | outer `PartitionKey` | `ExplicitHashKey` | order per partition key |
 * |---|---|---|---|---|
 * | `'pinned'` (default) | the one open aggregate | the first record's | MD5 of it | within an aggregate |
 * | `{ lanes: N }` | lane floor(hash key × N / 2^128) | `lane-<i>-of-<N>` | floor((2i+1) × 2^127 / N) | kept |
 * | `{ shards }` | the open shard that owns its hash key | the first record's | the first record's hash key | kept until the shard map changes |
 * | `'partitionKey'` | the open aggregate of its partition key | that key | absent | kept |
 * | `'first'` | the one open aggregate | the first record's | the first record's own, or absent | within an aggregate |
 *
 * **What is safe.** A KCL consumer knows its shard's hash key range. It silently drops a whole aggregate as soon as the hash
 * key of one user record lies outside that range (`AggregatorUtil.deaggregate` of amazon-kinesis-client). Under every
 * routing except `'first'`, all user records of an aggregate have one hash key, and it is the aggregate's own. So no such
 * filter and no reshard can lose one of them. For this, the aggregate's explicit hash key is written on every user record,
 * at 2 bytes each and one table entry; under `'partitionKey'` nothing needs writing.
 *
 * **What each costs.**
 *
 * - `'pinned'`: the fewest and fullest aggregates, and no call to AWS. One partition key's records spread over the
 *   shards, aggregate by aggregate, so there is no order across aggregates.
 * - `{ lanes: N }`, an integer from 1 to 1024: keeps the order per partition key, across reshards too, and under
 *   Lambda's `ParallelizationFactor`, if you send a lane's aggregates one after the other and all producers use the same
 *   N. Up to N aggregates fill side by side. The outer partition key names the lane, not a user record.
 * - `{ shards }`: a record stays on the shard that it would go to alone. You fetch the map, and keep it current with
 *   {@link RecordAggregator.setShards}. A stale map costs order and balance, never a record.
 * - `'partitionKey'`: nothing synthetic is written, but an aggregate holds records of one partition key only. Good for
 *   few, busy keys.
 * - `'first'`: the bytes of the older aggregation packages, for producers that must match them. **It can lose records**:
 *   its aggregates mix hash keys, so a KCL consumer drops those that hold a record of another shard.
 *
 * **A user record with an explicit hash key of its own** keeps it, and is aggregated only with records of that same
 * explicit hash key (under `'partitionKey'`: of that same pair), in an open aggregate of its own whose outer
 * `PartitionKey` is the first such record's. Random explicit hash keys therefore mean no aggregation. Under `'first'`
 * such a record joins the one open aggregate like any other.
 *
 * **Not on streams with AUTO record distribution.** There, Kinesis ignores partition keys and explicit hash keys, and
 * KCL consumers silently drop aggregates. Do not aggregate on such a stream, under any routing.
 * Source: "Aggregation is not supported on service-managed streams", Kinesis Data Streams Developer Guide.
 *
 * @example
 * ```ts
 * import { RecordAggregator, type Routing } from 'kinesis-agg';
 *
 * const ordered: Routing = { lanes: 16 };
 * const aggregator = new RecordAggregator({ routing: ordered });
 * aggregator.addUserRecord({ partitionKey: 'order-17', data: 'created' });
 * const [entry] = aggregator.flush();
 * console.log(entry?.PartitionKey.startsWith('lane-')); // true
 * ```
 */
export type Routing = 'pinned' | 'partitionKey' | 'first' | LaneRouting | ShardRouting;

/**
 * Routing by lanes: the space of hash keys is cut into equal parts, with one open aggregate for each.
 *
 * @see {@link Routing} for what it guarantees and costs.
 *
 * @example
 * ```ts
 * import { aggregate, type LaneRouting } from 'kinesis-agg';
 *
 * const routing: LaneRouting = { lanes: 4 };
 * console.log(aggregate([{ partitionKey: 'a', data: 'x' }], { routing }).map((entry) => entry.PartitionKey));
 * // [ 'lane-0-of-4' ]
 * ```
 */
export interface LaneRouting {
  /** Number of lanes: an integer from 1 to 1024, the same in all producers of a stream. */
  lanes: number;
  /** Not beside `lanes`: a routing is one or the other. */
  shards?: undefined;
}

/**
 * Routing by shards: there is one open aggregate for each open shard of the stream.
 *
 * @see {@link Routing} for what it guarantees and costs.
 *
 * @example
 * ```ts
 * import { aggregate, type ShardRouting } from 'kinesis-agg';
 *
 * const routing: ShardRouting = {
 *   shards: [{ HashKeyRange: { StartingHashKey: '0', EndingHashKey: '340282366920938463463374607431768211455' } }],
 * };
 * console.log(aggregate([{ partitionKey: 'a', data: 'x' }], { routing }).map((entry) => entry.ExplicitHashKey));
 * // [ '16955237001963240173058271559858726497' ]
 * ```
 */
export interface ShardRouting {
  /**
   * The stream's shards, as `ListShards` of AWS SDK v3 returns them. Closed shards may be among them and are ignored. The
   * hash key ranges of the open ones must cover 0 to 2^128 - 1 without a hole or an overlap.
   */
  shards: readonly Shard[];
  /** Not beside `shards`: a routing is one or the other. */
  lanes?: undefined;
}

/**
 * An inclusive range of hash keys, as decimal strings: the `HashKeyRange` of AWS SDK v3.
 *
 * The fields may be undefined only so that the SDK's type fits. At run time, undefined is refused.
 *
 * Source: `HashKeyRange` in the Kinesis Data Streams API Reference.
 *
 * @example
 * ```ts
 * import type { HashKeyRange } from 'kinesis-agg';
 *
 * const lowerHalf: HashKeyRange = {
 *   StartingHashKey: '0',
 *   EndingHashKey: '170141183460469231731687303715884105727',
 * };
 * ```
 */
export interface HashKeyRange {
  /** First hash key of the range: a decimal in 0 to 2^128 - 1. */
  StartingHashKey: string | undefined;
  /** Last hash key of the range, itself included: a decimal in 0 to 2^128 - 1. */
  EndingHashKey: string | undefined;
}

/**
 * A shard: the `Shard` of AWS SDK v3. Only its hash key range and the end of its sequence numbers are read.
 *
 * A shard is open as long as it has no `EndingSequenceNumber`.
 *
 * Source: `Shard` and `ListShards` in the Kinesis Data Streams API Reference.
 *
 * @example
 * ```ts
 * import type { Shard } from 'kinesis-agg';
 *
 * const only: Shard = {
 *   ShardId: 'shardId-000000000000',
 *   HashKeyRange: { StartingHashKey: '0', EndingHashKey: '340282366920938463463374607431768211455' },
 *   SequenceNumberRange: { StartingSequenceNumber: '49590338271490256608559692538361571095921575989136588898' },
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
  /** The hash keys that the shard owns. Undefined only so that the SDK's type fits; refused for an open shard. */
  HashKeyRange: HashKeyRange | undefined;
  /** The shard's sequence numbers. Absent means that the shard is open. */
  SequenceNumberRange?: SequenceNumberRange | undefined;
}

/**
 * The sequence numbers of a shard: the `SequenceNumberRange` of AWS SDK v3.
 *
 * @example
 * ```ts
 * import type { SequenceNumberRange } from 'kinesis-agg';
 *
 * const open: SequenceNumberRange = {
 *   StartingSequenceNumber: '49590338271490256608559692538361571095921575989136588898',
 * };
 * ```
 */
export interface SequenceNumberRange {
  /** First sequence number; not read. */
  StartingSequenceNumber?: string | undefined;
  /** Last sequence number of a closed shard; absent on an open one. */
  EndingSequenceNumber?: string | undefined;
}

/**
 * Options of a {@link RecordAggregator}; every field has a default.
 *
 * @example
 * ```ts
 * import { type AggregatorOptions, RecordAggregator } from 'kinesis-agg';
 *
 * // Two 25 KB PUT payload units per aggregate, the KPL's own default size.
 * const options: AggregatorOptions = { maxAggregateBytes: 51_200, maxUserRecords: 1000 };
 * const aggregator = new RecordAggregator(options);
 * ```
 */
export interface AggregatorOptions {
  /**
   * Which records share an aggregate.
   *
   * | `routing` | a record joins | order per partition key | |
   * |---|---|---|---|
   * | `'pinned'` | the one open aggregate | within an aggregate | fewest, fullest aggregates |
   * | `{ lanes: N }` | one of N lanes, by its hash key | kept, also across reshards | for ordered consumers |
   * | `{ shards }` | the aggregate of its shard | kept until the shards change | needs a shard map |
   * | `'partitionKey'` | the aggregate of its partition key | kept | for few, busy keys |
   * | `'first'` | the one open aggregate | within an aggregate | **a KCL can drop its aggregates** |
   *
   * {@link Routing} says more.
   *
   * @defaultValue `'pinned'`
   */
  routing?: Routing | undefined;
  /**
   * The stream's own limit for one record, in bytes of data plus UTF-8 bytes of the partition key: an integer from
   * 64 to 10 485 760. More than the default only for a stream whose `MaxRecordSizeInKiB` was raised (`UpdateMaxRecordSize`).
   *
   * @defaultValue `1_048_576` (1 MiB)
   */
  maxRecordBytes?: number | undefined;
  /**
   * Size at which an aggregate closes, counted as for `maxRecordBytes`: an integer from 64 to `maxRecordBytes`. No
   * aggregate is larger, except for a lone user record that is itself larger.
   *
   * The default is two PUT payload units, as in the KPL. Much larger aggregates fill the shards unevenly: with 1 MiB, half
   * of a producer's records went to one of four shards.
   *
   * @defaultValue `51_200`, or `maxRecordBytes` if that is less
   */
  maxAggregateBytes?: number | undefined;
  /**
   * Largest number of user records in an aggregate: an integer of 1 or more. With N, an aggregate closes when record
   * N + 1 comes, not when it has become full.
   *
   * @defaultValue no limit
   */
  maxUserRecords?: number | undefined;
  /**
   * Largest number of aggregates that are open at one time: an integer of 1 or more. When another one must open, the
   * least recently used one closes. Memory is at most 2.5 times this number times `maxAggregateBytes` (or the largest
   * record, if that is larger).
   *
   * @defaultValue `64`, or the number of lanes or shards if that is more
   */
  maxOpenAggregates?: number | undefined;
  /**
   * Whether a lone user record is written in the aggregated format. With `true` it is, so that it keeps its explicit hash
   * key. With `false` it is sent as it is, under its own partition key and explicit hash key, unless its data begins with
   * the magic number of the format. The KPL sends it as it is (`kinesis_record.cc` of amazon-kinesis-producer). `false` is
   * refused beside lanes, where the outer partition key is not the record's.
   *
   * With `true`, too, a record that fits only as it is, is sent as it is (except under lanes, and except for data that
   * begins with the magic number).
   *
   * @defaultValue `true`
   */
  wrapSingle?: boolean | undefined;
  /**
   * What to do with data that is itself an aggregated record with a right checksum. No consumer opens an aggregate inside
   * an aggregate, so `'refuse'` refuses it with `ERR_KPL_DATA`. `'keep'` takes it as the bytes that it is: for those who
   * pass on bytes of strangers. Finding out costs nothing unless data begins with the magic number.
   *
   * @defaultValue `'refuse'`
   */
  nested?: 'refuse' | 'keep' | undefined;
  /**
   * What to do with the explicit hash keys that records bring. `'keep'` keeps them, see {@link Routing}. `'ignore'` routes
   * the records as if they had none, and does not look at them: for a relay of a stream whose producers write odd ones.
   *
   * @defaultValue `'keep'`
   */
  explicitHashKeys?: 'keep' | 'ignore' | undefined;
}

/**
 * Data of a user record: bytes, or a string, which is written as UTF-8.
 *
 * Of a view, the bytes that it shows are taken, in memory order. A lone surrogate in a string becomes U+FFFD. The JSON of a
 * Buffer, which a queue or a state machine makes of one, stands for its bytes. Any other object is refused.
 *
 * @example
 * ```ts
 * import type { UserRecordData } from 'kinesis-agg';
 *
 * const several: UserRecordData[] = ['text', Buffer.from('text'), new Uint8Array([1, 2]), new ArrayBuffer(8)];
 * ```
 */
export type UserRecordData =
  | string
  | ArrayBufferView
  | ArrayBuffer
  | {
      /** What `JSON.stringify` calls a Buffer. */
      readonly type: 'Buffer';
      /** Its bytes, each from 0 to 255. */
      readonly data: readonly number[];
    };

/**
 * A user record to be aggregated, in either spelling: camelCase, or PascalCase as AWS SDK v3 has it.
 *
 * A {@link UserRecord} is one too, so `aggregate(deaggregate(records))` passes records on. Its other fields are not read,
 * and one whose `partitionKey` is null is refused. An {@link AggregatedRecord} is refused: it is already aggregated.
 *
 * Do not mix the two in one record. A record is never changed, and nothing of it is kept: you may reuse its buffer as soon
 * as the call has returned.
 *
 * @example
 * ```ts
 * import { aggregate, type UserRecordInput } from 'kinesis-agg';
 *
 * const records: UserRecordInput[] = [
 *   { partitionKey: 'a', data: 'x' },
 *   { PartitionKey: 'b', Data: Buffer.from('yz') },
 * ];
 * console.log(aggregate(records).map((entry) => entry.userRecordCount)); // [ 2 ]
 * ```
 */
export type UserRecordInput = CamelCaseUserRecordInput | PascalCaseUserRecordInput | UserRecord;

/**
 * A user record to be aggregated, in camelCase.
 *
 * @example
 * ```ts
 * import type { CamelCaseUserRecordInput } from 'kinesis-agg';
 *
 * const record: CamelCaseUserRecordInput = { partitionKey: 'b', data: 'yz', explicitHashKey: 9n };
 * ```
 */
export interface CamelCaseUserRecordInput {
  /** Partition key: 1 to 256 Unicode code points, without a lone surrogate. */
  partitionKey: string;
  /** The bytes to carry; may be empty. */
  data: UserRecordData;
  /**
   * Explicit hash key: an integer in 0 to 2^128 - 1, as a bigint or as a decimal string without sign and leading
   * zeros. Null and undefined mean none.
   */
  explicitHashKey?: string | bigint | null | undefined;
  /** Belongs to the other spelling. */
  PartitionKey?: undefined;
  /** Belongs to the other spelling. */
  Data?: undefined;
  /** Belongs to the other spelling. */
  ExplicitHashKey?: undefined;
  /** Belongs to an {@link AggregatedRecord}. */
  userRecordCount?: undefined;
  /** Belongs to the `kinesis` part of a Lambda record, whose data is base64. */
  kinesisSchemaVersion?: undefined;
}

/**
 * A user record to be aggregated, in PascalCase: accepts the `PutRecordsRequestEntry` of AWS SDK v3.
 *
 * `PartitionKey` and `Data` may be undefined only so that the SDK's type fits. At run time both must be there.
 *
 * @example
 * ```ts
 * import type { PascalCaseUserRecordInput } from 'kinesis-agg';
 *
 * const record: PascalCaseUserRecordInput = { PartitionKey: 'b', Data: Buffer.from('yz'), ExplicitHashKey: '9' };
 * ```
 */
export interface PascalCaseUserRecordInput {
  /** Partition key: 1 to 256 Unicode code points, without a lone surrogate. */
  PartitionKey?: string | undefined;
  /** The bytes to carry; may be empty. */
  Data: UserRecordData | undefined;
  /**
   * Explicit hash key: an integer in 0 to 2^128 - 1, as a bigint or as a decimal string without sign and leading
   * zeros. Null and undefined mean none.
   */
  ExplicitHashKey?: string | bigint | null | undefined;
  /** Belongs to the other spelling. */
  partitionKey?: undefined;
  /** Belongs to the other spelling. */
  data?: undefined;
  /** Belongs to the other spelling. */
  explicitHashKey?: undefined;
  /** Belongs to an {@link AggregatedRecord}. */
  userRecordCount?: undefined;
}

/**
 * One record for PutRecords: a `PutRecordsRequestEntry` of AWS SDK v3 as it stands.
 *
 * A `PutRecords` request takes at most 500 of them and at most 10 MiB, `PartitionKey` in UTF-8 included. You split requests,
 * and retry the records that have an `ErrorCode` in the answer. (`FailedRecordCount` counts them.)
 *
 * Source: `PutRecords` in the Kinesis Data Streams API Reference.
 *
 * @example
 * ```ts
 * import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
 * import { aggregate, type AggregatedRecord } from 'kinesis-agg';
 *
 * const client = new KinesisClient({ region: 'eu-central-1' });
 *
 * export async function put(StreamName: string, messages: string[]): Promise<AggregatedRecord[]> {
 *   const entries = aggregate(messages.map((data, i) => ({ partitionKey: `message-${i}`, data })));
 *   const { Records = [] } = await client.send(new PutRecordsCommand({ StreamName, Records: entries }));
 *   return entries.filter((_, i) => Records[i]?.ErrorCode !== undefined); // to be sent again
 * }
 * ```
 */
export interface AggregatedRecord {
  /** Partition key to put the record with; the {@link Routing} chooses it. */
  PartitionKey: string;
  /** Explicit hash key to put the record with, a decimal; the property is absent where there is none. */
  ExplicitHashKey?: string;
  /**
   * The bytes to put. Together with the UTF-8 bytes of `PartitionKey` they are at most `maxAggregateBytes`, or
   * `maxRecordBytes` for a lone record.
   */
  Data: Buffer;
  /** Number of user records in `Data`, 1 or more. Not part of the request; the SDK leaves it out. */
  userRecordCount: number;
}

/**
 * Collects user records into aggregates and hands over each aggregate once, when it closes.
 *
 * An aggregate closes when a record that belongs to it cannot join it (`maxAggregateBytes`, `maxUserRecords`), when another
 * aggregate must open and `maxOpenAggregates` are open, or at {@link RecordAggregator.flush}. It never closes because it
 * has just become full, and never by time. So call `flush` at the end, and whenever records must not wait. Sizes are exact.
 *
 * **How aggregates are handed over.** Without a callback, as return values. With one or more callbacks
 * ({@link RecordAggregator.onRecordComplete}), to each callback, and no longer as return values. Either way exactly once.
 *
 * A record that is refused changes nothing.
 *
 * @example
 * ```ts
 * import { RecordAggregator } from 'kinesis-agg';
 *
 * const aggregator = new RecordAggregator({ maxUserRecords: 2 });
 * const closed = [];
 * for (const data of ['one', 'two', 'three']) {
 *   const aggregate = aggregator.addUserRecord({ partitionKey: 'a', data });
 *   if (aggregate) closed.push(aggregate);
 * }
 * closed.push(...aggregator.flush());
 * console.log(closed.map((aggregate) => aggregate.userRecordCount)); // [ 2, 1 ]
 * ```
 */
export class RecordAggregator {
  /**
   * Makes an aggregator with no open aggregate.
   *
   * @param options - Routing and limits.
   * @throws KplError with `ERR_KPL_OPTION` for an option out of its range, or `wrapSingle: false` beside lanes;
   * `ERR_KPL_SHARD_MAP` for shards that leave a hole or overlap.
   */
  constructor(options?: AggregatorOptions);

  /**
   * Adds one user record, and closes at most one aggregate for it.
   *
   * A record that alone is larger than `maxAggregateBytes`, but not larger than `maxRecordBytes`, closes its open aggregate
   * and opens one of its own that nothing can join.
   *
   * @param record - The record; neither changed nor kept.
   * @returns The aggregate that was closed, or undefined if none was, or if a callback is registered.
   * @throws KplError with `ERR_KPL_PARTITION_KEY`, `ERR_KPL_EXPLICIT_HASH_KEY` or `ERR_KPL_DATA` for a bad field;
   * `ERR_KPL_RECORD_TOO_LARGE` for a record that cannot fit into `maxRecordBytes`. The aggregator is then as it was before.
   * @throws What a callback threw, after the record was taken; see {@link RecordAggregator.onRecordComplete}.
   */
  addUserRecord(record: UserRecordInput): AggregatedRecord | undefined;

  /**
   * Adds many user records, all or none: every record is checked before the first is taken.
   *
   * @param records - The records, in order.
   * @returns The aggregates that were closed, in order; empty if a callback is registered.
   * @throws KplError as `addUserRecord` does, with the record's position as `recordIndex`. Nothing has been added then.
   * @throws What a callback threw, after all records were taken.
   */
  addUserRecords(records: Iterable<UserRecordInput>): AggregatedRecord[];

  /**
   * Closes every open aggregate.
   *
   * @returns The aggregates in the order in which they were opened; empty if a callback is registered.
   * @throws What a callback threw, after all aggregates were offered.
   */
  flush(): AggregatedRecord[];

  /**
   * Forgets every open aggregate, handing none over. **The user records in them are lost.** Callbacks stay.
   */
  clear(): void;

  /**
   * Registers a callback for every aggregate from now on; the methods then return `undefined` or `[]`.
   *
   * Each registered callback gets each aggregate once, synchronously, before the call that closed it returns. Callbacks run
   * in the order of registration. Their return values are ignored: a promise is not awaited.
   *
   * The aggregator's state is complete before a callback runs. If one throws, the record that closed the aggregate has
   * been taken all the same. Every closed aggregate of the call is still offered to every callback, and then the first
   * error is thrown. A call on the aggregator from inside a callback takes effect at once; the aggregates that it closes are
   * delivered after those that were already waiting.
   *
   * @param callback - Called with each aggregate.
   * @returns The aggregator itself.
   *
   * @example
   * ```ts
   * import { RecordAggregator } from 'kinesis-agg';
   *
   * const aggregator = new RecordAggregator().onRecordComplete((aggregate) => {
   *   console.log(aggregate.userRecordCount); // 1
   * });
   * aggregator.addUserRecord({ partitionKey: 'a', data: 'x' });
   * aggregator.flush();
   * ```
   */
  onRecordComplete(callback: (aggregate: AggregatedRecord) => void): this;

  /**
   * Removes every callback, so that aggregates are return values again.
   */
  clearCallbacks(): void;

  /**
   * Tells whether a record would go in without closing or evicting an aggregate. It changes nothing.
   *
   * @param record - The record in question.
   * @returns False also for a record that cannot fit at all.
   * @throws KplError with `ERR_KPL_PARTITION_KEY`, `ERR_KPL_EXPLICIT_HASH_KEY` or `ERR_KPL_DATA` for a bad field.
   */
  fits(record: UserRecordInput): boolean;

  /**
   * Takes a new shard map after a reshard, and re-routes the user records that are still open.
   *
   * @param shards - The stream's shards, as {@link ShardRouting.shards}.
   * @returns The aggregates that the re-routing closed, in order; empty if a callback is registered.
   * @throws KplError with `ERR_KPL_OPTION` under a routing other than shards; `ERR_KPL_SHARD_MAP` for shards that
   * leave a hole or overlap. The old map then stays.
   * @throws What a callback threw, after the map was taken.
   *
   * @example
   * ```ts
   * import { RecordAggregator } from 'kinesis-agg';
   *
   * const shard = (StartingHashKey: string, EndingHashKey: string) => ({
   *   HashKeyRange: { StartingHashKey, EndingHashKey },
   * });
   * const aggregator = new RecordAggregator({
   *   routing: { shards: [shard('0', '340282366920938463463374607431768211455')] },
   * });
   * aggregator.setShards([
   *   shard('0', '170141183460469231731687303715884105727'),
   *   shard('170141183460469231731687303715884105728', '340282366920938463463374607431768211455'),
   * ]);
   * ```
   */
  setShards(shards: readonly Shard[]): AggregatedRecord[];

  /**
   * Number of user records in all open aggregates.
   */
  readonly userRecordCount: number;

  /**
   * Sum of the `Data.length` that {@link RecordAggregator.flush} would give now, in bytes; 0 when nothing is open.
   * Outer partition keys do not count.
   */
  readonly sizeBytes: number;
}

/**
 * Aggregates user records that you have already: a {@link RecordAggregator} filled and flushed in one call.
 *
 * @param records - The records, in order; neither changed nor kept.
 * @param options - Routing and limits.
 * @returns The aggregates in the order in which they closed; no records give none.
 * @throws KplError with `ERR_KPL_OPTION` or `ERR_KPL_SHARD_MAP` for bad options; `ERR_KPL_PARTITION_KEY`,
 * `ERR_KPL_EXPLICIT_HASH_KEY`, `ERR_KPL_DATA` or `ERR_KPL_RECORD_TOO_LARGE` for a bad record, with its position as
 * `recordIndex`.
 *
 * @example
 * ```ts
 * import { aggregate } from 'kinesis-agg';
 *
 * const records = [
 *   { partitionKey: 'pk', data: 'hello' },
 *   { partitionKey: 'pk', data: 'world' },
 *   { partitionKey: 'other', data: '' },
 * ];
 * for (const entry of aggregate(records, { routing: 'first' })) console.log(entry.Data.toString('hex'));
 * // f3899ac20a02706b0a056f746865721a0908001a0568656c6c6f1a0908001a05776f726c641a0408011a0073526bae5653a82938471394ccf8c95a
 * ```
 */
export function aggregate(records: Iterable<UserRecordInput>, options?: AggregatorOptions): AggregatedRecord[];

// -------------------------------------------------------------------------------------------------- deaggregation

// `R & {}` in the options of the functions below keeps R from being inferred from a callback: the records alone say
// what they are (NoInfer would need TypeScript 5.4).

/**
 * A record as Kinesis or one of its readers delivers it, aggregated or not.
 *
 * The shapes are told apart by their fields: `kinesis` (Lambda), `Data` (AWS SDK v3), `kinesisStreamRecordMetadata`
 * (Kinesis Analytics), `recordId` (Firehose), `data` alone (the `kinesis` part of a Lambda record). A record is never
 * changed.
 *
 * @example
 * ```ts
 * import { deaggregate, type KinesisRecord } from 'kinesis-agg';
 *
 * const record: KinesisRecord = { Data: Buffer.from('not aggregated'), PartitionKey: 'a', SequenceNumber: '1' };
 * console.log(deaggregate(record).length); // 1
 * ```
 */
export type KinesisRecord = LambdaRecord | LambdaRecordPayload | SdkRecord | FirehoseRecord | AnalyticsRecord;

/**
 * A record of a Lambda event: accepts `KinesisStreamRecord` of `@types/aws-lambda`.
 *
 * Source: "Using Lambda to process records from Amazon Kinesis Data Streams", AWS Lambda Developer Guide.
 *
 * @example
 * ```ts
 * import type { LambdaRecord } from 'kinesis-agg';
 *
 * const record: LambdaRecord = {
 *   eventID: 'shardId-000000000006:49590338271490256608559692538361571095921575989136588898',
 *   kinesis: {
 *     partitionKey: '1',
 *     sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
 *     data: 'SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==',
 *     approximateArrivalTimestamp: 1545084650.987,
 *   },
 * };
 * ```
 */
export interface LambdaRecord {
  /** The Kinesis record itself. */
  kinesis: LambdaRecordPayload;
  /** Region of the stream; not read. */
  awsRegion?: string | undefined;
  /** Shard and sequence number; not read. */
  eventID?: string | undefined;
  /** `aws:kinesis:record`; not read. */
  eventName?: string | undefined;
  /** `aws:kinesis`; not read. */
  eventSource?: string | undefined;
  /** The stream's ARN; not read. */
  eventSourceARN?: string | undefined;
  /** Version of the event's format; not read. */
  eventVersion?: string | undefined;
  /** The function's role; not read. */
  invokeIdentityArn?: string | undefined;
}

/**
 * The `kinesis` part of a Lambda record: accepts `KinesisStreamRecordPayload` of `@types/aws-lambda`.
 *
 * @example
 * ```ts
 * import { deaggregate, type LambdaRecordPayload } from 'kinesis-agg';
 *
 * const payload: LambdaRecordPayload = { partitionKey: '1', sequenceNumber: '2', data: 'eA==' };
 * for (const record of deaggregate(payload)) console.log(record.data.toString()); // x
 * ```
 */
export interface LambdaRecordPayload {
  /** The record's data, base64. */
  data: string;
  /** Sequence number within the shard, a decimal. */
  sequenceNumber: string;
  /** Partition key; null or absent on a stream with AUTO record distribution. */
  partitionKey?: string | null | undefined;
  /** When the record arrived, in seconds since 1970; handed through. */
  approximateArrivalTimestamp?: number | undefined;
  /** Version of the format; not read. */
  kinesisSchemaVersion?: string | undefined;
}

/**
 * A record of `GetRecords` or `SubscribeToShard`: accepts `_Record` of AWS SDK v3, and what the AWS CLI prints.
 *
 * `Data` may be undefined only so that the SDK's type fits.
 *
 * Source: `Record` in the Kinesis Data Streams API Reference.
 *
 * @example
 * ```ts
 * import { deaggregate, type SdkRecord } from 'kinesis-agg';
 *
 * const record: SdkRecord = { Data: Buffer.from('x'), PartitionKey: '1', SequenceNumber: '2' };
 * for (const { sequenceNumber } of deaggregate(record)) console.log(sequenceNumber); // 2
 * ```
 */
export interface SdkRecord {
  /** The record's data: bytes, or base64 as the AWS CLI prints it. */
  Data: Uint8Array | string | undefined;
  /** Sequence number within the shard, a decimal; `''` comes out where it is absent. */
  SequenceNumber?: string | undefined;
  /** Partition key; absent where a stream with AUTO record distribution got none. */
  PartitionKey?: string | null | undefined;
  /** When the record arrived; handed through. A Date from AWS SDK v3, a number or a string from the AWS CLI. */
  ApproximateArrivalTimestamp?: Date | number | string | undefined;
  /** `NONE` or `KMS`; not read. */
  EncryptionType?: string | undefined;
}

/**
 * A record that Firehose hands to a transformation Lambda: accepts `FirehoseTransformationEventRecord` of
 * `@types/aws-lambda`.
 *
 * A record that came by Direct PUT has no `kinesisRecordMetadata`; its `sequenceNumber` comes out as `''`.
 *
 * Source: "Transform source data in Amazon Data Firehose", Amazon Data Firehose Developer Guide.
 *
 * @example
 * ```ts
 * import { deaggregate, type FirehoseRecord } from 'kinesis-agg';
 *
 * const record: FirehoseRecord = { recordId: '1', data: 'eA==', approximateArrivalTimestamp: 1545084650987 };
 * for (const { data } of deaggregate(record)) console.log(data.toString()); // x
 * ```
 */
export interface FirehoseRecord {
  /** Firehose's name for the record. Your answer must repeat it. */
  recordId: string;
  /** The record's data, base64. */
  data: string;
  /** When the record arrived, in milliseconds since 1970; handed through. */
  approximateArrivalTimestamp?: number | undefined;
  /** Where the record comes from, if it comes from a Kinesis stream. */
  kinesisRecordMetadata?: FirehoseRecordMetadata | undefined;
}

/**
 * The stream's part of a Firehose record.
 *
 * @example
 * ```ts
 * import type { FirehoseRecordMetadata } from 'kinesis-agg';
 *
 * const metadata: FirehoseRecordMetadata = { shardId: 'shardId-000000000000', partitionKey: '1', sequenceNumber: '2' };
 * ```
 */
export interface FirehoseRecordMetadata {
  /** Sequence number within the shard, a decimal. */
  sequenceNumber: string;
  /** Partition key. */
  partitionKey?: string | null | undefined;
  /** The shard's name; not read. */
  shardId?: string | undefined;
  /** When the record arrived; not read, the record's own is. */
  approximateArrivalTimestamp?: number | string | undefined;
  /**
   * Firehose's own sub-sequence number, with a small n. It is set, and kept, if Firehose itself took the record out of an
   * aggregate; otherwise it is `''`.
   */
  subsequenceNumber?: string | number | undefined;
}

/**
 * A record that Kinesis Analytics for SQL hands to a preprocessing Lambda.
 *
 * Source: "Preprocessing Data Using a Lambda Function", Amazon Kinesis Data Analytics for SQL Applications Developer
 * Guide.
 *
 * @example
 * ```ts
 * import { deaggregate, type AnalyticsRecord } from 'kinesis-agg';
 *
 * const record: AnalyticsRecord = {
 *   recordId: '1',
 *   data: 'eA==',
 *   kinesisStreamRecordMetadata: { shardId: 'shardId-000000000000', partitionKey: '1', sequenceNumber: '2' },
 * };
 * for (const { partitionKey } of deaggregate(record)) console.log(partitionKey); // 1
 * ```
 */
export interface AnalyticsRecord {
  /** The service's name for the record. Your answer must repeat it. */
  recordId: string;
  /** The record's data, base64. */
  data: string;
  /** Where the record comes from. */
  kinesisStreamRecordMetadata: AnalyticsRecordMetadata;
}

/**
 * The stream's part of a Kinesis Analytics record.
 *
 * @example
 * ```ts
 * import type { AnalyticsRecordMetadata } from 'kinesis-agg';
 *
 * const metadata: AnalyticsRecordMetadata = { shardId: 'shardId-000000000000', partitionKey: '1', sequenceNumber: '2' };
 * ```
 */
export interface AnalyticsRecordMetadata {
  /** Sequence number within the shard, a decimal. */
  sequenceNumber: string;
  /** Partition key. */
  partitionKey?: string | null | undefined;
  /** The shard's name; not read. */
  shardId?: string | undefined;
  /** When the record arrived, in milliseconds since 1970; handed through. */
  approximateArrivalTimestamp?: number | undefined;
}

/**
 * How to deaggregate; every field has a default.
 *
 * A *broken* record begins with the magic number of the format and yet does not hold up: its checksum is wrong, its
 * protobuf is malformed, or a table index in it points nowhere. By default it comes out whole, as one raw record with
 * `decodeError`. Nothing is lost, and nothing is silent.
 *
 * @typeParam R - The type of the Kinesis records, as `onBroken` gets them.
 *
 * @example
 * ```ts
 * import { deaggregate, type DeaggregateOptions } from 'kinesis-agg';
 *
 * const options: DeaggregateOptions = {
 *   onBroken: (error) => console.log(error.code), // ERR_KPL_MALFORMED
 * };
 * const magicAlone = Buffer.from('f3899ac2', 'hex');
 * console.log(deaggregate({ Data: magicAlone, PartitionKey: 'a', SequenceNumber: '1' }, options).length); // 1
 * ```
 */
export interface DeaggregateOptions<R extends KinesisRecord = KinesisRecord> {
  /**
   * Whether the MD5 of every aggregate is checked, as the KCL does. Without the check, a damaged record can come out as
   * damaged user records.
   *
   * @defaultValue `true`
   */
  verifyChecksum?: boolean | undefined;
  /**
   * Whether a broken record throws instead of passing through with `decodeError`. `onBroken` hears of it first.
   *
   * @defaultValue `false`
   */
  strict?: boolean | undefined;
  /**
   * Hears of each broken record, with what is wrong and the Kinesis record itself.
   *
   * @defaultValue none
   */
  onBroken?: ((error: KplError, record: R) => void) | undefined;
  /**
   * The hash key range of the shard that the records come from. It keeps what the KCL would keep for that shard.
   *
   * One user record whose hash key lies outside drops its whole aggregate, as in `AggregatorUtil` of
   * amazon-kinesis-client. The hash key is the explicit one as written, or else that of the partition key as it is handed
   * out. An explicit hash key that is not a number in 0 to 2^128 - 1 is outside every range. Whether a record is broken is
   * judged first. Records that are not aggregated are never dropped.
   *
   * @defaultValue none: everything is kept
   */
  hashKeyRange?: HashKeyRange | undefined;
  /**
   * A position in the shard. Records at or before it are left out; those after it keep their numbers. Use it to go on where
   * you stopped.
   *
   * Kinesis records before the position are not read at all. The records must come from one shard, and each must have a
   * sequence number: `ERR_KPL_KINESIS_RECORD` otherwise. `hashKeyRange` judges the whole aggregate first.
   *
   * @defaultValue none: everything is kept
   */
  after?: Position | undefined;
  /**
   * Whether each user record's `data` is a copy of its own. Otherwise it is a view into its Kinesis record's payload: cheap,
   * but one small view that you keep keeps the whole payload in memory, up to 10 MiB. The payload may be the very bytes of
   * the record that you passed. Set `copy` if you keep a few records for long, or if you reuse your own buffers. Then nothing
   * that comes out holds memory of yours, of the payload, or of a longer string.
   *
   * @defaultValue `false`
   */
  copy?: boolean | undefined;
}

/**
 * A place in a shard: a user record, or without `subSequenceNumber` a whole Kinesis record. Every {@link UserRecord} is
 * one.
 *
 * @example
 * ```ts
 * import { deaggregate, type Position } from 'kinesis-agg';
 *
 * const done: Position = { sequenceNumber: '7' };
 * const records = ['7', '8'].map((SequenceNumber) => ({ Data: Buffer.from('x'), PartitionKey: 'a', SequenceNumber }));
 * console.log(deaggregate(records, { after: done }).map(({ sequenceNumber }) => sequenceNumber)); // [ '8' ]
 * ```
 */
export interface Position {
  /** Sequence number of the Kinesis record, a decimal of any length. */
  sequenceNumber: string;
  /** Position in the aggregate, from 0. Absent, undefined or null: the whole Kinesis record. */
  subSequenceNumber?: number | null | undefined;
}

/**
 * Compares two positions in a shard, for `sort` and for checkpoints.
 *
 * Sequence numbers count first, as integers of any length, then sub-sequence numbers. A position without a sub-sequence
 * number is after every user record of its Kinesis record, so `{ sequenceNumber }` means that all of it is done. The KCL
 * differs: it takes an absent sub-sequence number for 0, and so repeats the rest of the aggregate.
 *
 * @param a - A position.
 * @param b - Another one, in the same shard.
 * @returns -1 if `a` is before `b`, 1 if it is after it, 0 if they are the same.
 * @throws KplError with `ERR_KPL_OPTION` for a sequence number that is not a decimal without leading zeros, or a sub-sequence
 * number that is not an integer of 0 or more.
 *
 * @example
 * ```ts
 * import { comparePositions } from 'kinesis-agg';
 *
 * console.log(comparePositions({ sequenceNumber: '9' }, { sequenceNumber: '10' })); // -1
 * console.log(comparePositions({ sequenceNumber: '9' }, { sequenceNumber: '9', subSequenceNumber: 3 })); // 1
 * ```
 */
export function comparePositions(a: Position, b: Position): -1 | 0 | 1;

/**
 * A user record as it comes out: a plain object, fit for spreading, `toEqual`, `JSON.stringify` and `structuredClone`.
 *
 * @example
 * ```ts
 * import { deaggregate, type UserRecord } from 'kinesis-agg';
 *
 * const [record]: UserRecord[] = deaggregate({ Data: Buffer.from('x'), PartitionKey: '1', SequenceNumber: '2' });
 * console.log(record?.aggregated, record?.subSequenceNumber); // false 0
 * ```
 */
export interface UserRecord {
  /**
   * Partition key that the producer gave to the user record. It is null only for a Kinesis record that is not aggregated and
   * has none. Bytes that are not UTF-8 become U+FFFD, as in the KCL.
   */
  partitionKey: string | null;
  /**
   * Explicit hash key that the producer gave to the user record, usually a decimal, or null.
   *
   * The key that a {@link Routing} writes on every user record of an aggregate is not handed out, so you may aggregate what
   * comes out again, and it is routed like the original. Such a key is the hash key of the Kinesis record's own partition key,
   * or of the lane that this partition key names, on all user records. If the Kinesis record has no partition key, the key
   * cannot be recognised and comes out.
   */
  explicitHashKey: string | null;
  /** The user record's bytes: a view into its Kinesis record's payload, or a copy if `copy` is set. */
  data: Buffer;
  /** Sequence number of the Kinesis record, shared by all user records in it; `''` for Firehose's Direct PUT. */
  sequenceNumber: string;
  /**
   * Position in the aggregate, from 0; 0 for a record that is not aggregated. A record that brings a number of its own was
   * deaggregated before, by the multi-language KCL, by Firehose or by {@link deaggregateRecords}. It keeps that number and is
   * not deaggregated again, whatever its bytes are.
   */
  subSequenceNumber: number;
  /** Whether the record came out of an aggregate. */
  aggregated: boolean;
  /**
   * What is wrong with a record that begins with the magic number and passes through as it is: `ERR_KPL_CHECKSUM`,
   * `ERR_KPL_MALFORMED` or `ERR_KPL_INDEX`. The property is absent on every other record.
   */
  decodeError?: KplErrorCode;
}

/**
 * Deaggregates Kinesis records, all at once.
 *
 * A record that is not aggregated comes out as one user record with `aggregated: false`. Kinesis records keep their
 * order, and user records the order of their aggregate. An aggregate without user records yields nothing.
 *
 * All user records are in memory at the same time. If you handle them one by one, {@link iterDeaggregate} costs less.
 *
 * @param records - One Kinesis record or any iterable of them, in any shape of {@link KinesisRecord}.
 * @param options - Checks, filter and copying.
 * @returns The user records.
 * @throws KplError with `ERR_KPL_KINESIS_RECORD` for a value that is not a Kinesis record in any known shape, with its
 * position as `recordIndex`; `ERR_KPL_OPTION` for a bad option; with `strict`, `ERR_KPL_CHECKSUM`, `ERR_KPL_MALFORMED` or
 * `ERR_KPL_INDEX`.
 * @throws What `onBroken` threw.
 *
 * @example
 * ```ts
 * import type { KinesisStreamEvent } from 'aws-lambda';
 * import { deaggregate } from 'kinesis-agg';
 *
 * export const handler = async (event: KinesisStreamEvent): Promise<void> => {
 *   for (const { partitionKey, data } of deaggregate(event.Records)) {
 *     console.log(partitionKey, data.length);
 *   }
 * };
 * ```
 */
export function deaggregate<R extends KinesisRecord>(
  records: R | Iterable<R>,
  options?: DeaggregateOptions<R & {}>,
): UserRecord[];

/**
 * Deaggregates Kinesis records lazily, and yields user records one by one.
 *
 * Use it first: user records die young, so it costs less time and memory than {@link deaggregate}. You may stop early.
 *
 * Of an array it takes 1, 2, 4, 8 and then 16 Kinesis records at a time, fewer where they are large, and hashes them
 * together. Of any other iterable it takes one at a time, when its first user record is asked for.
 *
 * @param records - One Kinesis record or any iterable of them.
 * @param options - Checks, filter and copying.
 * @returns An iterator. Use it once.
 * @throws KplError as `deaggregate` does, when the record in question is reached.
 *
 * @example
 * ```ts
 * import { aggregate, iterDeaggregate } from 'kinesis-agg';
 *
 * const entries = aggregate(['one', 'two', 'three'].map((data) => ({ partitionKey: 'a', data })));
 * const records = entries.map(({ Data, PartitionKey }, i) => ({ Data, PartitionKey, SequenceNumber: `${i}` }));
 * for (const { data } of iterDeaggregate(records)) {
 *   if (data.equals(Buffer.from('two'))) break;
 *   console.log(data.toString()); // one
 * }
 * ```
 */
export function iterDeaggregate<R extends KinesisRecord>(
  records: R | Iterable<R>,
  options?: DeaggregateOptions<R & {}>,
): IterableIterator<UserRecord>;
/**
 * Deaggregates an asynchronous source lazily: a stream, or a generator that reads a shard.
 *
 * An item is one Kinesis record or an iterable of them, such as the `Records` of `GetRecords`, which are hashed together. An
 * item is pulled when its first user record is asked for, so your pace is the source's. Leaving the loop, `return`, `throw`
 * and an error close the source. It fits between streams as it stands: `pipeline(readable, iterDeaggregate, writable)`. The
 * `signal` that `pipeline` passes as an option is ignored.
 *
 * @param records - An asynchronous iterable. An object that is an iterable, too, is read as that.
 * @param options - Checks, filter and copying.
 * @returns An asynchronous iterator. Use it once.
 * @throws KplError as `deaggregate` does, when the record in question is reached.
 *
 * @example
 * ```ts
 * import { iterDeaggregate } from 'kinesis-agg';
 *
 * async function* shard() {
 *   yield [{ Data: Buffer.from('x'), PartitionKey: 'a', SequenceNumber: '1' }];
 *   yield [{ Data: Buffer.from('y'), PartitionKey: 'a', SequenceNumber: '2' }];
 * }
 * for await (const { data } of iterDeaggregate(shard())) console.log(data.toString());
 * // x
 * // y
 * ```
 */
export function iterDeaggregate<R extends KinesisRecord>(
  records: AsyncIterable<R | Iterable<R>>,
  options?: DeaggregateOptions<R & {}>,
): AsyncIterableIterator<UserRecord>;

/**
 * Deaggregates Kinesis records with hashing and parsing off the event loop.
 *
 * The work does not get shorter, but the event loop stays free meanwhile. Bytes that you own (`Data` of an SDK record) are
 * copied before the call returns, so you may reuse them at once.
 *
 * @param records - One Kinesis record or any iterable of them. It is read to its end before the call returns.
 * @param options - Checks, filter and copying. `onBroken` is called on the event loop, before the promise settles.
 * @returns A promise of what {@link deaggregate} returns; rejected with what it would throw.
 *
 * @example
 * ```ts
 * import { deaggregateAsync } from 'kinesis-agg';
 *
 * const record = { Data: Buffer.from('x'), PartitionKey: '1', SequenceNumber: '2' };
 * deaggregateAsync([record]).then((records) => console.log(records.length)); // 1
 * ```
 */
export function deaggregateAsync<R extends KinesisRecord>(
  records: R | Iterable<R>,
  options?: DeaggregateOptions<R & {}>,
): Promise<UserRecord[]>;

/**
 * Deaggregates Kinesis records into columns, without an object for each user record.
 *
 * This is the fastest way if you read a field or two of each record. The batch keeps the payloads of all its Kinesis records
 * alive as long as it lives, or their copies with `copy`.
 *
 * @param records - One Kinesis record or any iterable of them.
 * @param options - Checks, filter and copying.
 * @returns The user records, by position.
 * @throws KplError as `deaggregate` does.
 * @throws What `onBroken` threw.
 *
 * @example
 * ```ts
 * import { aggregate, decode } from 'kinesis-agg';
 *
 * const entries = aggregate(['one', 'two'].map((data) => ({ partitionKey: 'a', data })));
 * const batch = decode(entries.map(({ Data, PartitionKey }) => ({ Data, PartitionKey, SequenceNumber: '1' })));
 * for (let i = 0; i < batch.length; i++) console.log(batch.text(i));
 * // one
 * // two
 * ```
 */
export function decode<R extends KinesisRecord>(
  records: R | Iterable<R>,
  options?: DeaggregateOptions<R & {}>,
): UserRecordBatch<R>;

/**
 * User records in columns, read by position from 0 to `length - 1`; made by {@link decode}.
 *
 * @typeParam R - The type of the Kinesis records, as {@link UserRecordBatch.source} returns them.
 *
 * @example
 * ```ts
 * import { decode, type UserRecordBatch } from 'kinesis-agg';
 *
 * const batch: UserRecordBatch = decode({ Data: Buffer.from('{"n":1}'), PartitionKey: 'a', SequenceNumber: '2' });
 * for (let i = 0; i < batch.length; i++) {
 *   console.log(batch.partitionKey(i), batch.text(i), batch.json(i)); // a {"n":1} { n: 1 }
 *   console.log(batch.sequenceNumber(i), batch.subSequenceNumber(i), batch.aggregated(i)); // 2 0 false
 * }
 * ```
 */
export class UserRecordBatch<R extends KinesisRecord = KinesisRecord> implements Iterable<UserRecord> {
  private constructor();

  /** Number of user records. */
  readonly length: number;

  /**
   * Partition key of user record `i`, as {@link UserRecord.partitionKey}.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  partitionKey(i: number): string | null;

  /**
   * Explicit hash key of user record `i`, as {@link UserRecord.explicitHashKey}.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  explicitHashKey(i: number): string | null;

  /**
   * Bytes of user record `i`, as {@link UserRecord.data}: a view that keeps its Kinesis record's payload alive, or a
   * copy if `copy` was set. Each call makes a new Buffer.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  data(i: number): Buffer;

  /**
   * Bytes of user record `i` as a string, read as UTF-8; bytes that are not UTF-8 become U+FFFD.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  text(i: number): string;

  /**
   * Bytes of user record `i` read as JSON.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   * @throws `SyntaxError` of `JSON.parse` if they are not JSON.
   */
  json(i: number): unknown;

  /**
   * Sequence number of the Kinesis record of user record `i`, as {@link UserRecord.sequenceNumber}.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  sequenceNumber(i: number): string;

  /**
   * Position of user record `i` in its aggregate, as {@link UserRecord.subSequenceNumber}.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  subSequenceNumber(i: number): number;

  /**
   * Whether user record `i` came out of an aggregate.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  aggregated(i: number): boolean;

  /**
   * When the Kinesis record of user record `i` arrived, as that record says it: a Date from AWS SDK v3, a number of
   * seconds since 1970 from Lambda, of milliseconds from Firehose and Kinesis Analytics, a Date where JSON has made text of
   * one, as the AWS CLI does, undefined where it has none.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  approximateArrivalTimestamp(i: number): Date | number | undefined;

  /**
   * The Kinesis record of user record `i`: the very object that you passed.
   *
   * @param i - Position, from 0 to `length - 1`.
   * @throws `RangeError` for any other.
   */
  source(i: number): R;

  /**
   * All user records as plain objects: what {@link deaggregate} gives.
   */
  toArray(): UserRecord[];

  /**
   * Iterates over the user records as plain objects, made one by one.
   */
  [Symbol.iterator](): IterableIterator<UserRecord>;
}

/**
 * Deaggregates Kinesis records into records of the same shape: Lambda record in, Lambda records out, and so on.
 *
 * Code that was written for raw records then works on aggregated ones. Each user record is a copy of its Kinesis record,
 * with every field that it carried; the data, the partition key and the fields of {@link DeaggregatedRecord} are set.
 * Records that are not aggregated, broken ones, and those that were deaggregated before come back as the same objects. So
 * doing it twice is doing it once.
 *
 * All user records of an aggregate share its sequence number and its `eventID`. A partial batch response that names one of
 * them brings all of them back.
 *
 * @param records - One Kinesis record or any iterable of them.
 * @param options - Checks, filter and copying.
 * @returns The records, in order.
 * @throws KplError as `deaggregate` does.
 * @throws What `onBroken` threw.
 *
 * @example
 * ```ts
 * import type { KinesisStreamEvent } from 'aws-lambda';
 * import { deaggregateRecords } from 'kinesis-agg';
 *
 * const forRawRecords = async (event: KinesisStreamEvent): Promise<void> => {
 *   for (const { kinesis } of event.Records) console.log(Buffer.from(kinesis.data, 'base64').length);
 * };
 *
 * export const handler = (event: KinesisStreamEvent): Promise<void> =>
 *   forRawRecords({ ...event, Records: deaggregateRecords(event.Records) });
 * ```
 */
export function deaggregateRecords<R extends KinesisRecord>(
  records: R | Iterable<R>,
  options?: DeaggregateOptions<R & {}>,
): DeaggregatedRecord<R>[];

/**
 * Deaggregates Kinesis records into records of the same shape, lazily: {@link deaggregateRecords} as an iterator.
 *
 * @param records - One Kinesis record or any iterable of them, taken as {@link iterDeaggregate} takes them.
 * @param options - Checks, filter and copying.
 * @returns An iterator. Use it once.
 * @throws KplError as `deaggregate` does, when the record in question is reached.
 *
 * @example
 * ```ts
 * import { iterDeaggregateRecords } from 'kinesis-agg';
 *
 * const records = [{ recordId: '1', data: 'eA==' }, { recordId: '2', data: 'eQ==' }];
 * for (const { recordId } of iterDeaggregateRecords(records)) console.log(recordId);
 * // 1
 * // 2
 * ```
 */
export function iterDeaggregateRecords<R extends KinesisRecord>(
  records: R | Iterable<R>,
  options?: DeaggregateOptions<R & {}>,
): IterableIterator<DeaggregatedRecord<R>>;
/**
 * Deaggregates an asynchronous source into records of the same shape: {@link deaggregateRecords} for a stream.
 *
 * @param records - An asynchronous iterable; an item is one Kinesis record or an iterable of them.
 * @param options - Checks, filter and copying.
 * @returns An asynchronous iterator. Use it once.
 * @throws KplError as `deaggregate` does, when the record in question is reached.
 *
 * @example
 * ```ts
 * import { iterDeaggregateRecords } from 'kinesis-agg';
 *
 * async function* shard() {
 *   yield [{ recordId: '1', data: 'eA==' }, { recordId: '2', data: 'eQ==' }];
 * }
 * for await (const { recordId } of iterDeaggregateRecords(shard())) console.log(recordId);
 * // 1
 * // 2
 * ```
 */
export function iterDeaggregateRecords<R extends KinesisRecord>(
  records: AsyncIterable<R | Iterable<R>>,
  options?: DeaggregateOptions<R & {}>,
): AsyncIterableIterator<DeaggregatedRecord<R>>;

/**
 * A record of type `R` with the fields that deaggregation adds; where a Lambda record is wanted, it is one.
 *
 * | shape | replaced | added |
 * |---|---|---|
 * | Lambda | `kinesis.data`, `kinesis.partitionKey` | {@link DeaggregatedFields} in `kinesis` |
 * | its `kinesis` part | `data`, `partitionKey` | {@link DeaggregatedFields} |
 * | AWS SDK v3 | `Data`, `PartitionKey` | {@link SdkDeaggregatedFields} |
 * | Firehose | `data`, and `partitionKey` in the metadata | {@link DeaggregatedFields} in `kinesisRecordMetadata`, made if absent |
 * | Kinesis Analytics | `data`, and `partitionKey` in the metadata | {@link DeaggregatedFields} in `kinesisStreamRecordMetadata` |
 *
 * The names of the added fields are those that `deaggregate_records` of the Python module aws_kinesis_agg sets.
 *
 * @typeParam R - The type of the Kinesis records that went in.
 *
 * @example
 * ```ts
 * import type { KinesisStreamRecord } from 'aws-lambda';
 * import type { DeaggregatedRecord } from 'kinesis-agg';
 *
 * export const position = ({ kinesis }: DeaggregatedRecord<KinesisStreamRecord>): string =>
 *   `${kinesis.sequenceNumber}:${kinesis.subSequenceNumber ?? 0}`;
 * ```
 */
export type DeaggregatedRecord<R extends KinesisRecord> = R extends LambdaRecord
  ? R & Record<'kinesis', DeaggregatedFields>
  : R extends SdkRecord
    ? R & SdkDeaggregatedFields
    : R extends AnalyticsRecord
      ? R & Record<'kinesisStreamRecordMetadata', DeaggregatedFields>
      : R extends FirehoseRecord
        ? R & Partial<Record<'kinesisRecordMetadata', DeaggregatedFields>>
        : R & DeaggregatedFields;

/**
 * What deaggregation adds to a record. On a record that was not aggregated, all of it is absent.
 *
 * @example
 * ```ts
 * import type { DeaggregatedFields } from 'kinesis-agg';
 *
 * const added: DeaggregatedFields = { explicitHashKey: null, subSequenceNumber: 0, aggregated: true };
 * ```
 */
export interface DeaggregatedFields {
  /** Explicit hash key of the user record as it was written, or null if it has none. */
  explicitHashKey?: string | null;
  /** Position of the user record in its aggregate, from 0. */
  subSequenceNumber?: number;
  /** True for a record that came out of an aggregate. */
  aggregated?: true;
}

/**
 * What deaggregation adds to a record of AWS SDK v3. On a record that was not aggregated, all except `Data` is absent.
 *
 * @example
 * ```ts
 * import type { SdkDeaggregatedFields } from 'kinesis-agg';
 *
 * const added: SdkDeaggregatedFields = {
 *   Data: Buffer.from('x'),
 *   ExplicitHashKey: null,
 *   SubSequenceNumber: 0,
 *   Aggregated: true,
 * };
 * ```
 */
export interface SdkDeaggregatedFields {
  /**
   * The record's data, base64 where base64 came in; for a user record a view into its Kinesis record's payload, or a copy
   * if `copy` is set.
   */
  Data: Uint8Array | string;
  /** Explicit hash key of the user record as it was written, or null if it has none. */
  ExplicitHashKey?: string | null;
  /** Position of the user record in its aggregate, from 0. */
  SubSequenceNumber?: number;
  /** True for a record that came out of an aggregate. */
  Aggregated?: true;
}

/**
 * Tells whether data looks like an aggregated record: the magic number, more than 16 bytes after it, and the right MD5.
 *
 * These are the conditions under which `AggregatorUtil` of amazon-kinesis-client tries to take a record apart. The
 * protobuf in between is not read, so {@link deaggregate} can still find it malformed.
 *
 * @param data - The bytes, or their base64.
 * @returns False for anything else, too.
 * @throws KplError with `ERR_KPL_DATA` for another type.
 *
 * @example
 * ```ts
 * import { isAggregated } from 'kinesis-agg';
 *
 * const golden = 'f3899ac20a01610a01621201391a0508001a01781a08080110001a02797af018bbafaff1d52dc9b3fe76a386ad17';
 * console.log(isAggregated(Buffer.from(golden, 'hex')), isAggregated('SGVsbG8=')); // true false
 * ```
 */
export function isAggregated(data: Uint8Array | string): boolean;

/**
 * Computes the hash key of a partition key: the MD5 of its UTF-8 bytes, as a big-endian unsigned 128-bit integer.
 *
 * Kinesis places a record without an explicit hash key by this number. A user record inside an aggregate lies where the
 * aggregate lies: its `hashKey(partitionKey)` need not be in the range of its shard.
 *
 * Source: `PutRecord` in the Kinesis Data Streams API Reference.
 *
 * @param partitionKey - 1 to 256 Unicode code points.
 * @returns A decimal in 0 to 2^128 - 1.
 * @throws KplError with `ERR_KPL_PARTITION_KEY` for anything else.
 *
 * @example
 * ```ts
 * import { hashKey } from 'kinesis-agg';
 *
 * console.log(hashKey('a')); // 16955237001963240173058271559858726497
 * ```
 */
export function hashKey(partitionKey: string): string;

// --------------------------------------------------------------------------------------------------------- errors

/**
 * The codes of all errors: a closed set.
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_KPL_PARTITION_KEY` | not a string of 1 to 256 code points, or one with a lone surrogate |
 * | `ERR_KPL_EXPLICIT_HASH_KEY` | not a decimal in 0 to 2^128 - 1 |
 * | `ERR_KPL_DATA` | neither bytes nor a string, an aggregate again, or a Lambda record that was not deaggregated |
 * | `ERR_KPL_RECORD_TOO_LARGE` | larger than `maxRecordBytes`, however it is written |
 * | `ERR_KPL_OPTION` | an option out of its range, or `setShards` under another routing |
 * | `ERR_KPL_SHARD_MAP` | the open shards leave a hole or overlap |
 * | `ERR_KPL_KINESIS_RECORD` | not a {@link KinesisRecord} in any known shape |
 * | `ERR_KPL_CHECKSUM` | the aggregate's MD5 is not that of its bytes |
 * | `ERR_KPL_MALFORMED` | the aggregate is not a valid protobuf of the format |
 * | `ERR_KPL_INDEX` | an index in the aggregate points outside its key table |
 * | `ERR_KPL_NATIVE` | there is no binary for this platform |
 *
 * `kinesis-agg/producer` adds those of sending:
 *
 * | code | meaning |
 * |---|---|
 * | `ERR_KPL_EXPIRED` | the record's time was over before it was stored |
 * | `ERR_KPL_REFUSED` | Kinesis refused it for good |
 * | `ERR_KPL_BUFFER_FULL` | there is no room left, not even to wait |
 * | `ERR_KPL_ABORTED` | a signal ended it |
 * | `ERR_KPL_CLOSED` | the producer takes no more records |
 * | `ERR_KPL_STREAM` | the stream or its shards cannot be used |
 * | `ERR_KPL_FAILED` | several records failed: `errors` has each |
 *
 * @example
 * ```ts
 * import type { KplErrorCode } from 'kinesis-agg';
 *
 * const damaged: ReadonlySet<KplErrorCode> = new Set(['ERR_KPL_CHECKSUM', 'ERR_KPL_MALFORMED', 'ERR_KPL_INDEX']);
 * ```
 */
export type KplErrorCode =
  | 'ERR_KPL_PARTITION_KEY'
  | 'ERR_KPL_EXPLICIT_HASH_KEY'
  | 'ERR_KPL_DATA'
  | 'ERR_KPL_RECORD_TOO_LARGE'
  | 'ERR_KPL_OPTION'
  | 'ERR_KPL_SHARD_MAP'
  | 'ERR_KPL_KINESIS_RECORD'
  | 'ERR_KPL_CHECKSUM'
  | 'ERR_KPL_MALFORMED'
  | 'ERR_KPL_INDEX'
  | 'ERR_KPL_NATIVE'
  | 'ERR_KPL_EXPIRED'
  | 'ERR_KPL_REFUSED'
  | 'ERR_KPL_BUFFER_FULL'
  | 'ERR_KPL_ABORTED'
  | 'ERR_KPL_CLOSED'
  | 'ERR_KPL_STREAM'
  | 'ERR_KPL_FAILED';

/**
 * Where in the input a {@link KplError} was found, and what caused it.
 *
 * @example
 * ```ts
 * import { KplError, type KplErrorDetails } from 'kinesis-agg';
 *
 * const details: KplErrorDetails = { recordIndex: 2 };
 * console.log(new KplError('ERR_KPL_DATA', 'data is missing', details).recordIndex); // 2
 * ```
 */
export interface KplErrorDetails {
  /** Position, from 0, of the record in the call's input. */
  recordIndex?: number | undefined;
  /** Byte offset in the Kinesis record's data. */
  offset?: number | undefined;
  /** The error that led to this one. */
  cause?: unknown;
}

/**
 * The error of this package, for everything that is wrong with an input.
 *
 * Its message names the field, the limit and the value's length, never the value. It is an `Error` of your own realm, so
 * `instanceof` and Jest's `toThrow(Error)` hold.
 *
 * @example
 * ```ts
 * import { hashKey, KplError } from 'kinesis-agg';
 *
 * try {
 *   hashKey('');
 * } catch (error) {
 *   if (error instanceof KplError) console.log(error.code); // ERR_KPL_PARTITION_KEY
 * }
 * ```
 */
export class KplError extends Error {
  /**
   * Makes an error as the package does, for code that stands beside it or tests what handles it.
   *
   * @param code - What is wrong.
   * @param message - For people.
   * @param details - Where in the input it was found, and what caused it.
   */
  constructor(code: KplErrorCode, message: string, details?: KplErrorDetails);

  /** What is wrong, for a program to tell apart. */
  readonly code: KplErrorCode;
  /**
   * Position, from 0, of the record in the call's input: a user record's in aggregation, a Kinesis record's in
   * deaggregation. It is absent where it does not help.
   */
  readonly recordIndex?: number;
  /** Byte offset in the Kinesis record's data, base64 decoded, at which reading failed. It is absent where it does not help. */
  readonly offset?: number;
}
