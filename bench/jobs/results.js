'use strict';

// What a consumer reads of a result, and results in one form for all contestants.

/** @type {Pick<import('../contestants').Contestant, 'touch' | 'plain'>} */
const ofUserRecord = {
  touch: ({ partitionKey, data }) => partitionKey.charCodeAt(0) + partitionKey.length + data[0] + data.length,
  plain: ({ partitionKey, explicitHashKey, data, sequenceNumber, subSequenceNumber }) =>
    line(partitionKey, explicitHashKey, data.toString('base64'), sequenceNumber, subSequenceNumber),
};

/**
 * The old package's: its data is base64 and stays so, though who wants bytes has yet to decode it.
 *
 * @type {Pick<import('../contestants').Contestant, 'touch' | 'plain'>}
 */
const ofOldUserRecord = {
  touch: ({ partitionKey, data }) =>
    partitionKey.charCodeAt(0) + partitionKey.length + data.charCodeAt(0) + data.length,
  plain: ({ partitionKey, explicitPartitionKey = null, data, sequenceNumber, subSequenceNumber }) =>
    line(partitionKey, explicitPartitionKey, data, sequenceNumber, subSequenceNumber),
};

/** @type {Pick<import('../contestants').Contestant, 'touch' | 'plain'>} */
const ofText = {
  touch: (text) => text.charCodeAt(text.length - 1) + text.length,
  plain: (text) => line(text),
};

/** @type {Pick<import('../contestants').Contestant, 'touch' | 'plain'>} */
const ofAggregate = {
  touch: ({ PartitionKey, Data }) => PartitionKey.length + Data[Data.length - 1] + Data.length,
  plain: ({ PartitionKey, Data }) => line(PartitionKey, Data.toString('base64')),
};

/** @type {Pick<import('../contestants').Contestant, 'touch' | 'plain'>} */
const ofOldAggregate = {
  touch: ({ partitionKey, data }) => partitionKey.length + data[data.length - 1] + data.length,
  plain: ({ partitionKey, data }) => line(partitionKey, data.toString('base64')),
};

/** @param {unknown[]} values */
function line(...values) {
  return `${JSON.stringify(values)}\n`;
}

module.exports = { line, ofAggregate, ofOldAggregate, ofOldUserRecord, ofText, ofUserRecord };
