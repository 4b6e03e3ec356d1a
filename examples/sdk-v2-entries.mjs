import { aggregate } from 'kinesis-agg';

/** Entries for `putRecords` of the AWS SDK v2. */
export function entriesOf(userRecords) {
  return aggregate(userRecords).map(({ PartitionKey, ExplicitHashKey, Data }) => ({
    PartitionKey,
    Data,
    ...(ExplicitHashKey !== undefined && { ExplicitHashKey }),
  }));
}
