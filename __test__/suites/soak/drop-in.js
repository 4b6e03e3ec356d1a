'use strict';

// The drop-in, there and back.

const compat = require('kinesis-agg/compat');

/**
 * User records through the drop-in's aggregator and back. The older package takes nothing without data, and writes
 * explicit hash keys that are not empty.
 *
 * @param {import('../../support/random').Random} random
 * @returns {Promise<{ sent: any[], read: any[] }>}
 */
async function throughDropIn(random, records) {
  const sent = records.filter(({ data }) => data.length > 0);
  const inputs = sent.map(({ partitionKey, explicitHashKey, data }) => ({
    partitionKey,
    explicitHashKey: explicitHashKey ?? undefined,
    data,
  }));
  const options = random.chance(0.5) ? undefined : { routing: random.pick(['pinned', 'partitionKey', { lanes: 4 }]) };
  const encoded = await random.pick([byAggregate, byAggregator])(inputs, options);
  return { sent, read: encoded.flatMap((record, i) => random.pick([atOnce, oneByOne])(record, String(i))) };
}

/** @returns {Promise<any[]>} */
function byAggregate(inputs, options) {
  return new Promise((resolve, reject) => {
    if (inputs.length === 0) return resolve([]);
    const encoded = [];
    const handler = (record, done) => {
      encoded.push(record);
      done();
    };
    compat.aggregate(inputs, handler, () => resolve(encoded), reject, 4, options);
  });
}

/** @returns {any[]} */
function byAggregator(inputs, options) {
  const encoded = [];
  const aggregator = new compat.RecordAggregator((error, record) => {
    if (error) throw error;
    encoded.push(record);
  }, options);
  for (const input of inputs) {
    if (!aggregator.checkIfUserRecordFits(input)) aggregator.flushBufferedRecords();
    aggregator.addUserRecord(input);
  }
  if (aggregator.length() > 0) aggregator.flushBufferedRecords();
  if (aggregator.length() !== 0) throw new Error('the drop-in kept records after a flush');
  return encoded;
}

function atOnce(record, sequenceNumber) {
  let read = [];
  compat.deaggregateSync(lambdaPayload(record, sequenceNumber), true, (error, userRecords) => {
    if (error) throw error;
    read = userRecords;
  });
  return read.map(plain);
}

function oneByOne({ partitionKey, data }, SequenceNumber) {
  const read = [];
  const take = (_, { PartitionKey, ExplicitPartitionKey, Data }) =>
    read.push({ partitionKey: PartitionKey, explicitPartitionKey: ExplicitPartitionKey, data: Data });
  compat.deaggregate({ PartitionKey: partitionKey, SequenceNumber, Data: data }, true, take, (error) => {
    if (error) throw error;
  });
  return read.map(plain);
}

const lambdaPayload = ({ partitionKey, data }, sequenceNumber) => ({
  partitionKey,
  sequenceNumber,
  data: data.toString('base64'),
});

const plain = ({ partitionKey, explicitPartitionKey, data }) => ({
  partitionKey,
  explicitHashKey: explicitPartitionKey ?? null,
  data: Buffer.from(data, 'base64'),
  aggregated: true,
});

module.exports = { throughDropIn };
