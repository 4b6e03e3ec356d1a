'use strict';

// A long run of two producers at a steady rate over HTTP with the real SDK, one with lanes in order, one by shards that
// are split and merged. The endpoint throttles, fails, loses answers and resets. It checks every user record against what
// the producers say of it, and their memory has to stay level:
// `npm test -- producer-soak [--minutes 60 --mb-per-second 5 --out .cache/producer-soak]`. Writes soak.csv there.

const { fork } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { ROOT, ready } = require('../../../scripts/setup');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    'mb-per-second': { type: 'string', default: '5' },
    out: { type: 'string', default: path.join(ROOT, '.cache', 'producer-soak') },
  },
});

const MB = 1e6;
const MIB = 2 ** 20;
const MINUTE_MS = 60_000;
const STEP_MS = 20;
const FLUSH_MS = 10_000;
const ROWS = 1024;
/** Of so many records one is `put`; the others are `add`ed. */
const PUT_ONE_IN = 4;
const PUT_ALL_RECORDS = 500;
const CATCHING_UP = 1.5;
/** A rate that is this much lower says that the run proves nothing. */
const LEAST_OF_RATE = 0.95;

ready();
const { Kinesis } = require('@aws-sdk/client-kinesis');
const { NodeHttpHandler } = require('@smithy/node-http-handler');
const { KinesisProducer } = require('kinesis-agg/producer');
const { lineThrough, readSamples, sampleMemory } = require('../soak/memory');
const { judge } = require('../soak/verdict');
const { runTests } = require('../../support/report');
const { OUTCOMES, RECORD_BYTES, ROW, numberOf, userRecord } = require('./records');

/** What became of user records, on its way to the endpoint. */
class Outbox {
  #endpoint;
  #rows = new Float64Array(ROWS * ROW);
  #length = 0;

  constructor(endpoint) {
    this.#endpoint = endpoint;
  }

  tell(...row) {
    this.#rows.set(row, this.#length);
    this.#length += ROW;
    if (this.#length === this.#rows.length) this.flush();
  }

  flush() {
    this.#endpoint.send({ rows: this.#rows.slice(0, this.#length) });
    this.#length = 0;
  }
}

/** One producer and its records. */
class Source {
  count = 0;
  tally = { put: 0, added: 0, stored: 0, failed: 0, notTaken: 0, told: 0 };
  #stream;
  #outbox;
  /** One for all, as a service has it. */
  #signal = new AbortController().signal;

  constructor(stream, client, outbox, options) {
    this.#stream = stream;
    this.#outbox = outbox;
    this.producer = new KinesisProducer({
      client,
      streamName: String(stream),
      requestTimeoutMs: 2000,
      logger: { warn() {}, error() {} },
      onFailure: (error) => {
        this.tally.told += error.userRecords.length;
        for (const userRecord of error.userRecords) this.#failed(numberOf(userRecord), error);
      },
      ...options,
    });
  }

  async put(count) {
    for (let i = 0; i < count; i++) {
      if (this.count % PUT_ONE_IN === (this.count % 7) % PUT_ONE_IN) this.#put();
      else await this.#add();
    }
  }

  #put() {
    const number = this.count++;
    this.tally.put++;
    const options = number % 16 === 0 ? { signal: this.#signal } : {};
    this.producer.put(userRecord(number), options).then(
      ({ shardId, sequenceNumber, subSequenceNumber, mayBeDuplicated, attempts }) => {
        this.tally.stored++;
        const outcome = mayBeDuplicated ? OUTCOMES.storedMaybeTwice : OUTCOMES.stored;
        const shard = Number(shardId.slice('shardId-'.length));
        this.#tell(number, outcome, Number(sequenceNumber), shard, subSequenceNumber, attempts);
      },
      (error) => {
        if (error.userRecords.length === 0) {
          this.tally.notTaken++;
          this.#tell(number, OUTCOMES.notTaken, 0, 0, 0, []);
          return;
        }
        this.tally.failed++;
        // Exactly its own: of any other, the ledger misses it.
        for (const userRecord of error.userRecords) this.#failed(numberOf(userRecord), error);
      },
    );
  }

  async #add() {
    const number = this.count++;
    this.tally.added++;
    try {
      await this.producer.add(userRecord(number));
    } catch {
      this.tally.notTaken++;
      this.#tell(number, OUTCOMES.notTaken, 0, 0, 0, []);
    }
  }

  /** A batch, of which `onFailure` tells the failures. */
  async putAll() {
    const records = function* () {
      for (let i = 0; i < PUT_ALL_RECORDS; i++) {
        this.tally.added++;
        yield userRecord(this.count++);
      }
    };
    await this.producer.putAll(records.call(this)).catch(() => {});
  }

  #failed(number, { mayBeStored, attempts }) {
    this.#tell(number, mayBeStored ? OUTCOMES.failedMaybeStored : OUTCOMES.failed, 0, 0, 0, attempts);
  }

  #tell(number, outcome, sequence, shard, subSequence, attempts) {
    const unknowns = attempts.filter(({ outcome }) => outcome === 'unknown').length;
    this.#outbox.tell(this.#stream, number, outcome, sequence, shard, subSequence, attempts.length, unknowns);
  }

  get text() {
    const { userRecords, bufferedBytes, waitingPuts } = this.producer.metrics();
    return `${userRecords.stored} stored, ${userRecords.failed} failed, ${bufferedBytes >> 10} KiB held, ${waitingPuts} wait`;
  }
}

/** Puts at the rate for so long. */
async function soak(sources, file) {
  const count = () => sources.reduce((sum, source) => sum + source.count, 0);
  const stop = sampleMemory(file, count);
  const began = performance.now();
  const progress = setInterval(() => {
    const rate = (count() * RECORD_BYTES) / MB / ((performance.now() - began) / 1000);
    const rss = Math.round(process.memoryUsage.rss() / MIB);
    console.log(
      `  ${new Date().toISOString()} ${rate.toFixed(2)} MB/s, rss ${rss} MiB; ${sources.map(({ text }) => text).join('; ')}`,
    );
  }, MINUTE_MS);
  const end = began + Number(values.minutes) * MINUTE_MS;
  const perStep = Math.round((Number(values['mb-per-second']) * MB * STEP_MS) / 1000 / RECORD_BYTES / sources.length);
  const putAtRate = async (source) => {
    let due = performance.now();
    let flushedAt = due;
    for (let began = due; began < end; began = performance.now()) {
      await source.put(perStep);
      if (performance.now() - flushedAt >= FLUSH_MS) {
        flushedAt = performance.now();
        source.producer.flush();
        source.putAll();
      }
      // What a busy machine has missed is made up for, at half as much again.
      due += STEP_MS;
      await sleep(Math.max(1, Math.max(due, began + STEP_MS / CATCHING_UP) - performance.now()));
    }
  };
  try {
    await Promise.all(sources.map(putAtRate));
    const seconds = (performance.now() - began) / 1000;
    for (const { producer } of sources) await producer.close();
    return (count() * RECORD_BYTES) / MB / seconds;
  } finally {
    stop();
    clearInterval(progress);
  }
}

function check(report, { tally, count, producer }, { violations, judged, copies, requests, reshards }) {
  const metrics = producer.metrics();
  report.figure(JSON.stringify({ ...tally, copies, requests, reshards }));
  report.figure(JSON.stringify(metrics));
  report.check('every record has settled once', () => {
    const { taken, stored, failed } = metrics.userRecords;
    const { put, added, notTaken, told } = tally;
    if (put + added !== count || judged !== count) throw new Error(`${count} records, ${judged} judged`);
    if (taken !== count - notTaken) throw new Error(`${taken} taken, ${notTaken} not, of ${count}`);
    if (taken !== stored + failed) throw new Error(`${taken} taken, ${stored} stored, ${failed} failed`);
    if (failed !== tally.failed + told) throw new Error(`${failed} failed, ${tally.failed} and ${told} told`);
  });
  report.check('the invariants hold of every record', () => {
    if (Object.keys(violations).length > 0) throw new Error(JSON.stringify(violations));
  });
  report.check('nothing is held at the end', () => {
    if (metrics.bufferedBytes !== 0 || metrics.inFlightRequests !== 0) throw new Error(JSON.stringify(metrics));
  });
}

runTests(async (report) => {
  fs.mkdirSync(values.out, { recursive: true });
  const file = path.join(values.out, 'soak.csv');
  const endpoint = fork(path.join(__dirname, 'endpoint.js'), { stdio: 'inherit', serialization: 'advanced' });
  const told = () => new Promise((resolve) => endpoint.once('message', resolve));
  try {
    const client = new Kinesis({
      endpoint: await told(),
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    });
    report.heading(`${values.minutes} minutes at ${values['mb-per-second']} MB/s, Node ${process.versions.node}`);
    const outbox = new Outbox(endpoint);
    const sources = [
      new Source(0, client, outbox, { routing: { lanes: 64 }, ordered: true }),
      new Source(1, client, outbox, {}),
    ];
    const before = process.cpuUsage();
    const rate = await soak(sources, file);
    const { user, system } = process.cpuUsage(before);
    outbox.flush();
    const counts = sources.map(({ count }) => count);
    endpoint.send({ counts });
    const seen = await told();
    client.destroy();
    const cpu = ((user + system) / MB / (Number(values.minutes) * 60)) * 100;
    report.figure(`${rate.toFixed(3)} MB/s, ${cpu.toFixed(0)} % of a core; ${JSON.stringify(seen.faults)}`);
    for (const [i, source] of sources.entries()) check(report, source, seen.streams[i]);
    report.check('it was as fast as was asked for', () => {
      if (rate < LEAST_OF_RATE * Number(values['mb-per-second'])) throw new Error(`${rate} MB/s`);
    });
  } finally {
    endpoint.disconnect();
  }
  const samples = readSamples(file);
  const { held, text, from, mostPerHour } = judge(samples);
  for (const line of text) report.figure(line);
  report.check('resident size stays level', () => {
    if (!held) throw new Error('it grows: the figures are above');
  });
  report.check('the heap stays level', () => {
    const settled = samples.filter(({ seconds }) => seconds >= from);
    if (lineThrough(settled, 'heapUsed').perHour > mostPerHour) throw new Error('it grows: the figures are above');
  });
});
