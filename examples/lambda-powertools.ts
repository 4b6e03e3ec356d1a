import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { deaggregateRecords } from 'kinesis-agg';

const processor = new BatchProcessor(EventType.KinesisDataStreams);

// It goes on after a failure, so that everything behind the failed record is handled now, and again at each retry. One at
// a time, or the user records of a key overtake each other. Where that matters, take createHandler of kinesis-agg/lambda.
export const handler = (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> =>
  processPartialResponse({ ...event, Records: deaggregateRecords(event.Records) }, handleRecord, processor, {
    context,
    processInParallel: false,
  });

async function handleRecord({ kinesis }: KinesisStreamRecord): Promise<void> {
  const { celsius } = JSON.parse(Buffer.from(kinesis.data, 'base64').toString());
  console.log(kinesis.partitionKey, celsius.toFixed(1));
}
