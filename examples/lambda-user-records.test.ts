import { lambdaEvent } from 'kinesis-agg/testing';
import { handler } from './lambda-user-records';

const readings = [
  { partitionKey: 'device-1', data: '{"celsius":20.5}' },
  { partitionKey: 'device-2', data: '{"celsius":21}' },
  { partitionKey: 'device-1', data: 'not JSON' },
];

test('readings are handled', async () => {
  const event = lambdaEvent(readings.slice(0, 2));
  await expect(handler(event)).resolves.toEqual({ batchItemFailures: [] });
});

test('a reading that fails brings its Kinesis record back', async () => {
  // Two user records in each Kinesis record, so that the second one is at fault.
  const event = lambdaEvent(readings, { maxUserRecords: 2 });
  const itemIdentifier = event.Records[1]?.kinesis.sequenceNumber;
  await expect(handler(event)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier }] });
});
