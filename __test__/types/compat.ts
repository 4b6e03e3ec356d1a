// Code that was written for aws-kinesis-agg and its types, and what those types refused.
import type { _Record, PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import type { KinesisStreamEvent } from 'aws-lambda';
import {
  type AggregatorOptions,
  aggregate,
  deaggregate,
  deaggregateSync,
  type EncodedRecord,
  RecordAggregator,
  type UserRecord,
} from 'kinesis-agg/compat';
import { accepts, some } from './assert.js';

// Callbacks with the older package's types.
const perRecord = (err: Error, userRecord?: UserRecord): void => console.log(err, userRecord?.partitionKey);
const afterRecord = (err?: Error, errorUserRecord?: UserRecord): void => console.log(err, errorUserRecord?.data);
const afterAll = (err: Error, userRecords?: UserRecord[]): void => console.log(err, userRecords?.length);
const event = some<KinesisStreamEvent>();
for (const { kinesis } of event.Records) {
  deaggregate(kinesis, true, perRecord, afterRecord);
  deaggregateSync(kinesis, true, afterAll);
}
const handler = (encoded: EncodedRecord, callback: (err?: Error, data?: unknown) => void): void => {
  accepts<Buffer>(encoded.data);
  callback();
};
aggregate(
  some<{ partitionKey: string; data: Buffer }[]>(),
  handler,
  () => {},
  (error: Error, data?: EncodedRecord) => console.log(error, data),
  2,
);

// Callbacks without types.
deaggregateSync(some<UserRecord>(), false, (err, records) => {
  accepts<Error | undefined>(err);
  for (const record of records) accepts<number | undefined>(record.subSequenceNumber);
});

// Records of SDK v3 go in and come out in their spelling.
deaggregateSync(some<_Record>(), true, (_err, records) => {
  for (const { PartitionKey, Data } of records) accepts<[string, string | Uint8Array]>([PartitionKey, Data]);
});

// A handler that returns a promise, and a safe routing.
const options: AggregatorOptions = { routing: { lanes: 16 }, maxBytes: 51_200 };
aggregate(
  [{ partitionKey: 7, data: 'x', explicitHashKey: 9 }],
  async () => {},
  () => {},
  console.error,
  options,
);

const aggregator = new RecordAggregator((err, encoded) => {
  accepts<Error | null>(err);
  accepts<EncodedRecord | undefined>(encoded);
}, options);
aggregator.addUserRecord({ partitionKey: 'a', data: new ArrayBuffer(1) });
accepts<number>(aggregator.totalBytes + aggregator.length() + aggregator.putRecords.length);
accepts<boolean>(aggregator.checkIfUserRecordFits({ partitionKey: 'a', data: 'x' }));
const built = aggregator.build();
if (built) accepts<PutRecordsRequestEntry>({ PartitionKey: built.partitionKey, Data: built.data });

// @ts-expect-error a record has data
aggregator.addUserRecord({ partitionKey: 'a' });
// @ts-expect-error fields are the aggregator's
aggregator.totalBytes = 0;
