'use strict';

// The shards to which entries will go, as far as that is known.

const { Destinations } = require('../../lib/producer/destinations');
const { ShardMap } = require('../../lib/producer/shard-map');
const { MAX_HASH_KEY } = require('../oracle/hash-key');
const { evenShards } = require('../support/shards');

const record = (PartitionKey, ExplicitHashKey) => ({ PartitionKey, ...(ExplicitHashKey && { ExplicitHashKey }) });

describe.each([['shards'], ['partitionKey'], [{ lanes: 4 }]])('under %j', (routing) => {
  test('records go where the last one of the same keys went', () => {
    const destinations = new Destinations(routing);
    expect(destinations.of(record('a'))).toBeUndefined();
    destinations.wentTo('first', record('a'));
    destinations.wentTo('second', record('a', '7'));
    expect(destinations.of(record('a'))).toBe('first');
    expect(destinations.of(record('a', '7'))).toBe('second');
    expect(destinations.of(record('a', '8'))).toBeUndefined();
    destinations.wentTo('third', record('a'));
    expect(destinations.of(record('a'))).toBe('third');
  });

  test('those with an explicit hash key go by the shard map, once there is one', () => {
    const destinations = new Destinations(routing);
    const map = new ShardMap(evenShards(2).map((shard, i) => ({ ...shard, ShardId: `shard ${i}` })));
    destinations.wentTo('elsewhere', record('a', '0'));
    destinations.wentTo('elsewhere', record('a'));
    expect(destinations.of(record('a', '0'), map)).toBe('shard 0');
    expect(destinations.of(record('a', String(MAX_HASH_KEY)), map)).toBe('shard 1');
    expect(destinations.of(record('a'), map)).toBe('elsewhere');
  });
});

test.each([['pinned'], ['none']])('under %j, what went somewhere tells nothing of the next', (routing) => {
  const destinations = new Destinations(routing);
  destinations.wentTo('first', record('a'));
  expect(destinations.of(record('a'))).toBeUndefined();
});
