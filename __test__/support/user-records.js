'use strict';

const { deaggregate } = require('../..');
const { sdkRecord } = require('./kinesis-records');

/** All user records of entries of PutRecords, with what a round trip has to keep. */
function userRecordsOf(entries) {
  return deaggregate(entries.map((entry) => sdkRecord(entry))).map(({ partitionKey, explicitHashKey, data }) => ({
    partitionKey,
    explicitHashKey,
    data: data.toString('latin1'),
  }));
}

/** The text of each user record, entry by entry: `[['a', 'b'], ['c']]`. */
function textsOf(entries) {
  return entries.map((entry) => deaggregate(sdkRecord(entry)).map(({ data }) => data.toString()));
}

/** As many records of one partition key, whose data are their numbers. */
function numbered(count, partitionKey = 'a') {
  return Array.from({ length: count }, (_, i) => ({ partitionKey, data: String(i) }));
}

module.exports = { numbered, textsOf, userRecordsOf };
