import type { UserRecordInput } from '../../index';
import type { LambdaEvent, LambdaEventOptions } from '../../testing';
import { checkObject, refused, storedRecords } from './kinesis-records';

export function lambdaEvent(userRecords: Iterable<UserRecordInput>, options: LambdaEventOptions = {}): LambdaEvent {
  checkObject(options);
  const {
    streamName = 'stream',
    shardId = 'shardId-000000000000',
    awsRegion = 'us-east-1',
    accountId = '123456789012',
    ...forRecords
  } = options;
  for (const [name, value] of Object.entries({ streamName, shardId, awsRegion, accountId })) {
    if (typeof value !== 'string') throw refused(`${name} must be a string, got ${typeof value}`);
  }
  const Records = storedRecords(userRecords, forRecords).map(({ PartitionKey, Data, SequenceNumber, arrivedAt }) => ({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: PartitionKey,
      sequenceNumber: SequenceNumber,
      data: Data.toString('base64'),
      approximateArrivalTimestamp: arrivedAt.getTime() / 1000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${shardId}:${SequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: `arn:aws:iam::${accountId}:role/lambda-role`,
    awsRegion,
    eventSourceARN: `arn:aws:kinesis:${awsRegion}:${accountId}:stream/${streamName}`,
  }));
  return { Records };
}
