'use strict';

// A real Kinesis endpoint on this machine: the npm package kinesis-local as a child process, reachable from here only.

const { spawn } = require('node:child_process');
const { get } = require('node:http');
const { createServer } = require('node:net');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const HOST = '127.0.0.1';
const START_LIMIT_MS = 30_000;
const ATTEMPTS = 3;
const REGION = 'us-east-1';

/** What went wrong with the endpoint, in one sentence for a person. */
class EndpointError extends Error {
  name = 'EndpointError';
}

/**
 * Starts an endpoint and waits until it answers.
 *
 * @param {object} [settings]
 * @param {string} [settings.streams] streams to create: `name:shards`, separated by commas
 * @param {number} [settings.port] port to listen on; a free one by default
 * @param {number} [settings.reshardMs] how long a split or a merge takes
 * @param {number} [settings.shardLimit] most shards of the account
 */
async function startEndpoint({ streams = '', port, reshardMs = 50, shardLimit = 1000 } = {}) {
  if (port !== undefined) {
    await assertFree(port);
    return launch(port, { streams, reshardMs, shardLimit });
  }
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(await freePort(), { streams, reshardMs, shardLimit });
    } catch (error) {
      // Somebody else may take a free port between our look at it and the child's.
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * @param {number} port
 * @param {{ streams: string, reshardMs: number, shardLimit: number }} settings
 */
async function launch(port, { streams, reshardMs, shardLimit }) {
  const main = require.resolve('kinesis-local/main.js');
  const child = spawn(process.execPath, ['--require', require.resolve('./loopback'), main], {
    cwd: path.dirname(main), // it opens server.json there
    env: {
      PATH: process.env.PATH,
      KINESIS_MOCK_PLAIN_PORT: String(port),
      KINESIS_MOCK_TLS_PORT: String(await freePort()),
      AWS_REGION: REGION,
      LOG_LEVEL: 'ERROR',
      SHARD_LIMIT: String(shardLimit),
      CREATE_STREAM_DURATION: '10ms',
      DELETE_STREAM_DURATION: '10ms',
      REGISTER_STREAM_CONSUMER_DURATION: '10ms',
      SPLIT_SHARD_DURATION: `${reshardMs}ms`,
      MERGE_SHARDS_DURATION: `${reshardMs}ms`,
      ...(streams && { INITIALIZE_STREAMS: streams }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const endpoint = new Endpoint(child, port);
  try {
    await endpoint.ready();
  } catch (error) {
    await endpoint.stop();
    throw error;
  }
  return endpoint;
}

class Endpoint {
  #child;
  #isStopping = false;
  #ended;
  #output = '';

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {number} port
   */
  constructor(child, port) {
    this.#child = child;
    this.port = port;
    this.url = `http://${HOST}:${port}`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        const output = this.#output + chunk;
        // Without the line that the cut goes through: its head says what it is.
        this.#output = output.length > 4096 ? output.slice(-4096).replace(/^.*\n/, '') : output;
      });
    }
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ? `by ${signal}` : `with exit code ${code}`));
      child.once('error', (error) => resolve(`before it began: ${error.message}`));
    });
    /** Rejects if the endpoint ends and nobody stopped it. @type {Promise<never>} */
    this.failed = this.#ended.then((how) => {
      if (this.#isStopping) return new Promise(() => {});
      throw new EndpointError(`The Kinesis endpoint ended ${how} while it was needed.${this.#lastWords()}`);
    });
    this.failed.catch(() => {}); // for those who do not look at it
  }

  get pid() {
    return this.#child.pid;
  }

  /** Resolves as soon as the endpoint answers; rejects if it ends first or stays silent. */
  async ready() {
    const deadline = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadline) {
      if (await Promise.race([isHealthy(this.port), this.failed])) return;
      await sleep(50);
    }
    throw new EndpointError(`The Kinesis endpoint did not answer within ${START_LIMIT_MS / 1000} s.`);
  }

  /** Ends the child process and waits until it is gone. May be called more than once. */
  async stop() {
    this.#isStopping = true;
    // At SIGTERM it would take three seconds, and it has nothing to save.
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #lastWords() {
    // It warns of a busy machine, which is not what ended it.
    const lines = this.#output.split('\n').filter((line) => line.trim() !== '' && !line.includes('[WARNING]'));
    const line = lines.at(-1);
    return line ? ` Its last words: ${line.slice(0, 200)}` : '';
  }
}

/**
 * A client of AWS SDK v3 for the endpoint, over HTTP/1.1: by default the SDK speaks HTTP/2 to Kinesis, which needs TLS.
 *
 * @param {{ url: string }} endpoint
 * @param {import('@aws-sdk/client-kinesis').KinesisClientConfig} [config]
 */
function connect({ url }, config) {
  // On older Node versions the SDK would print a paragraph on its own future into the output.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // Loading the SDK takes a moment: only who connects pays for it.
  const { KinesisClient } = require('@aws-sdk/client-kinesis');
  const { NodeHttpHandler } = require('@smithy/node-http-handler');
  return new KinesisClient({
    endpoint: url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler({ requestTimeout: 90_000, throwOnRequestTimeout: true }),
    ...config,
  });
}

/** @param {number} port */
function isHealthy(port) {
  return new Promise((resolve) => {
    const request = get({ host: HOST, port, path: '/healthcheck', agent: false, timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return listenOnce(0);
}

/** @param {number} port */
async function assertFree(port) {
  try {
    await listenOnce(port);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const why = { EADDRINUSE: 'is in use by another program', EACCES: 'may not be used by this user' }[code ?? ''];
    throw new EndpointError(
      `Port ${port} ${why ?? `cannot be used (${code})`}. Name another one, or none for a free one.`,
    );
  }
}

/**
 * @param {number} port
 * @returns {Promise<number>}
 */
function listenOnce(port) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(taken));
    });
  });
}

module.exports = { EndpointError, connect, startEndpoint };
