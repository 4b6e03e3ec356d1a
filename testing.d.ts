/**
 * Events and answers for the tests of your handler or producer: deterministic, and right in every field.
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
   * Which user records are Kinesis records of their own, not aggregated: all, or those for which it returns true. The order
   * is kept: open aggregates in front of one are flushed.
   *
   * @defaultValue `false`
   */
  plain?: boolean | ((record: UserRecordInput, index: number) => boolean) | undefined;
  /**
   * Positions, among the Kinesis records, of aggregates with a wrong checksum.
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
  /**
   * Name of the stream.
   *
   * @defaultValue `'stream'`
   */
  streamName?: string | undefined;
  /**
   * The shard that all records come from.
   *
   * @defaultValue `'shardId-000000000000'`
   */
  shardId?: string | undefined;
  /**
   * Region of the stream.
   *
   * @defaultValue `'us-east-1'`
   */
  awsRegion?: string | undefined;
  /**
   * Account of the stream.
   *
   * @defaultValue `'123456789012'`
   */
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
  /** The records, in order. */
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
  /** The Kinesis record itself. */
  kinesis: {
    /** `1.0` */
    kinesisSchemaVersion: string;
    /** Partition key of the Kinesis record. */
    partitionKey: string;
    /** Sequence number, a decimal. */
    sequenceNumber: string;
    /** Base64. */
    data: string;
    /** Seconds since 1970. */
    approximateArrivalTimestamp: number;
  };
  /** `aws:kinesis` */
  eventSource: string;
  /** `1.0` */
  eventVersion: string;
  /** Shard and sequence number. */
  eventID: string;
  /** `aws:kinesis:record` */
  eventName: string;
  /** The function's role. */
  invokeIdentityArn: string;
  /** Region of the stream. */
  awsRegion: string;
  /** The stream's ARN. */
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
  /** What the SDK tells of the request. */
  $metadata: {
    /** 200 */
    httpStatusCode: number;
    /** Made up. */
    requestId: string;
    /** 1 */
    attempts: number;
    /** 0 */
    totalRetryDelay: number;
  };
  /** The Kinesis records, in order. */
  Records: {
    /** Sequence number, a decimal. */
    SequenceNumber: string;
    /** When the record arrived. */
    ApproximateArrivalTimestamp: Date;
    /** The record's data. */
    Data: Uint8Array;
    /** Partition key of the Kinesis record. */
    PartitionKey: string;
    /** Not encrypted. */
    EncryptionType: 'NONE';
  }[];
  /** Set: the shard is open. */
  NextShardIterator: string;
  /** 0 */
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
  /** The entries, in order. */
  Records:
    | readonly {
        /** The entry's data. */
        Data: Uint8Array | undefined;
        /** Partition key of the entry. */
        PartitionKey?: string | undefined;
        /** Explicit hash key of the entry. */
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
 * @returns The event. It is the same for the same arguments.
 * @throws KplError as `aggregate` does, and with `ERR_KPL_OPTION` for a bad option.
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
 * @returns The answer of an open shard. It is the same for the same arguments.
 * @throws KplError as `aggregate` does, and with `ERR_KPL_OPTION` for a bad option.
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
 * Reads the user records that a producer sent, from a PutRecords command that a mock has caught.
 *
 * Sequence numbers are `''`, since Kinesis has not assigned any yet.
 *
 * @param putRecordsInput - The command's input.
 * @returns The user records, in order, with the explicit hash keys that they were sent with.
 * @throws KplError with `ERR_KPL_KINESIS_RECORD` for a value that is not an input of PutRecords.
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
