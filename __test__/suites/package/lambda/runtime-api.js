'use strict';

// Lambda's Runtime API on loopback, for one function: events go in, results come out.

const { spawn } = require('node:child_process');
const http = require('node:http');
const path = require('node:path');

/**
 * Starts the function that is unpacked in `root` and gives what it answers to each event.
 *
 * @param {{ node: string, root: string, handler: string, events: unknown[] }} given
 * @returns {Promise<unknown[]>}
 */
async function invoke({ node, root, handler, events }) {
  const answers = [];
  let finish;
  const finished = new Promise((resolve, reject) => {
    finish = { resolve, reject };
  });
  let next = 0;
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.url.endsWith('/invocation/next')) {
        if (next === events.length) return; // left waiting, as Lambda does
        response.setHeader('lambda-runtime-aws-request-id', `request-${next}`);
        response.end(JSON.stringify(events[next++]));
        return;
      }
      response.writeHead(202).end('{}');
      if (request.url.endsWith('/error')) finish.reject(new Error(body));
      else if (answers.push(JSON.parse(body)) === events.length) finish.resolve(answers);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const child = spawn(node, [path.join(__dirname, 'bootstrap.mjs')], {
    cwd: root,
    env: {
      ...process.env,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`,
      LAMBDA_TASK_ROOT: root,
      _HANDLER: handler,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  child.on('exit', (status, signal) => finish.reject(new Error(`the function's process ended: ${signal ?? status}`)));
  try {
    return await finished;
  } finally {
    child.removeAllListeners('exit').kill();
    server.closeAllConnections();
    server.close();
  }
}

module.exports = { invoke };
