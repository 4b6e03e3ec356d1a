'use strict';

// `npm run demo`: what the package does, on a real Kinesis endpoint. `npm run demo -- --help` tells more.

const { ready } = require('../scripts/setup');
const { HELP, UsageError, parseOptions } = require('./options');

const RESHARD_MS = 100;
const SIGNALS = /** @type {const} */ ({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 });

/** Settles as soon as there is nobody left to show anything to, with the exit code and whether somebody asked for the end. */
const stopped = new Promise((resolve) => {
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.once(signal, () => resolve({ code, isInterrupted: true }));
  }
  // The reader of our pipe has gone. Every further write says so again.
  process.stdout.on('error', () => resolve({ code: 1, isInterrupted: false }));
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
  const { startFaults } = require('./faults');

  const screen = new Screen(process.stdout, process.env, { isQuiet: options.json });
  /** @type {Awaited<ReturnType<typeof startEndpoint>> | undefined} */
  let endpoint;
  /** @type {Awaited<ReturnType<typeof startFaults>> | undefined} */
  let faults;
  // Whatever is still under way ends with the process, and the endpoint too.
  stopped.then(({ code, isInterrupted }) => {
    if (isInterrupted) screen.interrupted();
    process.exit(code);
  });
  try {
    endpoint = await startEndpoint({ port: options.port, reshardMs: RESHARD_MS });
    faults = await startFaults(endpoint, options);
    return await show(options, endpoint, faults, screen);
  } finally {
    screen.clear();
    await faults?.stop();
    await endpoint?.stop();
  }
}

/**
 * @param {import('./options').DemoOptions} options
 * @param {Awaited<ReturnType<typeof import('../__test__/support/endpoint').startEndpoint>>} endpoint
 * @param {{ url: string }} faults
 * @param {import('./screen').Screen} screen
 */
async function show(options, endpoint, faults, screen) {
  const { comparison, report, tally } = require('./report');
  const { runDemo } = require('./run');

  screen.line(`Kinesis endpoint: kinesis-local at ${endpoint.url}`);
  screen.line(`Faults before it: ${faultsText(options)}`);
  const results = [];
  for (const routing of options.routings) {
    const result = await runDemo(options, routing, endpoint, faults, screen);
    results.push(result);
    screen.line(report(result, screen.style, screen.columns));
  }
  if (results.length > 1) screen.line(comparison(results, screen.style, screen.columns));
  screen.line();
  screen.line(tally(results));
  if (options.json) {
    const document = results.length > 1 ? results : results[0];
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  return results.every(({ ok }) => ok) ? 0 : 1;
}

/** @param {import('./options').DemoOptions} options */
function faultsText({ throttle, lose }) {
  const faults = [throttle > 0 && `${throttle} % of entries throttled`, lose > 0 && `${lose} % of answers lost`].filter(
    Boolean,
  );
  return faults.length > 0 ? faults.join(', ') : 'none';
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
