'use strict';

// The null endpoint: answers PutRecords and stores nothing, in a process of its own, on loopback. So a producer's speed is
// its own. Its argument says what it does to requests; it ends when its parent does.
//
// It looks into bodies only as far as it is told to: counting entries is a search for a name.

const http = require('node:http');
const { createHash } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');

/**
 * @typedef {object} Manners
 * @property {number} [delayMs] before each answer
 * @property {boolean} [reads] it takes every entry apart, for digests and payload units
 * @property {number} [throttledShard] whose entries are always throttled
 * @property {[from: number, to: number]} [outageMs] since the first request: connections are cut without a word
 */

/** @type {Manners} */
const { delayMs = 0, reads = false, throttledShard, outageMs } = JSON.parse(process.argv[2]);

const SHARDS = 4n;
const WIDTH = 2n ** 128n / SHARDS;
const UNIT_BYTES = 25 * 1024;
const shards = Array.from({ length: Number(SHARDS) }, (_, i) => ({
  ShardId: shardId(i),
  HashKeyRange: {
    StartingHashKey: String(BigInt(i) * WIDTH),
    EndingHashKey: String((BigInt(i) + 1n) * WIDTH - 1n),
  },
  SequenceNumberRange: { StartingSequenceNumber: '1' },
}));

let firstAt;
let lastNumber = 0n;
let figures = emptyFigures();

function emptyFigures() {
  return { requests: 0, entries: 0, bytes: 0, units: 0, userRecords: 0, sum: 0, ofShard: [0, 0, 0, 0] };
}

function shardId(i) {
  return `shardId-${String(i).padStart(12, '0')}`;
}

/** @type {Record<string, (body: Buffer) => object>} */
const operations = {
  PutRecords(body) {
    const answers = reads || throttledShard !== undefined ? answersOf(JSON.parse(String(body)).Records) : quick(body);
    figures.entries += answers.length;
    return { FailedRecordCount: answers.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Records: answers };
  },
  PutRecord(body) {
    figures.entries++;
    if (reads) answersOf([JSON.parse(String(body))]);
    return stored(0);
  },
  ListShards: () => ({ Shards: shards }),
  DescribeStreamSummary: () => ({ StreamDescriptionSummary: {} }),
};

/** Where each entry lies that says where; a lone one may lie anywhere. */
function quick(body) {
  const answers = [];
  const NAME = '"ExplicitHashKey":"';
  let explicit = body.indexOf(NAME);
  for (let at = body.indexOf('"Data"'); at !== -1; at = body.indexOf('"Data"', at + 6)) {
    if (explicit === -1) {
      answers.push(stored(0));
      continue;
    }
    const from = explicit + NAME.length;
    answers.push(stored(shardOf(body.latin1Slice(from, body.indexOf('"', from)))));
    explicit = body.indexOf(NAME, from);
  }
  return answers;
}

function answersOf(entries) {
  const { deaggregate } = require('../..');
  return entries.map(({ Data, PartitionKey, ExplicitHashKey }) => {
    const data = Buffer.from(Data, 'base64');
    const shard = shardOf(ExplicitHashKey ?? BigInt(`0x${createHash('md5').update(PartitionKey).digest('hex')}`));
    const userRecords = deaggregate({ Data: data, PartitionKey, SequenceNumber: '' });
    figures.units += Math.ceil((data.length + Buffer.byteLength(PartitionKey)) / UNIT_BYTES);
    if (shard === throttledShard) return { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'so' };
    figures.userRecords += userRecords.length;
    figures.ofShard[shard] += userRecords.length;
    for (const record of userRecords) {
      const digest = createHash('md5').update(`${record.partitionKey} `).update(record.data).digest();
      figures.sum = (figures.sum + digest.readUInt32LE()) % 2 ** 48;
    }
    return stored(shard);
  });
}

function shardOf(hashKey) {
  return Number(BigInt(hashKey) / WIDTH);
}

function stored(shard) {
  return { SequenceNumber: String(++lastNumber), ShardId: shardId(shard) };
}

const server = http.createServer(async (request, response) => {
  if (request.url === '/figures') {
    response.end(JSON.stringify(figures));
    figures = emptyFigures();
    firstAt = undefined;
    return;
  }
  firstAt ??= performance.now();
  const since = performance.now() - firstAt;
  const isPut = String(request.headers['x-amz-target']).includes('.Put');
  if (isPut) figures.requests++;
  if (outageMs !== undefined && since >= outageMs[0] && since < outageMs[1]) {
    request.destroy();
    return;
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (isPut) figures.bytes += body.length;
  const operation = String(request.headers['x-amz-target']).split('.').pop() ?? '';
  const answer = JSON.stringify(operations[operation](body));
  if (delayMs > 0) await sleep(delayMs);
  response.setHeader('content-type', 'application/x-amz-json-1.1');
  response.end(answer);
});
server.keepAliveTimeout = 60_000;
server.on('clientError', (_, socket) => socket.destroy());
server.listen(0, '127.0.0.1', () =>
  process.send?.(/** @type {import('node:net').AddressInfo} */ (server.address()).port),
);
process.on('disconnect', () => process.exit());
