import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import { deaggregate } from 'kinesis-agg';

/** Reads a shard until it has nothing more, from a checkpoint on if there is one; yields user records. */
export async function* userRecordsOf(client, StreamName, ShardId, checkpoint) {
  const position = checkpoint
    ? { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: checkpoint.sequenceNumber }
    : { ShardIteratorType: 'TRIM_HORIZON' };
  let { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...position }));
  while (ShardIterator) {
    const { Records, NextShardIterator, MillisBehindLatest } = await client.send(
      new GetRecordsCommand({ ShardIterator }),
    );
    for (const record of deaggregate(Records)) {
      if (!isHandled(record, checkpoint)) yield record;
    }
    ShardIterator = MillisBehindLatest > 0 ? NextShardIterator : undefined;
  }
}

/** A place in an aggregate takes both numbers: its user records share the sequence number. */
function isHandled({ sequenceNumber, subSequenceNumber }, checkpoint) {
  return sequenceNumber === checkpoint?.sequenceNumber && subSequenceNumber <= checkpoint.subSequenceNumber;
}
