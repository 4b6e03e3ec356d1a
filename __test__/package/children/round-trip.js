'use strict';

// Run as a process of its own: a round trip, then the modules of Node that are loaded.

const { aggregate, decode, deaggregate, hashKey, isAggregated } = require('../../..');

const records = ['x', 'y'].map((data) => ({ partitionKey: 'a', data }));
const entries = aggregate(records, { routing: { lanes: 2 } });
const kinesis = entries.map(({ PartitionKey, Data }) => ({ PartitionKey, Data, SequenceNumber: '1' }));
const range = { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) };
const userRecords = deaggregate(kinesis, { hashKeyRange: range });

process.stdout.write(
  JSON.stringify({
    texts: userRecords.map(({ data }) => data.toString()),
    decoded: decode(kinesis).length,
    isAggregated: isAggregated(entries[0].Data),
    hashKey: hashKey('a'),
    modules: process.moduleLoadList,
  }),
);
