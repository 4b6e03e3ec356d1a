'use strict';

// `npm run demo`: what the package does, on a real Kinesis endpoint. `npm run demo -- --help` tells more.

const { ready } = require('../scripts/setup');
const { HELP, UsageError, parseOptions } = require('./options');

const RESHARD_MS = 100;
const SIGNALS = /** @type {const} */ ({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 });

/** Settles as soon as there is nobody left to show anything to, with the exit code. */
const stopped = new Promise((resolve) => {
  for (const [signal, code] of Object.entries(SIGNALS)) process.once(signal, () => resolve(code));
  // The reader of our pipe has gone. Every further write says so again.
  process.stdout.on('error', () => resolve(1));
});

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
  // Whatever is still under way ends with the process, and the endpoint too.
  stopped.then((code) => {
    screen.clear();
    process.exit(code);
  });
  try {
    endpoint = await startEndpoint({ port: options.port, reshardMs: RESHARD_MS });
    return await show(options, endpoint, screen);
  } finally {
    screen.clear();
    await endpoint?.stop();
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
    screen.line(report(result, screen.style, screen.columns));
  }
  if (results.length > 1) screen.line(comparison(results, screen.style, screen.columns));
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
