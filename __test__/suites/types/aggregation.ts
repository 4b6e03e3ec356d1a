// What the aggregating half takes, gives and refuses.
import {
  type AggregatedRecord,
  type AggregatorOptions,
  aggregate,
  hashKey,
  isAggregated,
  RecordAggregator,
  type Routing,
  type Shard,
  type UserRecordData,
  type UserRecordInput,
} from 'kinesis-agg';
import { accepts, type Same, same, some } from './assert.js';

// Every routing, and nothing else.
accepts<Routing>('pinned');
accepts<Routing>('partitionKey');
accepts<Routing>('first');
accepts<Routing>({ lanes: 1024 });
accepts<Routing>({ shards: [] });
accepts<Routing>({ shards: some<readonly Shard[]>() });
accepts<Routing>({ shards: Object.freeze([some<Readonly<Shard>>()]) });
// @ts-expect-error no such routing
accepts<Routing>('random');
// @ts-expect-error lanes need their number
accepts<Routing>('lanes');
// @ts-expect-error a number, not a string
accepts<Routing>({ lanes: '4' });
// @ts-expect-error one or the other
accepts<Routing>({ lanes: 4, shards: [] });
// @ts-expect-error neither
accepts<Routing>({});
// @ts-expect-error a shard is more than its name
accepts<Routing>({ shards: ['shardId-000000000000'] });
// @ts-expect-error hash keys are decimal strings
accepts<Shard>({ HashKeyRange: { StartingHashKey: 0, EndingHashKey: 1 } });
// @ts-expect-error a shard has a hash key range
accepts<Shard>({ ShardId: 'shardId-000000000000' });

// Options: each may be left out or undefined.
accepts<AggregatorOptions>({});
accepts<AggregatorOptions>({
  routing: { lanes: 4 },
  maxRecordBytes: 10_485_760,
  maxAggregateBytes: 51_200,
  maxUserRecords: 500,
  maxOpenAggregates: 8,
  wrapSingle: false,
});
accepts<AggregatorOptions>({
  routing: undefined,
  maxRecordBytes: undefined,
  maxAggregateBytes: undefined,
  maxUserRecords: undefined,
  maxOpenAggregates: undefined,
  wrapSingle: undefined,
});
// @ts-expect-error a misspelt option
accepts<AggregatorOptions>({ maxSize: 1 });
// @ts-expect-error null is no option
accepts<AggregatorOptions>({ maxAggregateBytes: null });

// Data: bytes in every form, and strings.
accepts<UserRecordData>('text');
accepts<UserRecordData>(Buffer.from('text'));
accepts<UserRecordData>(new Uint8Array(1));
accepts<UserRecordData>(new Float64Array(1));
accepts<UserRecordData>(new DataView(new ArrayBuffer(1)));
accepts<UserRecordData>(new ArrayBuffer(1));
accepts<UserRecordData>(some<ArrayBufferView>());
// @ts-expect-error an array of numbers is not bytes
accepts<UserRecordData>([1, 2]);
// @ts-expect-error nor is a number
accepts<UserRecordData>(1);
// @ts-expect-error nor is any object
accepts<UserRecordData>({ n: 1 });
// @ts-expect-error nothing is not data
accepts<UserRecordData>(null);

// User records: either spelling.
accepts<UserRecordInput>({ partitionKey: 'a', data: 'x' });
accepts<UserRecordInput>({ partitionKey: 'a', data: 'x', explicitHashKey: '9' });
accepts<UserRecordInput>({ partitionKey: 'a', data: 'x', explicitHashKey: 9n });
accepts<UserRecordInput>({ partitionKey: 'a', data: 'x', explicitHashKey: null });
accepts<UserRecordInput>({ partitionKey: 'a', data: 'x', explicitHashKey: undefined });
accepts<UserRecordInput>({ PartitionKey: 'a', Data: 'x' });
accepts<UserRecordInput>({ PartitionKey: 'a', Data: 'x', ExplicitHashKey: 9n });
accepts<UserRecordInput>({ PartitionKey: 'a', Data: 'x', ExplicitHashKey: null });
accepts<UserRecordInput>({ PartitionKey: 'a', Data: 'x', ExplicitHashKey: undefined });
accepts<UserRecordInput>(Object.freeze({ partitionKey: 'a', data: 'x' }));
// An object that carries more is a user record too.
const withMore = { partitionKey: 'a', data: 'x', createdAt: 1 };
accepts<UserRecordInput>(withMore);
// @ts-expect-error the data is missing
accepts<UserRecordInput>({ partitionKey: 'a' });
// @ts-expect-error the partition key is missing
accepts<UserRecordInput>({ data: 'x' });
// @ts-expect-error a partition key is a string
accepts<UserRecordInput>({ partitionKey: 1, data: 'x' });
// @ts-expect-error not null either
accepts<UserRecordInput>({ partitionKey: null, data: 'x' });
// @ts-expect-error a number cannot hold a hash key
accepts<UserRecordInput>({ partitionKey: 'a', data: 'x', explicitHashKey: 9 });
// @ts-expect-error mixed spelling
accepts<UserRecordInput>({ partitionKey: 'a', Data: 'x' });
// @ts-expect-error mixed spelling, which would lose the explicit hash key
accepts<UserRecordInput>({ partitionKey: 'a', data: 'x', ExplicitHashKey: '9' });
// @ts-expect-error mixed spelling, the other way round
accepts<UserRecordInput>({ PartitionKey: 'a', Data: 'x', explicitHashKey: '9' });
const mixed = { PartitionKey: 'a', Data: 'x', explicitHashKey: '9' };
// @ts-expect-error mixed spelling, not only in a literal
accepts<UserRecordInput>(mixed);
const mixedOtherwise = { partitionKey: 'a', data: 'x', ExplicitHashKey: '9' };
// @ts-expect-error mixed spelling, the other way round
accepts<UserRecordInput>(mixedOtherwise);
const closed = some<AggregatedRecord>();
// @ts-expect-error it is aggregated already
accepts<UserRecordInput>(closed);

// The aggregator.
const aggregator = new RecordAggregator();
new RecordAggregator({});
new RecordAggregator(undefined);
// @ts-expect-error a routing is an option, not the options
new RecordAggregator('pinned');
same<Same<ReturnType<typeof aggregator.addUserRecord>, AggregatedRecord | undefined>>();
same<Same<ReturnType<typeof aggregator.addUserRecords>, AggregatedRecord[]>>();
same<Same<ReturnType<typeof aggregator.flush>, AggregatedRecord[]>>();
same<Same<ReturnType<typeof aggregator.setShards>, AggregatedRecord[]>>();
same<Same<ReturnType<typeof aggregator.clear>, void>>();
same<Same<ReturnType<typeof aggregator.clearCallbacks>, void>>();
same<Same<ReturnType<typeof aggregator.fits>, boolean>>();
same<Same<typeof aggregator.userRecordCount, number>>();
same<Same<typeof aggregator.sizeBytes, number>>();
aggregator.onRecordComplete(() => {}).onRecordComplete(async ({ Data }) => accepts<Buffer>(Data));
class Own extends RecordAggregator {
  own = true;
}
same<Same<ReturnType<Own['onRecordComplete']>, Own>>();
aggregator.addUserRecords(new Set([{ partitionKey: 'a', data: 'x' }]));
aggregator.addUserRecords(some<Generator<UserRecordInput>>());
aggregator.addUserRecords(some<readonly UserRecordInput[]>());
// @ts-expect-error one record has its own method
aggregator.addUserRecords({ partitionKey: 'a', data: 'x' });
// @ts-expect-error several records have their own method
aggregator.addUserRecord([{ partitionKey: 'a', data: 'x' }]);
// @ts-expect-error an asynchronous iterable is not an iterable
aggregator.addUserRecords(some<AsyncIterable<UserRecordInput>>());
// @ts-expect-error counted, not set
aggregator.userRecordCount = 0;
// @ts-expect-error measured, not set
aggregator.sizeBytes = 0;
// @ts-expect-error a callback is a function
aggregator.onRecordComplete('log');
// @ts-expect-error a callback that takes something else
aggregator.onRecordComplete((_count: number) => {});
// @ts-expect-error the property may be undefined
accepts<AggregatedRecord>(aggregator.addUserRecord({ partitionKey: 'a', data: 'x' }));

// The function.
same<Same<ReturnType<typeof aggregate>, AggregatedRecord[]>>();
aggregate([], { routing: 'first' });
aggregate(new Map([['k', { partitionKey: 'a', data: 'x' }]]).values());
// @ts-expect-error the records are missing
aggregate();

// An aggregate.
// @ts-expect-error an aggregate cannot be aggregated again
aggregate(aggregate([{ partitionKey: 'a', data: 'x' }]));
// @ts-expect-error not even where nested data is kept: an entry is no user record
aggregate([closed], { nested: 'keep' });
// @ts-expect-error nor one by one
aggregator.addUserRecord(closed);
// @ts-expect-error nor many
aggregator.addUserRecords([closed]);
same<Same<typeof closed.PartitionKey, string>>();
same<Same<typeof closed.Data, Buffer>>();
same<Same<typeof closed.userRecordCount, number>>();
same<Same<typeof closed.ExplicitHashKey, string | undefined>>();

// The two small ones.
same<Same<typeof hashKey, (partitionKey: string) => string>>();
same<Same<typeof isAggregated, (data: Uint8Array | string) => boolean>>();
isAggregated(Buffer.alloc(0));
// @ts-expect-error a number has no hash key
hashKey(1);
// @ts-expect-error a record is not its data
isAggregated({ data: '' });
