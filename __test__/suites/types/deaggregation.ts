// What the deaggregating half takes, gives and refuses.
import {
  type AnalyticsRecord,
  comparePositions,
  type DeaggregatedRecord,
  type DeaggregateOptions,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  type FirehoseRecord,
  iterDeaggregate,
  iterDeaggregateRecords,
  type KinesisRecord,
  type KplError,
  type KplErrorCode,
  type LambdaRecord,
  type LambdaRecordPayload,
  type Position,
  type SdkRecord,
  type UserRecord,
  UserRecordBatch,
} from 'kinesis-agg';
import { accepts, type Same, same, some } from './assert.js';

const lambda = { eventID: 'e', kinesis: { data: 'eA==', partitionKey: 'a', sequenceNumber: '1' }, tenant: 7 };
const payload = lambda.kinesis;
const sdk = { Data: new Uint8Array(1), SequenceNumber: '1', PartitionKey: 'a' };
const firehose = { recordId: 'r', data: 'eA==', kinesisRecordMetadata: { sequenceNumber: '1', partitionKey: 'a' } };
const directPut = { recordId: 'r', data: 'eA==', approximateArrivalTimestamp: 1 };
const analytics = { recordId: 'r', data: 'eA==', kinesisStreamRecordMetadata: { sequenceNumber: '1' } };

// Every shape, alone and in any iterable.
for (const one of [lambda, payload, sdk, firehose, directPut, analytics] satisfies KinesisRecord[]) {
  deaggregate(one);
  deaggregate([one]);
  deaggregate(new Set([one]));
  iterDeaggregate(one);
  deaggregateAsync([one]);
  decode(one);
  deaggregateRecords(one);
  iterDeaggregateRecords([one]);
}
deaggregate(some<KinesisRecord>());
deaggregate(some<readonly KinesisRecord[]>());
deaggregate(some<Generator<LambdaRecord | SdkRecord>>());
deaggregate(some<KinesisRecord | Iterable<KinesisRecord>>());
deaggregate(Object.freeze([Object.freeze(lambda)]));
deaggregate([]);
deaggregate({ kinesis: { data: 'eA==', sequenceNumber: '1', partitionKey: null } });
// @ts-expect-error base64 is not a record
deaggregate('eA==');
// @ts-expect-error bytes are not a record
deaggregate(Buffer.from('x'));
// @ts-expect-error an event is not its records
deaggregate({ Records: [lambda] });
// @ts-expect-error Lambda's data is base64
deaggregate({ kinesis: { data: Buffer.from('x'), sequenceNumber: '1' } });
// The AWS CLI prints base64 and times as numbers or texts.
deaggregate(
  some<
    { SequenceNumber: string; ApproximateArrivalTimestamp: number | string; Data: string; PartitionKey: string }[]
  >(),
);
// Bytes alone.
deaggregate({ Data: Buffer.from('x') });
// @ts-expect-error a sequence number is a string
deaggregate({ Data: Buffer.from('x'), SequenceNumber: 1 });
// @ts-expect-error neither the kinesis part of a Lambda record nor one of Firehose
deaggregate({ data: 'eA==' });
// @ts-expect-error an asynchronous iterable is not an iterable
deaggregate(some<AsyncIterable<KinesisRecord>>());
// The iterators alone take one, of records or of iterables of them.
same<Same<ReturnType<typeof iterDeaggregate<SdkRecord>>, AsyncIterableIterator<UserRecord>>>();
accepts<AsyncIterableIterator<UserRecord>>(iterDeaggregate(some<AsyncIterable<SdkRecord>>()));
accepts<AsyncIterableIterator<UserRecord>>(iterDeaggregate(some<AsyncIterable<SdkRecord[]>>(), { copy: true }));
accepts<AsyncIterableIterator<DeaggregatedRecord<LambdaRecord>>>(
  iterDeaggregateRecords(some<AsyncIterable<readonly LambdaRecord[]>>()),
);
// @ts-expect-error nothing is no record
deaggregate(undefined);

// What comes out.
same<Same<ReturnType<typeof deaggregate>, UserRecord[]>>();
accepts<IterableIterator<UserRecord>>(iterDeaggregate(some<KinesisRecord[]>()));
same<Same<ReturnType<typeof deaggregateAsync>, Promise<UserRecord[]>>>();
const record = some<UserRecord>();
same<Same<typeof record.partitionKey, string | null>>();
same<Same<typeof record.explicitHashKey, string | null>>();
same<Same<typeof record.data, Buffer>>();
same<Same<typeof record.sequenceNumber, string>>();
same<Same<typeof record.subSequenceNumber, number>>();
same<Same<typeof record.aggregated, boolean>>();
same<Same<typeof record.decodeError, KplErrorCode | undefined>>();
same<
  Same<
    keyof UserRecord,
    'partitionKey' | 'explicitHashKey' | 'data' | 'sequenceNumber' | 'subSequenceNumber' | 'aggregated' | 'decodeError'
  >
>();
for (const { data } of iterDeaggregate(lambda)) accepts<string>(data.toString('utf8'));

// Options: each may be left out or undefined.
accepts<DeaggregateOptions>({});
accepts<DeaggregateOptions>({
  verifyChecksum: false,
  strict: true,
  onBroken: (error, broken) => {
    same<Same<typeof error, KplError>>();
    same<Same<typeof broken, KinesisRecord>>();
  },
  hashKeyRange: { StartingHashKey: '0', EndingHashKey: '1' },
  copy: true,
});
accepts<DeaggregateOptions>({
  verifyChecksum: undefined,
  strict: undefined,
  onBroken: undefined,
  hashKeyRange: undefined,
  copy: undefined,
});
// @ts-expect-error a misspelt option
accepts<DeaggregateOptions>({ computeChecksums: true });
// @ts-expect-error both ends
accepts<DeaggregateOptions>({ hashKeyRange: { StartingHashKey: '0' } });
// @ts-expect-error not bigints, so that the SDK's type is ours
accepts<DeaggregateOptions>({ hashKeyRange: { StartingHashKey: 0n, EndingHashKey: 1n } });

// A callback sees the records as they were given; one that takes any Kinesis record fits everywhere.
const anywhere: DeaggregateOptions = { onBroken: (_error, _record) => {} };
deaggregate([lambda], { onBroken: (_error, broken) => accepts<number>(broken.tenant) });
decode([sdk], { onBroken: (_error, broken) => accepts<Uint8Array>(broken.Data) });
deaggregate([lambda], anywhere);
same<Same<ReturnType<typeof decode<typeof lambda>>, UserRecordBatch<typeof lambda>>>();
const withAnywhere = decode([lambda], anywhere);
same<Same<typeof withAnywhere, UserRecordBatch<typeof lambda>>>();
// @ts-expect-error a callback that wants another shape
deaggregate([lambda], { onBroken: (_error: KplError, _record: SdkRecord) => {} });

// Columns.
const batch = decode([lambda]);
same<Same<typeof batch.length, number>>();
same<Same<typeof batch.partitionKey, (i: number) => string | null>>();
same<Same<typeof batch.explicitHashKey, (i: number) => string | null>>();
same<Same<typeof batch.data, (i: number) => Buffer>>();
same<Same<typeof batch.text, (i: number) => string>>();
same<Same<typeof batch.json, (i: number) => unknown>>();
same<Same<typeof batch.sequenceNumber, (i: number) => string>>();
same<Same<typeof batch.subSequenceNumber, (i: number) => number>>();
same<Same<typeof batch.aggregated, (i: number) => boolean>>();
same<Same<typeof batch.approximateArrivalTimestamp, (i: number) => Date | number | undefined>>();
same<Same<typeof batch.toArray, () => UserRecord[]>>();
accepts<number>(batch.source(0).tenant);
accepts<UserRecordBatch>(batch);
accepts<Iterable<UserRecord>>(batch);
for (const one of batch) same<Same<typeof one, UserRecord>>();
same<Same<ReturnType<UserRecordBatch['source']>, KinesisRecord>>();
accepts<boolean>(some<unknown>() instanceof UserRecordBatch);
// @ts-expect-error made by decode()
new UserRecordBatch();
// @ts-expect-error counted, not set
batch.length = 0;
// @ts-expect-error unknown has to be looked at first
batch.json(0).id;

// Same shape in, same shape out, with everything that the record carried.
for (const out of deaggregateRecords([lambda])) {
  accepts<typeof lambda>(out);
  same<Same<typeof out.kinesis.explicitHashKey, string | null | undefined>>();
  same<Same<typeof out.kinesis.subSequenceNumber, number | undefined>>();
  same<Same<typeof out.kinesis.aggregated, true | undefined>>();
  same<Same<typeof out.kinesis.data, string>>();
  accepts<number>(out.tenant);
}
for (const out of deaggregateRecords(payload)) {
  accepts<typeof payload>(out);
  same<Same<typeof out.subSequenceNumber, number | undefined>>();
}
for (const out of iterDeaggregateRecords([sdk])) {
  accepts<typeof sdk>(out);
  same<Same<typeof out.ExplicitHashKey, string | null | undefined>>();
  same<Same<typeof out.SubSequenceNumber, number | undefined>>();
  same<Same<typeof out.Aggregated, true | undefined>>();
}
for (const out of deaggregateRecords(some<SdkRecord[]>())) accepts<Uint8Array | string>(out.Data);
for (const out of deaggregateRecords([sdk])) accepts<Uint8Array>(out.Data);
for (const out of deaggregateRecords([{ Data: 'eA==' }])) accepts<string>(out.Data);

// Positions: a user record is one.
accepts<-1 | 0 | 1>(comparePositions(record, { sequenceNumber: '1' }));
accepts<Position>(record);
accepts<Position>({ sequenceNumber: '1', subSequenceNumber: null });
accepts<DeaggregateOptions>({ after: record });
accepts<DeaggregateOptions>({ after: undefined });
// @ts-expect-error never a number: it loses digits
accepts<Position>({ sequenceNumber: 1 });
for (const out of deaggregateRecords([firehose])) {
  accepts<typeof firehose>(out);
  same<Same<typeof out.kinesisRecordMetadata.subSequenceNumber, number | undefined>>();
}
for (const out of deaggregateRecords([directPut])) {
  accepts<typeof directPut>(out);
  same<Same<typeof out.recordId, string>>();
}
for (const out of deaggregateRecords([analytics])) {
  accepts<typeof analytics>(out);
  same<Same<typeof out.kinesisStreamRecordMetadata.aggregated, true | undefined>>();
}
// Mixed shapes keep apart: what is added to one is not promised of another.
for (const out of deaggregateRecords(some<(LambdaRecord | SdkRecord)[]>())) {
  if ('kinesis' in out) accepts<number | undefined>(out.kinesis.subSequenceNumber);
  else accepts<number | undefined>(out.SubSequenceNumber);
}
// What came out goes in again.
deaggregate(deaggregateRecords([lambda]));
deaggregateRecords(deaggregateRecords(some<KinesisRecord[]>()));
accepts<KinesisRecord[]>(deaggregateRecords(some<KinesisRecord[]>()));
export const generic = <R extends LambdaRecord>(records: R[]): R[] => deaggregateRecords(records);
export const anyShape = <R extends KinesisRecord>(records: Iterable<R>): R[] => deaggregateRecords(records);
accepts<DeaggregatedRecord<LambdaRecordPayload>>(payload);
accepts<DeaggregatedRecord<FirehoseRecord>>(firehose);
accepts<DeaggregatedRecord<AnalyticsRecord>>(analytics);
// @ts-expect-error the fields are in the kinesis part
deaggregateRecords([lambda])[0]?.subSequenceNumber;
// @ts-expect-error a Lambda record is no SDK record
accepts<SdkRecord[]>(deaggregateRecords([lambda]));
