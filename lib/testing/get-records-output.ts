import type { UserRecordInput } from '../../index';
import type { GetRecordsOutput, KinesisRecordsOptions } from '../../testing';
import { storedRecords } from './kinesis-records';

export function getRecordsOutput(
  userRecords: Iterable<UserRecordInput>,
  options?: KinesisRecordsOptions,
): GetRecordsOutput {
  const Records = storedRecords(userRecords, options).map(({ PartitionKey, Data, SequenceNumber, arrivedAt }) => ({
    SequenceNumber,
    ApproximateArrivalTimestamp: arrivedAt,
    // Not a Buffer, since the SDK gives none.
    Data: new Uint8Array(Data),
    PartitionKey,
    EncryptionType: 'NONE' as const,
  }));
  return {
    $metadata: {
      httpStatusCode: 200,
      requestId: '00000000-0000-0000-0000-000000000000',
      attempts: 1,
      totalRetryDelay: 0,
    },
    Records,
    NextShardIterator: `AFTER_${Records.at(-1)?.SequenceNumber ?? '0'}`,
    MillisBehindLatest: 0,
  };
}
