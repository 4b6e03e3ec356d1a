// Code that was written for aws-kinesis-agg and its types, and what those types refused.
import type { _Record, PutRecordsRequestEntry, Shard } from '@aws-sdk/client-kinesis';
import type { KinesisStreamEvent } from 'aws-lambda';
import type { AggregatorOptions as ModernOptions } from 'kinesis-agg';
import {
  type AggregatorOptions,
  aggregate,
  deaggregate,
  deaggregateSync,
  type EncodedRecord,
  RecordAggregator,
  type SdkUserRecord,
  type UserRecord,
} from 'kinesis-agg/compat';
import { accepts, type Same, same, some } from './assert.js';

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
const options: AggregatorOptions = { routing: { lanes: 16 }, maxAggregateBytes: 51_200 };
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
// @ts-expect-error no such option
new RecordAggregator(undefined, { maxSize: 1 });
const withoutData = [{ partitionKey: 'a' }];
// @ts-expect-error so has a record in an array
accepts<Parameters<typeof aggregate>[0]>(withoutData);
// @ts-expect-error the error callback is mandatory
aggregate([], handler, () => {});
// @ts-expect-error the record alone, not the record around it
deaggregateSync(some<KinesisStreamEvent>().Records[0], true, afterAll);
// @ts-expect-error one record at a time
deaggregateSync([some<UserRecord>()], true, afterAll);

// What callbacks without types are told, and no more.
deaggregate(
  some<UserRecord>(),
  true,
  (err, record) => {
    same<Same<typeof err, Error | null>>();
    same<Same<typeof record, UserRecord>>();
  },
  (err) => same<Same<typeof err, Error | undefined>>(),
);
deaggregateSync(some<_Record>(), true, (_err, records) => same<Same<typeof records, SdkUserRecord[]>>());
same<Same<typeof aggregator.totalBytes, number>>();
same<Same<ReturnType<typeof aggregator.build>, EncodedRecord | undefined>>();
same<Same<EncodedRecord['data'], Buffer>>();
same<Same<EncodedRecord['ExplicitHashKey'], string | undefined>>();
same<Same<EncodedRecord['explicitHashKey'], string | undefined>>();

// The options are those of the package itself, but for the two that the older package's behaviour has no place for.
accepts<ModernOptions>(some<AggregatorOptions>());
accepts<AggregatorOptions>(some<ModernOptions>());
same<Same<keyof AggregatorOptions, Exclude<keyof ModernOptions, 'nested' | 'explicitHashKeys'>>>();
accepts<AggregatorOptions>({ routing: { shards: some<Shard[]>() } });
