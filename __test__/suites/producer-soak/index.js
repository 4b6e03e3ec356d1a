'use strict';

// A long run of the producer at a steady rate over HTTP with the real SDK, against an endpoint that throttles, fails, loses
// answers and resets, and stores nothing. Every record has to settle once, and memory has to stay level:
// `npm test -- producer-soak [--minutes 60 --mib-per-second 5 --out .cache/producer-soak]`. Writes soak.csv there.

const { fork } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { parseArgs } = require('node:util');
const { ROOT, ready } = require('../../../scripts/setup');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    'mib-per-second': { type: 'string', default: '5' },
    out: { type: 'string', default: path.join(ROOT, '.cache', 'producer-soak') },
  },
});

const MIB = 2 ** 20;
const STEP_MS = 20;
const RECORD_BYTES = 500;

ready();
const { Kinesis } = require('@aws-sdk/client-kinesis');
const { NodeHttpHandler } = require('@smithy/node-http-handler');
const { KinesisProducer } = require('kinesis-agg/producer');
const { readSamples, sampleMemory } = require('../soak/memory');
const { judge } = require('../soak/verdict');
const { runTests } = require('../../support/report');

/** Puts at the rate for so long; gives what became of all records. */
async function soak(url, file) {
  const tally = { put: 0, added: 0, stored: 0, failed: 0, full: 0, told: 0 };
  const client = new Kinesis({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  });
  const producer = new KinesisProducer({
    client,
    streamName: 'soak',
    ordered: true,
    routing: { lanes: 64 },
    requestTimeoutMs: 2000,
    logger: { warn() {}, error() {} },
    onFailure: ({ userRecords }) => {
      tally.told += userRecords.length;
    },
  });
  const stop = sampleMemory(file, () => tally.put + tally.added);
  const end = performance.now() + Number(values.minutes) * 60_000;
  const perStep = Math.round((Number(values['mib-per-second']) * MIB * STEP_MS) / 1000 / RECORD_BYTES);
  const data = Buffer.alloc(RECORD_BYTES, 'x');
  let due = performance.now();
  try {
    while (performance.now() < end) {
      for (let i = 0; i < perStep; i++) {
        const record = { partitionKey: `key-${(tally.put + tally.added) % 5000}`, data };
        if (i % 4 === 0) {
          tally.put++;
          producer.put(record).then(
            () => tally.stored++,
            ({ code }) => tally[code === 'ERR_KPL_BUFFER_FULL' ? 'full' : 'failed']++,
          );
        } else {
          tally.added++;
          await producer.add(record);
        }
      }
      due = Math.max(due + STEP_MS, performance.now() - 1000);
      await sleep(Math.max(1, due - performance.now()));
    }
    await producer.close();
  } finally {
    stop();
    client.destroy();
  }
  return { tally, metrics: producer.metrics() };
}

runTests(async (report) => {
  fs.mkdirSync(values.out, { recursive: true });
  const file = path.join(values.out, 'soak.csv');
  const endpoint = fork(path.join(__dirname, 'endpoint.js'), { stdio: 'inherit' });
  try {
    const url = await new Promise((resolve) => endpoint.once('message', resolve));
    report.heading(`${values.minutes} minutes at ${values['mib-per-second']} MiB/s, Node ${process.versions.node}`);
    const { tally, metrics } = await soak(url, file);
    report.figure(JSON.stringify(tally));
    report.figure(JSON.stringify(metrics));
    report.check('every record has settled once', () => {
      const { taken, stored, failed } = metrics.userRecords;
      const settled = tally.stored + tally.failed + tally.full;
      if (tally.put !== settled) throw new Error(`${tally.put} put, ${settled} settled`);
      if (taken !== stored + failed) throw new Error(`${taken} taken, ${stored} stored, ${failed} failed`);
      if (taken !== tally.put - tally.full + tally.added) throw new Error(`${taken} taken of another number`);
      if (failed !== tally.failed + tally.told) throw new Error(`${failed} failed, ${tally.failed + tally.told} told`);
    });
    report.check('nothing is held at the end', () => {
      if (metrics.bufferedBytes !== 0 || metrics.inFlightRequests !== 0) throw new Error(JSON.stringify(metrics));
    });
  } finally {
    endpoint.disconnect();
  }
  const { held, text } = judge(readSamples(file));
  for (const line of text) report.figure(line);
  report.check('resident size stays level', () => {
    if (!held) throw new Error('it grows: the figures are above');
  });
});
