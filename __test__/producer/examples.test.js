'use strict';

// The examples of docs/producing.md that use the producer, run.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { Readable } = require('node:stream');
const {
  DescribeStreamSummaryCommand,
  Kinesis,
  ListShardsCommand,
  PutRecordsCommand,
} = require('@aws-sdk/client-kinesis');
const { mockClient } = require('aws-sdk-client-mock');
const { deaggregateRecords } = require('../..');
const { example } = require('../support/examples');

const ROOT = path.join(__dirname, '..', '..');
const { producerDouble } = example('producer-double.mjs');

const dataOf = (entries) => {
  const records = entries.map((entry) => ({ ...entry, SequenceNumber: '1' }));
  return deaggregateRecords(records).map(({ Data }) => String(Data));
};

test('send', async () => {
  const { send } = example('kinesis-producer.mjs');
  const sent = [];
  const producer = producerDouble(sent);
  expect(
    await send(producer, [
      { partitionKey: 'a', data: 'x' },
      { partitionKey: 'b', data: 'y' },
    ]),
  ).toBe(2);
  expect(dataOf(sent)).toEqual(['x', 'y']);
});

test('ingest over HTTP', async () => {
  const { ingestServer } = example('ingest-server.mjs');
  const sent = [];
  const producer = producerDouble(sent);
  const server = ingestServer(producer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}`;
  const post = (route, body) => fetch(`${url}${route}`, { method: 'POST', body });
  try {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(`/sensor-${i}`, `reading ${i}`)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    expect(dataOf(sent).sort()).toEqual(answers.map((_, i) => `reading ${i}`).sort());
    expect((await post(`/${'x'.repeat(300)}`, 'too long a key')).status).toBe(400);
    await producer.close();
    expect((await post('/sensor-1', 'late')).status).toBe(503);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

describe('a Lambda function that puts', () => {
  const kinesis = mockClient(Kinesis);
  const { handler } = example('producing-handler.mjs');
  const orders = [
    { customer: 'a', total: 1 },
    { customer: 'b', total: 2 },
  ];
  const stored = ({ Records }) => ({
    Records: Records.map((_, i) => ({ SequenceNumber: String(i + 1), ShardId: 'shardId-000000000000' })),
  });

  beforeEach(() => {
    kinesis.reset();
    const HashKeyRange = { StartingHashKey: '0', EndingHashKey: String(2n ** 128n - 1n) };
    kinesis.on(ListShardsCommand).resolves({ Shards: [{ ShardId: 'shardId-000000000000', HashKeyRange }] });
  });
  afterAll(() => kinesis.restore());

  test('ends when all is stored', async () => {
    kinesis.on(PutRecordsCommand).callsFake(stored);
    expect(await handler({ orders }, { getRemainingTimeInMillis: () => 3000 })).toEqual({ stored: 2 });
    const sent = kinesis.commandCalls(PutRecordsCommand).flatMap(({ args }) => args[0].input.Records);
    expect(
      dataOf(sent)
        .map((text) => JSON.parse(text))
        .sort((a, b) => a.total - b.total),
    ).toEqual(orders);
    expect(kinesis.commandCalls(DescribeStreamSummaryCommand)).toEqual([]);
  });

  test('fails when there is no time left', async () => {
    let answer;
    kinesis.on(PutRecordsCommand).callsFake((input) => {
      return new Promise((resolve) => {
        answer = () => resolve(stored(input));
      });
    });
    const invoked = handler({ orders }, { getRemainingTimeInMillis: () => 510 });
    await expect(invoked).rejects.toMatchObject({ name: 'TimeoutError' });
    answer?.();
  });
});

test('NDJSON through a pipeline', async () => {
  const { putLines } = example('ndjson-to-stream.mjs');
  const sent = [];
  const lines = Array.from({ length: 100 }, (_, i) => JSON.stringify({ id: `device-${i % 7}`, reading: i }));
  const input = Readable.from([`${lines.join('\n')}\n`]);
  await putLines(producerDouble(sent), input, ({ id }) => id);
  expect(dataOf(sent)).toEqual(lines);
});

test('dead letters', async () => {
  const { producerWithDeadLetters, putAgain } = example('dead-letters.mjs');
  const letters = [];
  const client = {
    putRecords: async ({ Records }) => ({ Records: Records.map(() => ({ ErrorCode: 'KMSDisabledException' })) }),
  };
  const options = { client, streamName: 's', routing: 'pinned', distribution: 'partition-key' };
  const producer = producerWithDeadLetters(options, (letter) => letters.push(letter));
  producer.add({ partitionKey: 'a', data: 'x' });
  producer.add({ partitionKey: 'b', data: 'y' });
  await producer.close();
  expect(letters).toMatchObject([{ code: 'ERR_KPL_REFUSED', mayBeStored: false, reason: 'KMSDisabledException' }]);
  const sent = [];
  await putAgain(producerDouble(sent), letters[0]);
  expect(dataOf(sent)).toEqual(['x', 'y']);
});

describe('producer-mock.test.mjs, as it stands', () => {
  example('producer-mock.test.mjs');
});

test('a graceful end', async () => {
  const script = `
    import { closeOnSigterm } from './examples/graceful-shutdown.mjs';
    import { producerDouble } from './examples/producer-double.mjs';
    const sent = [];
    const producer = producerDouble(sent);
    closeOnSigterm(producer, { save() {} });
    process.once('exit', () => console.log('stored', sent.length));
    setInterval(() => {}, 1000).unref();
    process.once('SIGTERM', () => clearTimeout(alive));
    const alive = setTimeout(() => {}, 20000);
    producer.add({ partitionKey: 'a', data: 'x' });
    console.log('ready');
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (String(chunk).includes('ready')) child.kill('SIGTERM');
  });
  const [code] = await once(child, 'exit');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('stored 1') });
});
