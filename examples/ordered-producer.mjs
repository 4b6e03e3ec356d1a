import { RecordAggregator } from 'kinesis-agg';

// Use the same number in all producers of the stream. It bounds the parallelism of consumers, not the number of shards.
const aggregator = new RecordAggregator({ routing: { lanes: 64 } });

/**
 * Sends user records so that those of one partition key stay in order. `put(entries)` sends one PutRecords request and
 * resends what failed. It resolves when all entries have been accepted. Await each call before the next.
 */
export async function sendInOrder(put, userRecords) {
  const closed = [...aggregator.addUserRecords(userRecords), ...aggregator.flush()];
  for (const request of oneOfEachLane(closed)) await put(request);
}

/**
 * Splits entries into requests of at most 500 entries and 10 MiB, with one entry of each lane: of two aggregates of a lane
 * in one request, the first might fail and the second might not.
 */
function* oneOfEachLane(entries) {
  let request = new Map();
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.Data.length + Buffer.byteLength(entry.PartitionKey);
    if (request.has(entry.PartitionKey) || request.size === 500 || bytes + size > 10 * 1024 * 1024) {
      yield [...request.values()];
      request = new Map();
      bytes = 0;
    }
    request.set(entry.PartitionKey, entry);
    bytes += size;
  }
  if (request.size > 0) yield [...request.values()];
}
