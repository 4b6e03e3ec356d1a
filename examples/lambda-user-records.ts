import { createHandler } from 'kinesis-agg/lambda';

export const handler = createHandler(async ({ partitionKey, data }) => {
  await handleReading(partitionKey, JSON.parse(data.toString()));
});

/** What a reading is for. It may see one again, and must tolerate that. */
async function handleReading(device: string | null, reading: { celsius: number }): Promise<void> {
  console.log(device, reading.celsius.toFixed(1));
}
