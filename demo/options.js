'use strict';

const { parseArgs } = require('node:util');

const HELP = `Puts user records into a Kinesis stream on this machine with KinesisProducer, while an endpoint in between throttles
one entry in ten and the shards are split and merged. Reads all shards back by the KCL's rules, and checks that nothing
was lost and nothing was doubled silently.

  npm run demo
  npm run demo -- --routing lanes:8 --records 50000

  --records N    user records, 1 to 1000000 (default 20000)
  --size N       bytes of data in each, 32 to 1000000 (default 200)
  --rate N       user records a second, 1 to 1000000 (default 4000, or all of them within five seconds)
  --routing R    shards (default), lanes, lanes:N, partitionKey, pinned, none, or all: one after the other
  --throttle N   percent of the entries that are throttled, 0 to 90 (default 10)
  --lose N       percent of the requests that are stored, but whose answers are lost, 0 to 50 (default 0)
  --shards N     shards before the reshard, 1 to 100 (default 4)
  --port N       port of the Kinesis endpoint (default: a free one)
  --json         one JSON document instead of tables; \`npm run --silent demo -- --json\` prints nothing else
  --help         this text

The exit code is 0 if all checks passed, 1 if not, and 2 for a wrong flag.
`;

const ROUTINGS = ['shards', 'lanes', 'partitionKey', 'pinned', 'none'];
const DEFAULT_LANES = 16;
const MAX_LANES = 1024;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;
const DEFAULT_RATE = 4000;
const DEFAULT_SECONDS = 5;

/** A flag that cannot be used, in one sentence for a person. */
class UsageError extends Error {
  name = 'UsageError';
}

/**
 * @typedef {{ name: string, lanes?: number }} DemoRouting
 * @typedef {object} DemoOptions
 * @property {boolean} help
 * @property {boolean} json
 * @property {number} records
 * @property {number} size
 * @property {number} rate
 * @property {number} throttle
 * @property {number} lose
 * @property {number} shards
 * @property {number | undefined} port
 * @property {DemoRouting[]} routings
 */

/**
 * @param {string[]} args
 * @returns {DemoOptions}
 */
function parseOptions(args) {
  const { values } = parse(args);
  const records = wholeNumber('records', values.records, 1, 1_000_000) ?? 20_000;
  const size = wholeNumber('size', values.size, 32, 1_000_000) ?? 200;
  if (records * size > MAX_TOTAL_BYTES) {
    throw new UsageError(
      `--records ${records} of --size ${size} are more than 512 MiB, which the endpoint would hold in memory.`,
    );
  }
  return {
    help: values.help ?? false,
    json: values.json ?? false,
    records,
    size,
    rate: wholeNumber('rate', values.rate, 1, 1_000_000) ?? Math.max(DEFAULT_RATE, records / DEFAULT_SECONDS),
    throttle: wholeNumber('throttle', values.throttle, 0, 90) ?? 10,
    lose: wholeNumber('lose', values.lose, 0, 50) ?? 0,
    shards: wholeNumber('shards', values.shards, 1, 100) ?? 4,
    port: wholeNumber('port', values.port, 1, 65_535),
    routings: parseRouting(values.routing ?? 'shards'),
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        records: { type: 'string' },
        size: { type: 'string' },
        rate: { type: 'string' },
        routing: { type: 'string' },
        throttle: { type: 'string' },
        lose: { type: 'string' },
        shards: { type: 'string' },
        port: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    // Node's first sentence names the flag; what follows is advice on parseArgs itself.
    throw new UsageError(`${/** @type {Error} */ (error).message.split('. ')[0].replace(/\.$/, '')}.`);
  }
}

/** @param {string} routing */
function parseRouting(routing) {
  if (routing === 'all') return ROUTINGS.map((name) => parseRouting(name)[0]);
  const [name, count, ...rest] = routing.split(':');
  if (!ROUTINGS.includes(name) || rest.length > 0 || (count !== undefined && name !== 'lanes')) {
    throw new UsageError(`--routing ${routing} must be one of ${ROUTINGS.join(', ')}, lanes:N and all.`);
  }
  if (name !== 'lanes') return [{ name }];
  return [{ name, lanes: wholeNumber('routing lanes', count, 1, MAX_LANES) ?? DEFAULT_LANES }];
}

/**
 * @param {string} flag
 * @param {string | undefined} text
 * @param {number} least
 * @param {number} most
 */
function wholeNumber(flag, text, least, most) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`--${flag} must be a whole number from ${least} to ${most}, got '${text}'.`);
  }
  return value;
}

module.exports = { HELP, UsageError, parseOptions };
