import { RecordAggregator } from 'kinesis-agg';

// The same number in all producers of the stream. It bounds the parallelism of consumers, not the number of shards.
const aggregator = new RecordAggregator({ routing: { lanes: 64 }, maxBytes: 51_200 });

/**
 * Sends user records so that those of one partition key stay in order. `put(entries)` sends one PutRecords request and
 * resends what failed; it is called again only when all its entries are in. So is this function to be called.
 */
export async function sendInOrder(put, userRecords) {
  const closed = [...aggregator.addUserRecords(userRecords), ...aggregator.flush()];
  for (const request of oneOfEachLane(closed)) await put(request);
}

/** Of two aggregates of one lane in the same request the first might fail and the second might not. */
function* oneOfEachLane(entries) {
  let request = new Map();
  for (const entry of entries) {
    if (request.has(entry.PartitionKey)) {
      yield [...request.values()];
      request = new Map();
    }
    request.set(entry.PartitionKey, entry);
  }
  if (request.size > 0) yield [...request.values()];
}
