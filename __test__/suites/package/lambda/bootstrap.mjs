// What runs a Node function inside Lambda, as far as a function can tell: it loads `_HANDLER` from LAMBDA_TASK_ROOT and
// exchanges events and results over the Runtime API. Loaded by import(), so that handlers of both module systems work.

import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const RUNTIME = '/2018-06-01/runtime';

/** @returns {Promise<{ headers: http.IncomingHttpHeaders, body: string }>} */
function call(method, place, body) {
  const [hostname, port] = AWS_LAMBDA_RUNTIME_API.split(':');
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path: RUNTIME + place }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ headers: response.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

const described = (error) => JSON.stringify({ errorType: error.code ?? error.name, errorMessage: error.message });

async function load() {
  const [file, name] = _HANDLER.split('.');
  const found = ['.js', '.mjs', '.cjs']
    .map((extension) => path.join(LAMBDA_TASK_ROOT, file + extension))
    .find(fs.existsSync);
  const module = await import(pathToFileURL(found));
  return module[name] ?? module.default[name]; // of a CommonJS bundle, only `default` is sure to be found
}

try {
  const handler = await load();
  for (;;) {
    const { headers, body } = await call('GET', '/invocation/next');
    const id = headers['lambda-runtime-aws-request-id'];
    try {
      await call('POST', `/invocation/${id}/response`, JSON.stringify(await handler(JSON.parse(body), {})));
    } catch (error) {
      await call('POST', `/invocation/${id}/error`, described(error));
    }
  }
} catch (error) {
  await call('POST', '/init/error', described(error));
  process.exit(1);
}
