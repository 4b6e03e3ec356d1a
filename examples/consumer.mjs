import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import { iterDeaggregate } from 'kinesis-agg';

/** The user records of a shard until it has nothing more, those behind a position if there is one. */
export function userRecordsOf(client, StreamName, ShardId, position) {
  return iterDeaggregate(recordsOf(client, StreamName, ShardId, position), { after: position });
}

async function* recordsOf(client, StreamName, ShardId, position) {
  const start = position
    ? { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: position.sequenceNumber }
    : { ShardIteratorType: 'TRIM_HORIZON' };
  let { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...start }));
  while (ShardIterator) {
    const { Records, NextShardIterator, MillisBehindLatest } = await client.send(
      new GetRecordsCommand({ ShardIterator }),
    );
    yield Records;
    ShardIterator = MillisBehindLatest > 0 ? NextShardIterator : undefined;
  }
}
