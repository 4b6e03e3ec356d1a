import { ListShardsCommand } from '@aws-sdk/client-kinesis';
import { RecordAggregator } from 'kinesis-agg';

/** The shards of a stream. Closed ones may be among them: the aggregator leaves those out. */
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
  return new RecordAggregator({ routing: { shards: await listShards(client, StreamName) }, maxBytes: 51_200 });
}

/** To be called now and then, and after a reshard; gives the aggregates that the new map closed. */
export async function refreshShards(aggregator, client, StreamName) {
  return aggregator.setShards(await listShards(client, StreamName));
}
