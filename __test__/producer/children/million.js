'use strict';

// Puts a million user records at once and awaits none; tells its parent what it holds, and later what became of them.
// Told over the channel to the parent, which keeps the process alive until it ends.

const { once } = require('node:events');
const { Kinesis } = require('@aws-sdk/client-kinesis');
const { NodeHttpHandler } = require('@smithy/node-http-handler');
const { KinesisProducer } = require('kinesis-agg/producer');

const MIB = 2 ** 20;
const [, , endpoint, streamName] = process.argv;
const client = new Kinesis({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  requestHandler: new NodeHttpHandler(),
  maxAttempts: 1,
});
const logger = { warn() {}, error() {} };

function held() {
  global.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MIB;
}

async function main() {
  await client.listStreams({});
  const before = held();
  const producer = new KinesisProducer({
    client,
    streamName,
    logger,
    routing: 'pinned',
    distribution: 'partition-key',
    recordTtlMs: 240_000,
  });
  const outcomes = { stored: 0, full: 0, other: 0 };
  const stored = () => outcomes.stored++;
  const failed = ({ code }) => outcomes[code === 'ERR_KPL_BUFFER_FULL' ? 'full' : 'other']++;
  for (let i = 0; i < 1_000_000; i++) producer.put({ partitionKey: 'a', data: String(i) }).then(stored, failed);
  await new Promise(setImmediate);
  process.send({ metrics: producer.metrics(), mib: held() - before, outcomes });
  await once(process, 'message');
  await producer.close();
  process.send({ outcomes });
  client.destroy();
}

main();
