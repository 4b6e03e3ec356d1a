import { setTimeout as sleep } from 'node:timers/promises';
import { SubscribeToShardCommand } from '@aws-sdk/client-kinesis';
import { iterDeaggregate } from 'kinesis-agg';

/** A shard's user records by enhanced fan-out, until the shard is closed or the caller leaves. */
export async function* userRecordsOf(client, { ConsumerARN, ShardId, StartingPosition, renewMs = 5000 }) {
  let position = StartingPosition;
  while (position !== undefined) {
    const subscribedAt = Date.now();
    const { EventStream } = await client.send(
      new SubscribeToShardCommand({ ConsumerARN, ShardId, StartingPosition: position }),
    );
    for await (const { SubscribeToShardEvent: event } of EventStream) {
      if (event === undefined) continue;
      yield* iterDeaggregate(event.Records);
      // Where the next subscription begins; a closed shard has none.
      const SequenceNumber = event.ContinuationSequenceNumber;
      position = SequenceNumber ? { Type: 'AFTER_SEQUENCE_NUMBER', SequenceNumber } : undefined;
    }
    // A subscription ends after five minutes, and the next one is refused within five seconds of the last.
    if (position !== undefined) await sleep(Math.max(0, subscribedAt + renewMs - Date.now()));
  }
}
