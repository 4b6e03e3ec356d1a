// kinesis-agg/testing and the types that its events and answers stand for.
import type { GetRecordsCommandOutput, PutRecordsCommandInput } from '@aws-sdk/client-kinesis';
import type { KinesisStreamEvent } from 'aws-lambda';
import { type AggregatedRecord, deaggregate, type UserRecord } from 'kinesis-agg';
import { getRecordsOutput, lambdaEvent, userRecordsOf } from 'kinesis-agg/testing';
import { accepts, some } from './assert.js';

const userRecords = [{ partitionKey: 'a', data: 'x' }];
accepts<KinesisStreamEvent>(lambdaEvent(userRecords));
accepts<GetRecordsCommandOutput>(getRecordsOutput(userRecords));
accepts<UserRecord[]>(userRecordsOf(some<PutRecordsCommandInput>()));
accepts<UserRecord[]>(userRecordsOf({ Records: some<AggregatedRecord[]>() }));
deaggregate(getRecordsOutput(userRecords).Records);

lambdaEvent(userRecords, { routing: { lanes: 4 }, plain: true, broken: [0], shardId: 'shardId-000000000001' });
lambdaEvent(userRecords, { plain: (_record, index) => index === 1 });
getRecordsOutput(
  some<UserRecord[]>().map((record) => ({ partitionKey: 'a', data: record.data })),
  { maxUserRecords: 2 },
);
// @ts-expect-error no such option
lambdaEvent(userRecords, { stream: 'orders' });
// @ts-expect-error an answer of GetRecords has no stream's name
getRecordsOutput(userRecords, { streamName: 'orders' });
