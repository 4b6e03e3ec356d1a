/**
 * Events and answers for the tests of a handler or a producer: deterministic, and right in every field.
 *
 * - {@link lambdaEvent}: what Lambda passes to a handler.
 * - {@link getRecordsOutput}: what GetRecords answers.
 * - {@link userRecordsOf}: what a producer sent.
 *
 * @module kinesis-agg/testing
 */

import type { AggregatorOptions, UserRecord, UserRecordInput } from './index';

/**
 * How user records become Kinesis records; every field has a default, and those of `AggregatorOptions` hold: `routing`, or
 * `maxUserRecords` for several Kinesis records.
 *
 * @example
 * ```ts
 * import { getRecordsOutput, type KinesisRecordsOptions } from 'kinesis-agg/testing';
 *
 * const options: KinesisRecordsOptions = { maxUserRecords: 2, plain: ({ data }) => data === 'three', broken: 0 };
 * const userRecords = ['one', 'two', 'three', 'four'].map((data) => ({ partitionKey: 'a', data }));
 * console.log(getRecordsOutput(userRecords, options).Records.length); // 3
 * ```
 */
export interface KinesisRecordsOptions extends AggregatorOptions {
  /**
   * Which user records are Kinesis records of their own, not aggregated: all, or those for which it gives true. The order
   * is kept: what is open in front of one is flushed.
   *
   * @defaultValue `false`
   */
  plain?: boolean | ((record: UserRecordInput, index: number) => boolean) | undefined;
  /**
   * Positions, among the Kinesis records, of aggregates whose checksum shall be wrong.
   *
   * @defaultValue none
   */
  broken?: number | readonly number[] | undefined;
  /**
   * Sequence number of the first Kinesis record; each further one's is one higher.
   *
   * @defaultValue `'49590338271490256608559692538361571095921575989136588898'`
   */
  sequenceNumber?: string | undefined;
  /**
   * When the Kinesis records arrived.
   *
   * @defaultValue 2018-12-17, 22:10:50.987 UTC
   */
  arrivedAt?: Date | undefined;
}

/**
 * Where the event of {@link lambdaEvent} comes from; every field has a default.
 *
 * @example
 * ```ts
 * import { type LambdaEventOptions, lambdaEvent } from 'kinesis-agg/testing';
 *
 * const options: LambdaEventOptions = { streamName: 'orders', awsRegion: 'eu-central-1' };
 * console.log(lambdaEvent([{ partitionKey: 'a', data: 'x' }], options).Records[0]?.eventSourceARN);
 * // arn:aws:kinesis:eu-central-1:123456789012:stream/orders
 * ```
 */
export interface LambdaEventOptions extends KinesisRecordsOptions {
  /** @defaultValue `'stream'` */
  streamName?: string | undefined;
  /** @defaultValue `'shardId-000000000000'` */
  shardId?: string | undefined;
  /** @defaultValue `'us-east-1'` */
  awsRegion?: string | undefined;
  /** @defaultValue `'123456789012'` */
  accountId?: string | undefined;
}

/**
 * An event with user records: a `KinesisStreamEvent` of `@types/aws-lambda`.
 *
 * @example
 * ```ts
 * import type { KinesisStreamEvent } from 'aws-lambda';
 * import { lambdaEvent } from 'kinesis-agg/testing';
 *
 * export const event: KinesisStreamEvent = lambdaEvent([{ partitionKey: 'a', data: 'x' }]);
 * ```
 */
export interface LambdaEvent {
  Records: LambdaEventRecord[];
}

/**
 * A record of {@link LambdaEvent}, with every field that Lambda sets.
 *
 * Source: "Using Lambda to process records from Amazon Kinesis Data Streams", AWS Lambda Developer Guide.
 *
 * @example
 * ```ts
 * import { lambdaEvent } from 'kinesis-agg/testing';
 *
 * const [record] = lambdaEvent([{ partitionKey: 'a', data: 'x' }]).Records;
 * console.log(record?.eventID);
 * // shardId-000000000000:49590338271490256608559692538361571095921575989136588898
 * ```
 */
export interface LambdaEventRecord {
  kinesis: {
    kinesisSchemaVersion: string;
    partitionKey: string;
    sequenceNumber: string;
    /** Base64. */
    data: string;
    /** Seconds since 1970. */
    approximateArrivalTimestamp: number;
  };
  eventSource: string;
  eventVersion: string;
  eventID: string;
  eventName: string;
  invokeIdentityArn: string;
  awsRegion: string;
  eventSourceARN: string;
}

/**
 * An answer to GetRecords: a `GetRecordsCommandOutput` of AWS SDK v3.
 *
 * @example
 * ```ts
 * import type { GetRecordsCommandOutput } from '@aws-sdk/client-kinesis';
 * import { getRecordsOutput } from 'kinesis-agg/testing';
 *
 * export const output: GetRecordsCommandOutput = getRecordsOutput([{ partitionKey: 'a', data: 'x' }]);
 * ```
 */
export interface GetRecordsOutput {
  $metadata: { httpStatusCode: number; requestId: string; attempts: number; totalRetryDelay: number };
  Records: {
    SequenceNumber: string;
    ApproximateArrivalTimestamp: Date;
    Data: Uint8Array;
    PartitionKey: string;
    EncryptionType: 'NONE';
  }[];
  NextShardIterator: string;
  MillisBehindLatest: number;
}

/**
 * What is read of the input of PutRecords: `PutRecordsCommandInput` of AWS SDK v3 is one.
 *
 * @example
 * ```ts
 * import type { PutRecordsInput } from 'kinesis-agg/testing';
 *
 * const input: PutRecordsInput = { Records: [{ PartitionKey: 'a', Data: Buffer.from('x') }] };
 * ```
 */
export interface PutRecordsInput {
  Records:
    | readonly {
        Data: Uint8Array | undefined;
        PartitionKey?: string | undefined;
        ExplicitHashKey?: string | undefined;
      }[]
    | undefined;
}

/**
 * Makes the event that Lambda would pass for these user records, by default with all of them in as few aggregates as
 * possible.
 *
 * @param userRecords - The user records, in order.
 * @param options - Which of them share a Kinesis record, and where the event comes from.
 * @returns The event; the same one for the same arguments.
 * @throws `KplError` as `aggregate`, and `ERR_KPL_OPTION` for a bad option.
 *
 * @example
 * ```ts
 * import { createHandler } from 'kinesis-agg/lambda';
 * import { lambdaEvent } from 'kinesis-agg/testing';
 *
 * const celsius: number[] = [];
 * const handler = createHandler(({ data }) => celsius.push(Number(data)));
 *
 * const { batchItemFailures } = await handler(lambdaEvent([{ partitionKey: 'device-1', data: '20.5' }]));
 * console.log(celsius, batchItemFailures); // [ 20.5 ] []
 * ```
 */
export function lambdaEvent(userRecords: Iterable<UserRecordInput>, options?: LambdaEventOptions): LambdaEvent;

/**
 * Makes the answer that GetRecords would give with these user records.
 *
 * @param userRecords - The user records, in order.
 * @param options - Which of them share a Kinesis record.
 * @returns The answer, of which the shard goes on behind it; the same one for the same arguments.
 * @throws `KplError` as `aggregate`, and `ERR_KPL_OPTION` for a bad option.
 *
 * @example
 * ```ts
 * import { deaggregate } from 'kinesis-agg';
 * import { getRecordsOutput } from 'kinesis-agg/testing';
 *
 * const { Records } = getRecordsOutput([{ partitionKey: 'a', data: 'x' }]);
 * for (const { data } of deaggregate(Records)) console.log(data.toString()); // x
 * ```
 */
export function getRecordsOutput(
  userRecords: Iterable<UserRecordInput>,
  options?: KinesisRecordsOptions,
): GetRecordsOutput;

/**
 * Gives the user records that a producer sent: of a PutRecords command that a mock has caught.
 *
 * Sequence numbers are `''`, since Kinesis has not given any yet.
 *
 * @param putRecordsInput - The command's input.
 * @returns The user records, in order, with the explicit hash keys that they were sent with.
 * @throws `KplError` `ERR_KPL_KINESIS_RECORD` for what is no input of PutRecords.
 *
 * @example
 * ```ts
 * import { aggregate } from 'kinesis-agg';
 * import { userRecordsOf } from 'kinesis-agg/testing';
 *
 * const Records = aggregate([{ partitionKey: 'a', data: 'x' }]);
 * for (const { partitionKey, data } of userRecordsOf({ Records })) console.log(partitionKey, data.toString()); // a x
 * ```
 */
export function userRecordsOf(putRecordsInput: PutRecordsInput): UserRecord[];
