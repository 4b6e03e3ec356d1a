import type { KinesisStreamEvent } from 'aws-lambda';
import { aggregate } from 'kinesis-agg';
import { handler } from './lambda-handler';

/** An event as Lambda would deliver it, with everything in one aggregated record. */
function eventOf(readings: { device: string; text: string }[]): KinesisStreamEvent {
  const entries = aggregate(readings.map(({ device, text }) => ({ partitionKey: device, data: text })));
  const Records = entries.map(({ PartitionKey, Data }, i) => ({
    awsRegion: 'us-east-1',
    eventID: `shardId-000000000000:${i + 1}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:123456789012:stream/readings',
    eventVersion: '1.0',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/readings',
    kinesis: {
      approximateArrivalTimestamp: 1545084650.987,
      data: Data.toString('base64'),
      kinesisSchemaVersion: '1.0',
      partitionKey: PartitionKey,
      sequenceNumber: String(i + 1),
    },
  }));
  return { Records };
}

test('readings are handled', async () => {
  const event = eventOf([{ device: 'a', text: '{"celsius":20.5}' }]);
  await expect(handler(event)).resolves.toEqual({ batchItemFailures: [] });
});

test('a reading that fails brings its Kinesis record back', async () => {
  const event = eventOf([{ device: 'a', text: 'not JSON' }]);
  await expect(handler(event)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
});
