import type { KinesisStreamEvent } from 'aws-lambda';
import { deaggregateRecords } from 'kinesis-agg';

/** A handler from the time before aggregation: it reads Lambda records. */
async function handleEvent(event: KinesisStreamEvent): Promise<number> {
  return event.Records.filter(({ kinesis }) => Buffer.from(kinesis.data, 'base64').length > 0).length;
}

export function handler(event: KinesisStreamEvent): Promise<number> {
  return handleEvent({ ...event, Records: deaggregateRecords(event.Records) });
}
