// The types of @types/aws-lambda and of Powertools for AWS Lambda, both ways.
import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type {
  FirehoseTransformationEvent,
  FirehoseTransformationEventRecord,
  FirehoseTransformationResult,
  KinesisStreamBatchResponse,
  KinesisStreamEvent,
  KinesisStreamHandler,
  KinesisStreamRecord,
  KinesisStreamRecordPayload,
  KinesisStreamTumblingWindowEvent,
} from 'aws-lambda';
import {
  aggregate,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  iterDeaggregate,
  iterDeaggregateRecords,
  type KinesisRecord,
} from 'kinesis-agg';
import { accepts, some } from './assert.js';

accepts<KinesisRecord>(some<KinesisStreamRecord>());
accepts<KinesisRecord>(some<KinesisStreamRecordPayload>());
accepts<KinesisRecord>(some<FirehoseTransformationEventRecord>());

const event = some<KinesisStreamEvent>();
deaggregate(event.Records);
iterDeaggregate(event.Records);
deaggregateAsync(event.Records);
decode(event.Records);
for (const record of event.Records) deaggregate(record.kinesis);
// @ts-expect-error its data is base64: deaggregate gives its user records
aggregate(event.Records.map((record) => record.kinesis));
aggregate(deaggregate(event.Records));
accepts<string>(decode(event.Records).source(0).eventSourceARN);
deaggregate(event.Records, { onBroken: (_error, { eventID }) => accepts<string>(eventID) });
deaggregate(event.Records, { onBroken: (_error, record: KinesisStreamRecord) => accepts<string>(record.awsRegion) });

// A handler for raw records works unchanged.
accepts<KinesisStreamRecord[]>(deaggregateRecords(event.Records));
accepts<IterableIterator<KinesisStreamRecord>>(iterDeaggregateRecords(event.Records));
accepts<KinesisStreamEvent>({ ...event, Records: deaggregateRecords(event.Records) });
accepts<KinesisStreamTumblingWindowEvent>({
  ...some<KinesisStreamTumblingWindowEvent>(),
  Records: deaggregateRecords(event.Records),
});
const forRawRecords = some<(event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse>>();
export const handler: KinesisStreamHandler = (raw) =>
  forRawRecords({ ...raw, Records: deaggregateRecords(raw.Records) });
for (const payload of deaggregateRecords(event.Records.map((record) => record.kinesis))) {
  accepts<KinesisStreamRecordPayload>(payload);
}

// Powertools: batch processing with a partial batch response.
const processor = new BatchProcessor(EventType.KinesisDataStreams);
export const batch: KinesisStreamHandler = (raw, context) =>
  processPartialResponse(
    { ...raw, Records: deaggregateRecords(raw.Records) },
    async ({ kinesis }: KinesisStreamRecord) => accepts<string>(kinesis.data),
    processor,
    { context },
  );

// Firehose: grouped by recordId, answered once for each.
export const transform = (input: FirehoseTransformationEvent): FirehoseTransformationResult => {
  const lines = new Map<string, string>();
  for (const record of deaggregateRecords(input.records)) {
    accepts<FirehoseTransformationEventRecord>(record);
    accepts<number | undefined>(record.kinesisRecordMetadata?.subSequenceNumber);
    accepts<string | undefined>(record.kinesisRecordMetadata?.shardId);
    lines.set(record.recordId, `${lines.get(record.recordId) ?? ''}${record.data}`);
  }
  return { records: [...lines].map(([recordId, data]) => ({ recordId, result: 'Ok' as const, data })) };
};
