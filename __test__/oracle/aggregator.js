'use strict';

// A second aggregator, slow and obviously right: lists of records, looked through from the start, and every size is
// found by building the whole aggregate. It knows the contract and nothing of the code under test.

const { MAGIC, aggregateOf } = require('./format');
const { SPACE, hashKeyOf } = require('./hash-key');

const MIB = 1_048_576;

class ModelAggregator {
  /** In the order in which they were opened. */
  open = [];
  clock = 0;

  constructor({
    routing = 'pinned',
    maxRecordBytes = MIB,
    maxAggregateBytes = Math.min(51_200, maxRecordBytes),
    maxUserRecords = Infinity,
    maxOpenAggregates,
    wrapSingle = true,
  } = {}) {
    Object.assign(this, { routing, maxRecordBytes, maxAggregateBytes, maxUserRecords, wrapSingle });
    this.givenMaxOpenAggregates = maxOpenAggregates;
  }

  get maxOpenAggregates() {
    const parts = this.routing.lanes ?? this.routing.shards?.length ?? 0;
    return this.givenMaxOpenAggregates ?? Math.max(64, parts);
  }

  /** Whether the record fits into a Kinesis record of its own in any way. */
  isTakeable(record) {
    const alone = this.opened(record);
    return (
      wrappedBytes(alone) <= this.maxRecordBytes ||
      (this.mayUnwrap(record) && unwrappedBytes(record) <= this.maxRecordBytes)
    );
  }

  /** The aggregates that the record closes: none or one. */
  add(record) {
    if (!this.isTakeable(record)) throw new RangeError('too large');
    const its = this.openOf(record);
    const closed = [];
    if (its !== undefined && this.canJoin(its, record)) {
      its.records.push(record);
      its.usedAt = ++this.clock;
      return closed;
    }
    if (its !== undefined) closed.push(this.close(its));
    else if (this.open.length >= this.maxOpenAggregates) closed.push(this.close(this.leastRecentlyUsed()));
    this.open.push({ ...this.opened(record), usedAt: ++this.clock });
    return closed;
  }

  fits(record) {
    if (!this.isTakeable(record)) return false;
    const its = this.openOf(record);
    return its === undefined ? this.open.length < this.maxOpenAggregates : this.canJoin(its, record);
  }

  flush() {
    return [...this.open].map((aggregate) => this.close(aggregate));
  }

  clear() {
    this.open = [];
  }

  setShards(shards) {
    this.routing = { shards };
    // Partition keys where there was no map yet.
    const routed = this.open.filter(({ group }) => group.startsWith('shard ') || group.startsWith('['));
    this.open = this.open.filter((aggregate) => !routed.includes(aggregate));
    const closed = routed.flatMap((aggregate) => aggregate.records).flatMap((record) => this.add(record));
    while (this.open.length > this.maxOpenAggregates) closed.push(this.close(this.leastRecentlyUsed()));
    return closed;
  }

  get userRecordCount() {
    return this.open.flatMap((aggregate) => aggregate.records).length;
  }

  get sizeBytes() {
    return this.open.map((aggregate) => this.entryOf(aggregate).Data.length).reduce((sum, bytes) => sum + bytes, 0);
  }

  canJoin(aggregate, record) {
    const joined = { ...aggregate, records: [...aggregate.records, record] };
    return joined.records.length <= this.maxUserRecords && wrappedBytes(joined) <= this.maxAggregateBytes;
  }

  openOf(record) {
    const group = this.groupOf(record);
    return this.open.find((aggregate) => aggregate.group === group);
  }

  leastRecentlyUsed() {
    return this.open.reduce((oldest, aggregate) => (aggregate.usedAt < oldest.usedAt ? aggregate : oldest));
  }

  close(aggregate) {
    this.open = this.open.filter((other) => other !== aggregate);
    return this.entryOf(aggregate);
  }

  /** What `flush` gives for an open aggregate. */
  entryOf(aggregate) {
    const [first] = aggregate.records;
    const goesUnwrapped =
      aggregate.records.length === 1 &&
      this.mayUnwrap(first) &&
      (!this.wrapSingle || wrappedBytes(aggregate) > this.maxRecordBytes);
    const [PartitionKey, explicitHashKey, Data] = goesUnwrapped
      ? [first.partitionKey, first.explicitHashKey, Buffer.from(first.data)]
      : [aggregate.PartitionKey, aggregate.ExplicitHashKey, wrapped(aggregate)];
    return {
      PartitionKey,
      ...(explicitHashKey == null ? {} : { ExplicitHashKey: explicitHashKey }),
      Data,
      userRecordCount: aggregate.records.length,
    };
  }

  mayUnwrap(record) {
    return this.routing.lanes === undefined && !Buffer.from(record.data).subarray(0, 4).equals(MAGIC);
  }

  /** Routing 'shards' has no map yet. */
  get goesByPartitionKey() {
    return this.routing === 'partitionKey' || this.routing === 'shards';
  }

  groupOf({ partitionKey, explicitHashKey = null }) {
    if (this.routing === 'first') return 'one';
    if (this.goesByPartitionKey) return JSON.stringify([partitionKey, explicitHashKey]);
    if (explicitHashKey !== null) return `explicit ${explicitHashKey}`;
    if (this.routing === 'pinned') return 'one';
    const hashKey = hashKeyOf(partitionKey);
    if (this.routing.lanes) return `lane ${laneOf(hashKey, this.routing.lanes)}`;
    const its = this.routing.shards.find((shard) => owns(shard, hashKey));
    return `shard ${its.HashKeyRange.StartingHashKey}`;
  }

  /** The aggregate that a record opens. */
  opened(record) {
    const { partitionKey, explicitHashKey = null } = record;
    const group = this.groupOf(record);
    const records = [record];
    if (this.routing === 'first' || this.goesByPartitionKey || explicitHashKey !== null) {
      return { group, PartitionKey: partitionKey, ExplicitHashKey: explicitHashKey, pin: null, records };
    }
    const lanes = this.routing.lanes;
    const lane = lanes && laneOf(hashKeyOf(partitionKey), lanes);
    const PartitionKey = lanes ? `lane-${lane}-of-${lanes}` : partitionKey;
    const pin = String(lanes ? middleOf(lane, lanes) : hashKeyOf(partitionKey));
    return { group, PartitionKey, ExplicitHashKey: pin, pin, records };
  }
}

function laneOf(hashKey, lanes) {
  return Number((hashKey * BigInt(lanes)) / SPACE);
}

function middleOf(lane, lanes) {
  return ((2n * BigInt(lane) + 1n) * 2n ** 127n) / BigInt(lanes);
}

function owns({ HashKeyRange }, hashKey) {
  return BigInt(HashKeyRange.StartingHashKey) <= hashKey && hashKey <= BigInt(HashKeyRange.EndingHashKey);
}

function wrapped({ records, pin }) {
  return aggregateOf(records.map((record) => ({ ...record, explicitHashKey: record.explicitHashKey ?? pin })));
}

function wrappedBytes(aggregate) {
  return wrapped(aggregate).length + Buffer.byteLength(aggregate.PartitionKey);
}

function unwrappedBytes({ data, partitionKey }) {
  return Buffer.byteLength(data) + Buffer.byteLength(partitionKey);
}

module.exports = { ModelAggregator, laneOf, middleOf, owns };
