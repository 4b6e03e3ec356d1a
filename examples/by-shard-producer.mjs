import { ListShardsCommand } from '@aws-sdk/client-kinesis';
import { RecordAggregator } from 'kinesis-agg';

/** The shards of a stream. The aggregator leaves out those that are closed. */
async function listShards(client, StreamName) {
  const shards = [];
  let input = { StreamName };
  while (input !== undefined) {
    const { Shards, NextToken } = await client.send(new ListShardsCommand(input));
    shards.push(...Shards);
    input = NextToken === undefined ? undefined : { NextToken };
  }
  return shards;
}

export async function openAggregator(client, StreamName) {
  return new RecordAggregator({ routing: { shards: await listShards(client, StreamName) } });
}

/** Call this now and then, and after a reshard. It returns the aggregates that the new map closed: send them, too. */
export async function refreshShards(aggregator, client, StreamName) {
  return aggregator.setShards(await listShards(client, StreamName));
}
