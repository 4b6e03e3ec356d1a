import { iterDeaggregate } from 'kinesis-agg';

export async function handler(event) {
  for (const { partitionKey, data, sequenceNumber } of iterDeaggregate(event.Records)) {
    try {
      await handleReading(partitionKey, JSON.parse(data.toString()));
    } catch (error) {
      console.error(`stopped at ${sequenceNumber}:`, error);
      // Lambda sends this Kinesis record and all after it again, with every user record in them.
      return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
}

/** What you do with a reading. The same reading may come twice, so this must tolerate it. */
async function handleReading(device, reading) {
  console.log(device, reading.celsius.toFixed(1));
}
