'use strict';

// The format read and measured by protobufjs, from a schema that stands here: a reader that is nobody's here.

const protobuf = require('protobufjs');
const { MAGIC } = require('./format');
const { md5 } = require('./hash-key');

const { root } = protobuf.parse(`
  syntax = "proto2";
  message AggregatedRecord {
    repeated string partition_key_table = 1;
    repeated string explicit_hash_key_table = 2;
    repeated Record records = 3;
  }
  message Tag { required string key = 1; optional string value = 2; }
  message Record {
    required uint64 partition_key_index = 1;
    optional uint64 explicit_hash_key_index = 2;
    required bytes data = 3;
    repeated Tag tags = 4;
  }
`);
const AggregatedRecord = root.lookupType('AggregatedRecord');

/** The user records of an aggregate, or `null` for what is none. */
function readByProtobuf(data) {
  if (!data.subarray(0, 4).equals(MAGIC)) return null;
  const message = data.subarray(4, -16);
  if (!md5(message).equals(data.subarray(-16))) return null;
  const { partitionKeyTable, explicitHashKeyTable, records } = AggregatedRecord.decode(message);
  return records.map((record) => ({
    partitionKey: partitionKeyTable[Number(record.partitionKeyIndex)],
    // On a message's own property: absent is not 0.
    explicitHashKey: Object.hasOwn(record, 'explicitHashKeyIndex')
      ? explicitHashKeyTable[Number(record.explicitHashKeyIndex)]
      : null,
    data: Buffer.from(record.data),
  }));
}

/** How long protobufjs makes the aggregate of what is in this one. */
function sizeByProtobuf(data) {
  return 20 + AggregatedRecord.encode(AggregatedRecord.decode(data.subarray(4, -16))).finish().length;
}

module.exports = { readByProtobuf, sizeByProtobuf };
