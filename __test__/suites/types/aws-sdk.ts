// The types of @aws-sdk/client-kinesis v3, both ways.
import {
  type _Record,
  type GetRecordsOutput,
  type HashKeyRange,
  type ListShardsOutput,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  type Shard,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis';
import {
  type AggregatedRecord,
  aggregate,
  type DeaggregateOptions,
  deaggregate,
  deaggregateAsync,
  deaggregateRecords,
  decode,
  iterDeaggregate,
  type KinesisRecord,
  type Shard as OwnShard,
  RecordAggregator,
  type UserRecordInput,
} from 'kinesis-agg';
import { accepts, some } from './assert.js';

// An aggregate is put as it stands.
accepts<PutRecordsRequestEntry>(some<AggregatedRecord>());
accepts<PutRecordsRequestEntry[]>(aggregate([]));
new PutRecordsCommand({ StreamName: 's', Records: aggregate([]) });
new PutRecordsCommand({ StreamName: 's', Records: new RecordAggregator().flush() });

// What was to be put can be aggregated first.
accepts<UserRecordInput>(some<PutRecordsRequestEntry>());
aggregate(some<PutRecordsRequestEntry[]>());

// Shards as ListShards gives them.
accepts<OwnShard>(some<Shard>());
const { Shards = [] } = some<ListShardsOutput>();
const aggregator = new RecordAggregator({ routing: { shards: Shards } });
aggregator.setShards(Shards);

// Records as GetRecords and SubscribeToShard give them.
accepts<KinesisRecord>(some<_Record>());
const { Records = [] } = some<GetRecordsOutput>();
deaggregate(Records);
iterDeaggregate(Records);
deaggregateAsync(Records);
decode(Records);
deaggregate(some<SubscribeToShardEvent>().Records ?? []);
for (const record of deaggregateRecords(Records)) {
  accepts<_Record>(record);
  accepts<Uint8Array>(record.Data);
  accepts<Date | undefined>(record.ApproximateArrivalTimestamp);
}
accepts<GetRecordsOutput>({ ...some<GetRecordsOutput>(), Records: deaggregateRecords(Records) });
accepts<_Record>(decode(Records).source(0));
// @ts-expect-error nothing is no records: ?? []
deaggregate(some<GetRecordsOutput>().Records);

// A shard's range, as it comes.
accepts<DeaggregateOptions>({ hashKeyRange: some<HashKeyRange>() });
for (const { HashKeyRange: hashKeyRange } of Shards) deaggregate(Records, { hashKeyRange });
