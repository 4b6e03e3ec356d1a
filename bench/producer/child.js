'use strict';

// A fresh process for one contestant of one row. Says what it found as JSON on its standard output.

const { contestants } = require('./contestants');

/**
 * @typedef {object} Order
 * @property {string} measure
 * @property {string} contestant
 * @property {string} [endpoint] none: a client in this process answers at once
 * @property {string} streamName
 * @property {number} records
 * @property {object} options of the producer
 */

const DISTINCT = 20_000;
const SHARDS = 4n;
/** What runs once to get warm, where a run is short. */
const WARM_UP = 50_000;

/** @param {Order} order */
async function obey({ measure, contestant, endpoint, streamName, records: count, options }) {
  if (measure === 'require') return requireTime();
  const distinct = distinctRecords();
  const records = Array.from({ length: count }, (_, i) => distinct[i % DISTINCT]);
  const client = endpoint === undefined ? atOnce() : clientOf(endpoint);
  const job = { client, endpoint: endpoint ?? '', streamName, records, options, shareOfShard: shares(distinct) };
  if (measure !== 'send') {
    const figures = await require('./paced').measures[measure]({ ...job, records: distinct });
    return { figures };
  }

  if (endpoint === undefined) await contestants[contestant]({ ...job, records: records.slice(0, WARM_UP) });
  const { monitorEventLoopDelay } = require('node:perf_hooks');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await contestants[contestant](job);
  const wallMs = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  delay.disable();
  return { wallMs, cpuMs: (user + system) / 1000, blockedMs: delay.max / 1e6 };
}

function distinctRecords() {
  return require('../workloads').userRecordsToAggregate({ userRecords: DISTINCT, dataBytes: 200, keys: 200 });
}

/** The part of all records that each of four shards would get. */
function shares(records) {
  const { hashKey } = require('../..');
  const counts = [0, 0, 0, 0];
  for (const { partitionKey } of records) counts[Number((BigInt(hashKey(partitionKey)) * SHARDS) >> 128n)]++;
  return counts.map((count) => count / records.length);
}

function clientOf(endpoint) {
  const { Kinesis } = require('@aws-sdk/client-kinesis');
  const { NodeHttpHandler } = require('@smithy/node-http-handler');
  return new Kinesis({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
}

function atOnce() {
  let lastNumber = 0;
  const place = () => ({ SequenceNumber: String(++lastNumber), ShardId: 'shardId-000000000000' });
  return {
    putRecords: ({ Records }) => Promise.resolve({ FailedRecordCount: 0, Records: Records.map(place) }),
  };
}

function requireTime() {
  const { execFileSync } = require('node:child_process');
  const time = (name) => {
    const program = `const began = performance.now(); require(${JSON.stringify(name)}); console.log(performance.now() - began)`;
    return Number(execFileSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8' }));
  };
  return { figures: { beyondIndex: time('kinesis-agg/producer') - time('kinesis-agg') } };
}

obey(JSON.parse(process.argv[2])).then((found) => {
  console.log(JSON.stringify(found));
  process.exit();
});
