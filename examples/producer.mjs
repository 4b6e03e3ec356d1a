import { setTimeout as sleep } from 'node:timers/promises';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { aggregate } from 'kinesis-agg';

/** Sends user records, `{ partitionKey, data }`, as few Kinesis records. It resolves when all have been accepted. */
export async function send(client, StreamName, userRecords) {
  for (const request of requests(aggregate(userRecords))) {
    let Records = request;
    for (let attempt = 1; Records.length > 0; attempt++) {
      const answer = await client.send(new PutRecordsCommand({ StreamName, Records }));
      // A request that succeeds can hold records that failed: each of those carries an ErrorCode.
      Records = answer.FailedRecordCount ? Records.filter((_, i) => answer.Records[i].ErrorCode) : [];
      if (Records.length > 0 && attempt === 10) throw new Error(`${Records.length} records were not accepted`);
      if (Records.length > 0) await sleep(Math.random() * Math.min(5000, 50 * 2 ** attempt));
    }
  }
}

/** Splits entries into requests that PutRecords takes: at most 500 entries and 10 MiB, partition keys included. */
export function* requests(entries) {
  let request = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = entry.Data.length + Buffer.byteLength(entry.PartitionKey);
    if (request.length === 500 || bytes + size > 10 * 1024 * 1024) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(entry);
    bytes += size;
  }
  if (request.length > 0) yield request;
}
