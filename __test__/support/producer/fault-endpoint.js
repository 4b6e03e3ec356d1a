'use strict';

// Stands before a Kinesis endpoint, on loopback alone, and does to requests what a script says.

const http = require('node:http');
const http2 = require('node:http2');

const HOST = '127.0.0.1';
const MOST_BODY_BYTES = 16 * 1024 * 1024;

/**
 * @typedef {object} Fault what becomes of one PutRecords request
 * @property {(entry: any, i: number) => { code: string, isStored?: boolean } | undefined} [entries] of each entry
 * @property {'hang' | 'cut' | 'reset' | 'empty' | 'too few' | 'go away'} [answers] after all of it is stored
 * @property {'reset' | 'go away' | 'refuse' | 'hang'} [before] it is stored; the two in the middle are HTTP/2's
 * @property {{ status: number, name: string }} [error] in place of storing it
 * @property {number} [delayMs]
 */

class FaultEndpoint {
  /** @type {(request: { number: number, entries: any[] }) => Fault | undefined} */
  script = () => undefined;
  /** What DescribeStreamSummary says beside the truth. */
  summary = {};
  /** Every PutRecords request with its entries. */
  requests = [];
  /** How often each operation was asked for. */
  calls = {};
  mostInFlight = 0;
  #inFlight = 0;
  #server;
  #sessions = new Set();
  #target;
  #agent = new http.Agent({ keepAlive: true });

  /**
   * @param {{ port: number }} target
   * @param {{ http2?: boolean }} [settings]
   */
  constructor(target, { http2: speaksHttp2 = false } = {}) {
    this.#target = target;
    const serve = (request, response) => {
      this.#serve(request, response).catch((error) => response.destroy(error));
    };
    this.#server = speaksHttp2 ? http2.createServer(serve) : http.createServer(serve);
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
  }

  async start() {
    await new Promise((resolve) => this.#server.listen(0, HOST, resolve));
    this.url = `http://${HOST}:${this.#server.address().port}`;
  }

  async stop() {
    this.#agent.destroy();
    this.#server.closeAllConnections?.();
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request, response) {
    const body = await bytesOf(request);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1);
    this.calls[operation] = (this.calls[operation] ?? 0) + 1;
    if (operation === 'PutRecords') return this.#putRecords(request, response, JSON.parse(body));
    const answer = await this.#forward(request, body);
    if (operation === 'DescribeStreamSummary' && answer.status === 200) {
      const truth = JSON.parse(answer.body);
      Object.assign(truth.StreamDescriptionSummary, this.summary);
      answer.body = JSON.stringify(truth);
    }
    send(response, answer.status, answer.body);
  }

  async #putRecords(request, response, input) {
    const entries = input.Records;
    this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
    response.once('close', () => this.#inFlight--);
    const fault = this.script({ number: this.requests.length, entries }) ?? {};
    this.requests.push({ entries, time: performance.now() });
    if (fault.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault.before === 'reset') return request.socket.resetAndDestroy();
    if (fault.before === 'refuse') return request.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    if (fault.before === 'go away') return goAway(request);
    if (fault.before === 'hang') return undefined;
    if (fault.error)
      return send(response, fault.error.status, JSON.stringify({ __type: fault.error.name, message: 'so' }));

    const wrong = entries.map((entry, i) => fault.entries?.(entry, i));
    const passed = entries.filter((_, i) => !wrong[i] || wrong[i].isStored);
    const places = passed.length === 0 ? [] : await this.#store(request, input, passed);
    const answers = wrong.map((failure) => {
      const place = !failure || failure.isStored ? places.shift() : undefined;
      return failure ? { ErrorCode: failure.code, ErrorMessage: 'so' } : place;
    });
    if (fault.answers === 'hang') return undefined;
    if (fault.answers === 'go away') return goAway(request);
    if (fault.answers === 'reset') return request.socket.resetAndDestroy();
    if (fault.answers === 'too few') answers.pop();
    const FailedRecordCount = wrong.filter(Boolean).length;
    const body = fault.answers === 'empty' ? '' : JSON.stringify({ FailedRecordCount, Records: answers });
    if (fault.answers !== 'cut') return send(response, 200, body);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': body.length });
    response.write(body.slice(0, body.length / 2));
    setTimeout(() => request.socket.destroy(), 20);
    return undefined;
  }

  async #store(request, input, Records) {
    const { status, body } = await this.#forward(request, JSON.stringify({ ...input, Records }));
    if (status !== 200) throw new Error(`the endpoint behind answered ${status}`);
    return JSON.parse(body).Records;
  }

  #forward({ headers, method, url }, body) {
    return new Promise((resolve, reject) => {
      const forwarded = {
        ...headers,
        host: undefined,
        connection: undefined,
        'content-length': Buffer.byteLength(body),
      };
      delete forwarded.host;
      delete forwarded.connection;
      for (const name of Object.keys(forwarded)) if (name.startsWith(':')) delete forwarded[name];
      const options = {
        host: HOST,
        port: this.#target.port,
        method,
        path: url,
        headers: forwarded,
        agent: this.#agent,
      };
      const onward = http.request(options, async (answer) => {
        resolve({ status: answer.statusCode, body: await bytesOf(answer) });
      });
      onward.once('error', reject);
      onward.end(body);
    });
  }
}

/** Ends a connection of HTTP/2 with all that is on it, as a server that is overrun does. */
function goAway({ stream }) {
  stream.session.destroy(undefined, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'a-request' });
  response.end(body);
}

async function bytesOf(stream) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MOST_BODY_BYTES) throw new Error('a body that is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

module.exports = { FaultEndpoint };
