'use strict';

// What the drop-in hands on of one Kinesis record, in the words of the other readers.

const assert = require('node:assert/strict');
const { deaggregate, deaggregateSync } = require('kinesis-agg/compat');

/**
 * By both of its functions, which have to agree.
 *
 * @param {any} kinesisRecord of the SDK's shape or of Lambda's
 */
function byDropIn(kinesisRecord) {
  const record = kinesisRecord.kinesis ?? kinesisRecord;
  let atOnce = { error: /** @type {Error | undefined} */ (undefined), records: /** @type {any[]} */ ([]) };
  deaggregateSync(record, true, (error, records) => {
    atOnce = { error: error ?? undefined, records };
  });
  const oneByOne = { error: /** @type {Error | undefined} */ (undefined), records: /** @type {any[]} */ ([]) };
  const take = (/** @type {unknown} */ _, /** @type {any} */ userRecord) => oneByOne.records.push(userRecord);
  deaggregate(record, true, take, (error) => {
    oneByOne.error = error ?? undefined;
  });
  assert.deepEqual(oneByOne, atOnce);
  return { error: atOnce.error, records: atOnce.records.map(inWordsOfOthers) };
}

/** @param {any} userRecord of either spelling */
function inWordsOfOthers(userRecord) {
  const isPascalCase = userRecord.Data !== undefined;
  const [partitionKey, explicitHashKey, data, sequenceNumber, subSequenceNumber] = isPascalCase
    ? ['PartitionKey', 'ExplicitPartitionKey', 'Data', 'SequenceNumber', 'SubSequenceNumber'].map(
        (name) => userRecord[name],
      )
    : ['partitionKey', 'explicitPartitionKey', 'data', 'sequenceNumber', 'subSequenceNumber'].map(
        (name) => userRecord[name],
      );
  return {
    partitionKey,
    explicitHashKey: explicitHashKey ?? null,
    // What is not aggregated keeps its data as they came.
    data: typeof data === 'string' ? Buffer.from(data, 'base64') : data,
    sequenceNumber,
    subSequenceNumber: subSequenceNumber ?? 0,
    aggregated: subSequenceNumber !== undefined,
  };
}

module.exports = { byDropIn };
