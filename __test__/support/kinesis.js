'use strict';

// A Kinesis endpoint with streams for one test file.

const { DescribeStreamSummaryCommand, PutRecordsCommand } = require('@aws-sdk/client-kinesis');
const { effectiveHashKey } = require('../oracle/hash-key');
const { Stream, endOf, open, startOf } = require('./stream');
const { connect, startEndpoint } = require('./endpoint');

/**
 * Starts an endpoint before the tests of a file and stops it after them.
 *
 * @param {object} [settings]
 * @param {import('@aws-sdk/client-kinesis').KinesisClientConfig} [settings.client]
 */
function givenKinesis({ client: config } = {}) {
  const given = {
    /** @type {Awaited<ReturnType<typeof startEndpoint>>} */
    endpoint: /** @type {any} */ (undefined),
    /** @type {import('@aws-sdk/client-kinesis').KinesisClient} */
    client: /** @type {any} */ (undefined),
    streams: 0,

    /** A new stream of so many shards. */
    async stream(shards = 4) {
      const stream = new Stream(given.client, `stream-${given.streams++}`);
      await stream.create(shards);
      return stream;
    },
  };
  beforeAll(async () => {
    given.endpoint = await startEndpoint();
    given.client = connect(given.endpoint, config);
  });
  afterAll(async () => {
    given.client?.destroy();
    await given.endpoint?.stop();
  });
  return given;
}

/**
 * Puts entries a hundred to a request, in order; gives where each went.
 *
 * @param {Stream} stream
 * @param {import('../../index').AggregatedRecord[]} entries
 */
async function putAll(stream, entries) {
  const places = [];
  for (let i = 0; i < entries.length; i += 100) {
    const Records = entries.slice(i, i + 100);
    const answer = await stream.client.send(new PutRecordsCommand({ StreamName: stream.name, Records }));
    expect(answer.FailedRecordCount ?? 0).toBe(0);
    places.push(...(answer.Records ?? []));
  }
  return places;
}

/**
 * All Kinesis records of a stream, shard by shard, parents before children.
 *
 * @param {Stream} stream
 */
async function readAll(stream) {
  /** @type {Map<string, import('@aws-sdk/client-kinesis')._Record[]>} */
  const shards = new Map();
  await stream.consume({
    onRecords: (shardId, records) => shards.set(shardId, [...(shards.get(shardId) ?? []), ...records]),
    isComplete: () => true,
  });
  return shards;
}

/**
 * The open shard that owns the hash key of an entry, worked out without the package.
 *
 * @param {import('@aws-sdk/client-kinesis').Shard[]} shards
 * @param {{ partitionKey?: string | null, explicitHashKey?: string | null }} keys
 */
function ownerOf(shards, { partitionKey, explicitHashKey }) {
  const hashKey = effectiveHashKey(String(partitionKey), explicitHashKey);
  return open(shards).find((shard) => startOf(shard) <= hashKey && hashKey <= endOf(shard))?.ShardId;
}

/** @param {Stream} stream */
async function arnOf(stream) {
  const command = new DescribeStreamSummaryCommand({ StreamName: stream.name });
  return (await stream.client.send(command)).StreamDescriptionSummary?.StreamARN;
}

module.exports = { arnOf, givenKinesis, ownerOf, putAll, readAll };
