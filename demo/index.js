'use strict';

// `npm run demo`: what the package does, on a real Kinesis endpoint. `npm run demo -- --help` tells more.

const { ready } = require('../scripts/setup');
const { HELP, UsageError, parseOptions } = require('./options');

const RESHARD_MS = 100;
const SIGNALS = /** @type {const} */ ({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 });

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  ready();
  // Only now: these need what the line above has made sure of.
  const { Screen } = require('./screen');
  const { startEndpoint } = require('../__test__/support/endpoint');

  const screen = new Screen(process.stdout, process.env, { isQuiet: options.json });
  /** @type {Awaited<ReturnType<typeof startEndpoint>> | undefined} */
  let endpoint;
  let isStopped = false;
  const stopped = new Promise((resolve) => {
    /** @param {number} code */
    const stop = (code) => {
      isStopped = true;
      resolve(code);
    };
    for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => stop(code));
    process.stdout.once('error', () => stop(1)); // the reader of our pipe has gone
  });
  const showing = (async () => {
    endpoint = await startEndpoint({ port: options.port, reshardMs: RESHARD_MS });
    return show(options, endpoint, screen);
  })();
  try {
    return await Promise.race([showing, stopped]);
  } finally {
    screen.clear();
    await endpoint?.stop();
    if (isStopped) process.exit(await stopped); // whatever is still under way
  }
}

/**
 * @param {import('./options').DemoOptions} options
 * @param {Awaited<ReturnType<typeof import('../__test__/support/endpoint').startEndpoint>>} endpoint
 * @param {import('./screen').Screen} screen
 */
async function show(options, endpoint, screen) {
  const { comparison, report } = require('./report');
  const { runDemo } = require('./run');

  screen.line(`Kinesis endpoint: kinesis-local at ${endpoint.url}`);
  const results = [];
  for (const routing of options.routings) {
    const result = await runDemo(options, routing, endpoint, screen);
    results.push(result);
    screen.line(report(result, screen.style));
  }
  if (results.length > 1) screen.line(comparison(results, screen.style));
  if (options.json) {
    const document = results.length > 1 ? results : results[0];
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message} \`npm run demo -- --help\` lists the flags.\n`);
      process.exit(2);
    }
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
