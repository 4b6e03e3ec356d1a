import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { iterDeaggregate, type UserRecord } from 'kinesis-agg';

const BULK = 500;

/** Writes 500 user records at a time; where a write fails, Lambda begins again at the first one's Kinesis record. */
export function bulkHandler(write: (userRecords: UserRecord[]) => Promise<void>) {
  return async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
    for (const userRecords of bulks(iterDeaggregate(event.Records))) {
      try {
        await write(userRecords);
      } catch (error) {
        const itemIdentifier = userRecords[0]?.sequenceNumber ?? '';
        console.error(`stopped at ${itemIdentifier}:`, error);
        return { batchItemFailures: [{ itemIdentifier }] };
      }
    }
    return { batchItemFailures: [] };
  };
}

function* bulks(userRecords: Iterable<UserRecord>): Generator<UserRecord[]> {
  let bulk: UserRecord[] = [];
  for (const userRecord of userRecords) {
    bulk.push(userRecord);
    if (bulk.length < BULK) continue;
    yield bulk;
    bulk = [];
  }
  if (bulk.length > 0) yield bulk;
}
