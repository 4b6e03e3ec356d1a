'use strict';

// The bound on the producer's memory, measured: `node --expose-gc bench/producer/memory.js`. Each case is a fresh process
// that fills a producer whose requests are never answered, and says what the process holds beyond what it held before.

const { execFileSync } = require('node:child_process');
const http = require('node:http');

const MIB = 1_048_576;
/** Where `maxBufferedBytes` and where `maxBufferedRecords` is the limit, by their defaults. */
const CASES = ['bytes-10000', 'bytes-200', 'records-1', 'puts-1', 'waiting-1', 'in-flight'];
const RECORDS = 200_000;
const ROOM = 32 * MIB;
const WAITING = 65_536;

const never = { putRecords: () => new Promise(() => {}) };

function held() {
  for (let i = 0; i < 3; i++) /** @type {() => void} */ (globalThis.gc)();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

function producerOf(client, options) {
  const { KinesisProducer } = require('kinesis-agg/producer');
  const limits = { recordTtlMs: Number.POSITIVE_INFINITY, routing: 'pinned', distribution: 'partition-key' };
  return new KinesisProducer({ client, streamName: 's', requestTimeoutMs: 600_000, ...limits, ...options });
}

const record = (/** @type {number} */ i, /** @type {number} */ bytes) => ({
  partitionKey: `key-${i % 200}`,
  data: Buffer.alloc(bytes, i),
});

/** Adds until there is no room. */
function fill(producer, bytes) {
  for (let i = 0; producer.add(record(i, bytes)) === undefined; i++);
}

/** @type {Record<string, (bytes: number) => Promise<object>>} */
const measures = {
  async bytes(bytes) {
    const producer = producerOf(never, { maxBufferedRecords: 10 * RECORDS });
    const before = held();
    fill(producer, bytes);
    return { perBufferedByte: (held() - before) / ROOM, peakPerBufferedByte: peak() / ROOM };
  },

  async records(bytes) {
    const producer = producerOf(never);
    const before = held();
    fill(producer, bytes);
    return { perRecord: (held() - before) / RECORDS };
  },

  async puts(bytes) {
    const producer = producerOf(never);
    const before = held();
    const puts = [];
    for (let i = 0; i < RECORDS; i++) puts.push(producer.put(record(i, bytes)));
    return { perRecord: (held() - before) / puts.length };
  },

  async waiting(bytes) {
    const producer = producerOf(never, { maxBufferedRecords: 1 });
    producer.put(record(0, bytes));
    const before = held();
    const puts = [];
    for (let i = 0; i < WAITING; i++) puts.push(producer.put(record(i, bytes)));
    return { perWaitingPut: (held() - before) / puts.length, waiting: producer.metrics().waitingPuts };
  },

  /** The SDK's own share: base64, JSON and what the socket holds, of requests that are on their way. */
  async 'in-flight'() {
    const server = http.createServer((request) => request.pause());
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const { Kinesis } = require('@aws-sdk/client-kinesis');
    const { NodeHttpHandler } = require('@smithy/node-http-handler');
    const client = new Kinesis({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    });
    const Records = (/** @type {number} */ count) =>
      Array.from({ length: count }, (_, i) => ({ PartitionKey: `${i}`, Data: Buffer.alloc(51_200, i) }));
    client.putRecords({ StreamName: 's', Records: Records(1) }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 500));
    const requests = Array.from({ length: 8 }, () => Records(20));
    const before = held();
    for (const each of requests) client.putRecords({ StreamName: 's', Records: each }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const bytes = 8 * 20 * 51_200;
    return { perByteInFlight: (held() - before) / bytes, peakPerByteInFlight: peak() / bytes };
  },
};

const residentBefore = process.memoryUsage.rss();

/** The most that the process has held at a time, garbage included. */
function peak() {
  return process.resourceUsage().maxRSS * 1024 - residentBefore;
}

async function main() {
  const [only] = process.argv.slice(2);
  if (only === undefined) {
    for (const name of CASES) {
      const found = execFileSync(process.execPath, ['--expose-gc', __filename, name], { encoding: 'utf8' });
      console.log(`${name.padEnd(16)}${found.trim()}`);
    }
    return;
  }
  const [, name, bytes] = /** @type {RegExpMatchArray} */ (only.match(/^(.*?)(?:-(\d+))?$/));
  console.log(JSON.stringify(await measures[name](Number(bytes ?? 0))));
  process.exit();
}

main();
