// kinesis-agg/lambda and the types of @types/aws-lambda, both ways.
import type {
  Context,
  KinesisStreamBatchResponse,
  KinesisStreamEvent,
  KinesisStreamHandler,
  KinesisStreamRecord,
} from 'aws-lambda';
import type { KplError, Position, UserRecord } from 'kinesis-agg';
import {
  type BatchResponse,
  createHandler,
  type Delivery,
  type KinesisEvent,
  type LambdaContext,
  type PipesRecord,
  type ProcessedEvent,
  type ProgressStore,
  processEvent,
  type UserRecordHandler,
} from 'kinesis-agg/lambda';
import { accepts, some } from './assert.js';

accepts<LambdaContext>(some<Context>());
accepts<KinesisEvent>(some<KinesisStreamEvent>());
accepts<KinesisEvent>(some<KinesisStreamRecord[]>());
accepts<KinesisStreamBatchResponse>(some<BatchResponse>());
accepts<BatchResponse>(some<KinesisStreamBatchResponse>());

// What a Lambda function exports.
export const handler: KinesisStreamHandler = createHandler(
  async ({ partitionKey, data }, { id, signal, arrivedAt }) => {
    accepts<string | null>(partitionKey);
    accepts<Buffer>(data);
    accepts<string>(id);
    accepts<AbortSignal>(signal);
    accepts<Date | undefined>(arrivedAt);
  },
);
export const counting: KinesisStreamHandler = createHandler(({ data }) => data.length, {
  concurrency: 10,
  stopBeforeMs: 5000,
});
export const own = (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> =>
  createHandler(() => {})(event, context);

// The source has the type that the event's records have.
const event = some<KinesisStreamEvent>();
processEvent(event, (_record, { source }) => accepts<string>(source.eventSourceARN));
processEvent(event.Records, (_record, { source }) => accepts<string>(source.awsRegion));
processEvent(some<PipesRecord[]>(), (_record, { source }) => accepts<string>(source.eventID));
createHandler<PipesRecord>((_record, { source }) => source.eventID)(some<PipesRecord[]>());
createHandler<KinesisStreamRecord>((_record, { source }) => accepts<string>(source.awsRegion));

// Options.
processEvent(event, () => {}, {
  context: some<Context>(),
  onError: (error, record, { id, source }) => {
    accepts<UserRecord>(record);
    accepts<string>(id);
    accepts<KinesisStreamRecord>(source);
    return (error as KplError).code === 'ERR_KPL_CHECKSUM' ? 'drop' : 'retry';
  },
});
processEvent(event, () => {}, { onError: async () => {} });
processEvent(event, () => {}, { onError: () => console.error('failed') });
processEvent(event, () => {}, { onError: async (error) => (error instanceof RangeError ? 'drop' : undefined) });
processEvent(event, () => {}, { concurrency: undefined, context: undefined, progress: undefined });
// @ts-expect-error no such verdict
processEvent(event, () => {}, { onError: () => 'skip' });
// @ts-expect-error no such option
processEvent(event, () => {}, { parallel: true });
// @ts-expect-error the context is the one that Lambda passes
createHandler(() => {}, { context: some<Context>() });
// @ts-expect-error an event of another service
processEvent({ Records: [{ messageId: '1', body: '' }] }, () => {});
// @ts-expect-error a store has two functions
processEvent(event, () => {}, { progress: { load: () => 0 } });

accepts<ProgressStore>(
  new (class {
    async load(_eventID: string) {
      return 1;
    }
    async save(_eventID: string, _handled: number) {}
  })(),
);
accepts<UserRecordHandler>(async ({ data }: UserRecord, { id }: Delivery) => [data, id]);

const { response, position, stopped, error } = some<ProcessedEvent>();
accepts<KinesisStreamBatchResponse>(response);
accepts<Position | undefined>(position);
accepts<'error' | 'deadline' | undefined>(stopped);
accepts<unknown>(error);
