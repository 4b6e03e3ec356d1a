'use strict';

// What a process sees of the producer: when it ends, what it loads, and what standing still does to it.

const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const ROOT = path.join(__dirname, '..', '..');
const CLIENT = `
  let stored = 0;
  const answer = ({ Records }) => {
    stored += Records.reduce((sum, { userRecordCount }) => sum + userRecordCount, 0);
    return { Records: Records.map((_, i) => ({ SequenceNumber: String(i + 1), ShardId: 'shardId-000000000000' })) };
  };
  const client = { putRecords: (input) => new Promise((resolve) => setTimeout(() => resolve(answer(input)), 5)) };
  const { KinesisProducer } = require('kinesis-agg/producer');
  const options = { client, streamName: 's', routing: 'pinned', distribution: 'partition-key' };
`;
const run = (script) =>
  execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8', timeout: 20_000 });

test('19: a script that ends after ten put loses none, and ends soon', () => {
  const printed = run(`${CLIENT}
    const producer = new KinesisProducer(options);
    for (let i = 0; i < 10; i++) producer.put({ partitionKey: 'a', data: 'x' });
    const began = performance.now();
    process.once('exit', () => console.log(stored, performance.now() - began));
  `);
  const [stored, ms] = printed.split(' ').map(Number);
  expect(stored).toBe(10);
  expect(ms).toBeLessThan(100 + 5 + 1000); // the machine may be busy
});

test('19: an idle producer keeps no process alive, also after it has sent', () => {
  const printed = run(`${CLIENT}
    const producer = new KinesisProducer(options);
    new KinesisProducer(options);
    producer.put({ partitionKey: 'a', data: 'x' }).then(() => {
      const settled = performance.now();
      process.once('exit', () => console.log(performance.now() - settled));
    });
  `);
  expect(Number(printed)).toBeLessThan(50);
});

test('19: jest finds no open handle', () => {
  const config = JSON.stringify({ rootDir: __dirname, testMatch: ['<rootDir>/children/idle.js'] });
  const args = [require.resolve('jest/bin/jest'), '--config', config, '--detectOpenHandles'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', timeout: 60_000 });
  expect(stderr).toContain('1 passed');
  expect(stderr).not.toMatch(/open handle|did not exit/);
  expect(status).toBe(0);
}, 60_000);

test('a script that adds and fails says so', () => {
  const script = `${CLIENT}
    client.putRecords = async ({ Records }) => ({ Records: Records.map(() => ({ ErrorCode: 'KMSDisabledException' })) });
    new KinesisProducer(options).add({ partitionKey: 'a', data: 'secret' });
  `;
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stderr).toContain('KMSDisabledException');
  expect(stderr).not.toContain('secret');
});

const STANDING_STILL = `${CLIENT}
  const producer = new KinesisProducer({ ...options, recordTtlMs: 1500 });
  const all = Array.from({ length: 10 }, () => producer.put({ partitionKey: 'a', data: 'x' }));
  Promise.allSettled(all).then((results) => console.log(results.map(({ status }) => status).join()));
`;
const ALL_STORED = Array.from({ length: 10 }, () => 'fulfilled').join();

test('18: a process that was stopped expires nothing', async () => {
  const child = spawn(process.execPath, ['-e', `${STANDING_STILL} console.log('put');`], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  await sleep(4000);
  child.kill('SIGCONT');
  await ended;
  expect(output).toContain(ALL_STORED);
});

test('18: an event loop that was blocked expires nothing', () => {
  const block = 'const until = performance.now() + 4000; while (performance.now() < until);';
  expect(run(`${STANDING_STILL} ${block}`)).toContain(ALL_STORED);
  expect(run(`${STANDING_STILL} setTimeout(() => { ${block} }, 50);`)).toContain(ALL_STORED);
});

// In a process of its own: under jest, the SDK does not take the system's errors for errors, and wraps them without their code.
test('6: connection refused, with the real SDK', () => {
  const printed = run(`
    const { Kinesis } = require('@aws-sdk/client-kinesis');
    const { NodeHttpHandler } = require('@smithy/node-http-handler');
    const { KinesisProducer } = require('kinesis-agg/producer');
    const client = new Kinesis({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    });
    const options = { client, streamName: 's', routing: 'pinned', distribution: 'partition-key', recordTtlMs: 1000 };
    new KinesisProducer(options).put({ partitionKey: 'a', data: 'x' }).catch(({ code, mayBeStored, attempts }) => {
      const outcomes = new Set(attempts.map((attempt) => attempt.outcome + ' ' + attempt.code));
      console.log(code, mayBeStored, attempts.length > 1, [...outcomes].join());
    });
  `);
  expect(printed.trim()).toBe('ERR_KPL_EXPIRED false true refused ECONNREFUSED');
});

test('require takes no longer than that of kinesis-agg once more', () => {
  const script = `
    const { performance } = require('node:perf_hooks');
    const times = ['kinesis-agg', 'kinesis-agg/producer'].map((name) => {
      const start = performance.now();
      require(name);
      return performance.now() - start;
    });
    console.log(JSON.stringify(times));`;
  // Both grow on a busy machine, so that one is measured by the other. The least comes nearer the truth with each run.
  let [face, producer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < 20 || (i < 60 && producer >= face); i++) {
    const [ofFace, ofProducer] = JSON.parse(run(script));
    face = Math.min(face, ofFace);
    producer = Math.min(producer, ofProducer);
  }
  console.info(`require: ${face.toFixed(1)} ms, the producer ${producer.toFixed(1)} ms more`);
  expect(producer).toBeLessThan(face);
}, 120_000);

describe('bundled as an ES module', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));
  const entry = path.join(__dirname, 'children', 'bundled.mjs');
  const bundled = path.join(folder, 'bundled.mjs');

  test('it runs, with the require that the addon needs', () => {
    const bundler = path.join(ROOT, 'examples', 'bundlers', 'esbuild-esm.js');
    execFileSync(process.execPath, [bundler, entry, folder], { cwd: ROOT });
    expect(execFileSync(process.execPath, [bundled], { encoding: 'utf8', timeout: 20_000 }).trim()).toBe('stored 1');
  });

  test('without one, it says how to give it one', () => {
    require('esbuild').buildSync({
      entryPoints: [entry],
      outfile: bundled,
      bundle: true,
      platform: 'node',
      format: 'esm',
      loader: { '.node': 'copy' },
    });
    const { status, stderr } = spawnSync(process.execPath, [bundled], { encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(1);
    expect(stderr).toContain('ERR_KPL_NATIVE');
    expect(stderr).toContain('createRequire');
  });
});

test('kinesis-agg does not load the producer', () => {
  const printed = run(`
    require('kinesis-agg');
    console.log(Object.keys(require.cache).filter((file) => file.endsWith('producer.js')).length);
  `);
  expect(printed.trim()).toBe('0');
});
