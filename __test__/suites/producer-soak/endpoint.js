'use strict';

// A Kinesis endpoint on loopback with streams that keep nothing but what the ledger wants to know. Shards have their
// quota, are split and merged, and everything fails now and then. A child process, so that its memory and its time are
// its own; it ends with its parent.

const http = require('node:http');
const { deaggregate } = require('../../..');
const { SPACE, effectiveHashKey } = require('../../oracle/hash-key');
const { Random } = require('../../support/random');
const { Ledger } = require('./ledger');
const { ROW, numberOf } = require('./records');

const SHARDS = 8;
/** Of a shard: bytes and entries a second. */
const QUOTA = [2 ** 20, 1000];
const RESHARD_MS = 60_000;
/** So long, once in each minute, one shard takes nothing. */
const SPELL_MS = 3000;
const MOST_DELAY_MS = 20;
/** A sequence number names its shard. */
const SHARD_NUMBERS = 1024;
const THROTTLED = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'so' };

const random = new Random(1);
const isOneIn = (count) => random.int(count) === 0;
const faults = {};
const noted = (fault) => {
  faults[fault] = (faults[fault] ?? 0) + 1;
  return fault;
};

class Shard {
  #tokens = [...QUOTA];
  #filledAt = performance.now();

  constructor(number, first, last) {
    this.number = number;
    this.id = `shardId-${String(number).padStart(12, '0')}`;
    this.range = { StartingHashKey: String(first), EndingHashKey: String(last) };
    Object.assign(this, { first, last });
  }

  /** Whether its quota has room for an entry. */
  takes(bytes) {
    const now = performance.now();
    const costs = [bytes, 1];
    for (const i of costs.keys()) {
      this.#tokens[i] = Math.min(QUOTA[i], this.#tokens[i] + (QUOTA[i] * (now - this.#filledAt)) / 1000);
    }
    this.#filledAt = now;
    if (costs.some((cost, i) => this.#tokens[i] < cost)) return false;
    for (const [i, cost] of costs.entries()) this.#tokens[i] -= cost;
    return true;
  }
}

class Stream {
  requests = 0;
  reshards = 0;
  /** Open ones, in the order of their hash keys. */
  shards;
  #lastShard = 0;
  #sequence = 0;

  constructor({ ordered, reshards }) {
    this.ledger = new Ledger(ordered);
    const at = (i) => (SPACE * BigInt(i)) / BigInt(SHARDS);
    this.shards = Array.from({ length: SHARDS }, (_, i) => this.#newShard(at(i), at(i + 1) - 1n));
    if (reshards) setInterval(() => this.#reshard(), RESHARD_MS).unref();
  }

  #newShard(first, last) {
    return new Shard(this.#lastShard++, first, last);
  }

  /** Splits one, and the next time merges its children. */
  #reshard() {
    const at = (this.reshards >> 1) % SHARDS;
    const [shard, next] = this.shards.slice(at);
    const middle = (shard.first + shard.last) / 2n;
    if (this.reshards++ % 2 === 0) {
      this.shards.splice(at, 1, this.#newShard(shard.first, middle), this.#newShard(middle + 1n, shard.last));
    } else {
      this.shards.splice(at, 2, this.#newShard(shard.first, next.last));
    }
  }

  /** The answer to one entry, which is stored or not. */
  answer(entry) {
    const record = { ...entry, Data: Buffer.from(entry.Data, 'base64'), SequenceNumber: '1' };
    const hashKey = effectiveHashKey(entry.PartitionKey, entry.ExplicitHashKey);
    const shard = this.shards.find(({ last }) => hashKey <= last);
    const numbers = this.#read(record);
    for (const number of numbers) this.ledger.arrived(number);

    if (isResting(shard) && noted('throttled in a spell')) return THROTTLED;
    if (!shard.takes(record.Data.length) && noted('throttled by quota')) return THROTTLED;
    if (isOneIn(200) && noted('throttled')) return THROTTLED;
    if (isOneIn(400) && noted('failed')) return { ErrorCode: 'InternalFailure', ErrorMessage: 'so' };
    if (isOneIn(5000) && noted('refused')) return { ErrorCode: 'KMSDisabledException', ErrorMessage: 'so' };

    const sequence = ++this.#sequence * SHARD_NUMBERS + shard.number;
    // Only what a consumer keeps that knows the hash keys of its shard counts as stored.
    const kept = deaggregate(record, { hashKeyRange: shard.range });
    for (const { number, subSequence } of this.#numbered(kept)) this.ledger.stored(number, sequence, subSequence);
    if (isOneIn(400) && noted('stored, and said to have failed')) {
      return { ErrorCode: 'InternalFailure', ErrorMessage: 'so' };
    }
    return { SequenceNumber: String(sequence), ShardId: shard.id };
  }

  #read(record) {
    return this.#numbered(deaggregate(record)).map(({ number }) => number);
  }

  #numbered(userRecords) {
    return userRecords.flatMap((userRecord) => {
      const number = numberOf(userRecord);
      if (number === undefined) {
        this.ledger.isForeign();
        return [];
      }
      return [{ number, subSequence: userRecord.subSequenceNumber ?? 0 }];
    });
  }

  list() {
    return this.shards.map(({ id, range }) => ({
      ShardId: id,
      HashKeyRange: range,
      SequenceNumberRange: { StartingSequenceNumber: '1' },
    }));
  }
}

function isResting(shard) {
  const now = performance.now();
  return now % 60_000 < SPELL_MS && Math.floor(now / 60_000) % SHARDS === shard.number % SHARDS;
}

const streams = [new Stream({ ordered: true, reshards: false }), new Stream({ ordered: false, reshards: true })];

const server = http
  .createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const input = JSON.parse(Buffer.concat(chunks).toString());
    const operation = String(request.headers['x-amz-target']).split('.').at(-1);
    const stream = streams[Number(input.StreamName)];
    if (operation === 'DescribeStreamSummary') {
      return send(response, 200, { StreamDescriptionSummary: { RecordDistributionStrategy: 'USER_PARTITION_KEY' } });
    }
    if (operation === 'ListShards') return send(response, 200, { Shards: stream.list() });
    stream.requests++;
    return putRecords(stream, input.Records, request.socket, response);
  })
  .on('clientError', (_, socket) => socket.destroy());

async function putRecords(stream, entries, socket, response) {
  if (isOneIn(1000) && noted('no answer')) return arrive(stream, entries);
  if (isOneIn(1000) && noted('reset')) {
    arrive(stream, entries);
    return socket.resetAndDestroy();
  }
  if (isOneIn(400) && noted('503')) {
    arrive(stream, entries);
    return send(response, 503, { __type: 'ServiceUnavailable' });
  }
  if (isOneIn(400) && noted('expired token')) {
    arrive(stream, entries);
    return send(response, 400, { __type: 'ExpiredTokenException' });
  }
  const answers = entries.map((entry) => stream.answer(entry));
  if (isOneIn(1000) && noted('stored, no answer')) return undefined;
  if (isOneIn(1000) && noted('stored, reset')) return socket.resetAndDestroy();
  if (isOneIn(1000) && noted('stored, one answer missing')) answers.pop();
  await new Promise((resolve) => setTimeout(resolve, random.int(MOST_DELAY_MS)));
  return send(response, 200, {
    FailedRecordCount: answers.filter(({ ErrorCode }) => ErrorCode).length,
    Records: answers,
  });
}

function arrive(stream, entries) {
  for (const { Data, PartitionKey } of entries) {
    const userRecords = deaggregate({ Data: Buffer.from(Data, 'base64'), PartitionKey, SequenceNumber: '1' });
    for (const userRecord of userRecords) stream.ledger.arrived(numberOf(userRecord));
  }
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

/** What the producers say of their records; at the end, how many there were of each. */
process.on('message', ({ rows, counts }) => {
  for (let at = 0; at < (rows?.length ?? 0); at += ROW) {
    const [stream, number, outcome, sequence, shard, subSequence, tries, unknowns] = rows.subarray(at, at + ROW);
    const place = sequence % SHARD_NUMBERS === shard ? sequence : -1;
    streams[stream].ledger.settled(number, outcome, place, subSequence, tries, unknowns);
  }
  if (counts === undefined) return;
  for (const [i, { ledger }] of streams.entries()) ledger.judge(counts[i]);
  process.send({
    faults,
    streams: streams.map(({ ledger, requests, reshards }) => {
      const { violations, judged, copies } = ledger;
      return { violations, judged, copies, requests, reshards };
    }),
  });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`));
