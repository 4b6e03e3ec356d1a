'use strict';

// The producer against what else there is: `node bench/producer`. README.md beside the other benchmarks says how it is
// measured.

const { execFile, fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs, promisify } = require('node:util');
const { nodeBinary, versionsOf } = require('../node-binary');
const { RESULTS, aboutNow, commit, fileOf, format, parse } = require('../results');
const { median } = require('../statistics');
const { AIOKPL } = require('./contestants');
const { rows, settingsRows } = require('./rows');

const USAGE = `node bench/producer [--node NODE] [--row NAME]... [--quick] [--list]

  --node NODE  measure under another Node: the path of its binary, or a major version that npm has
  --row NAME   only this row, or those that begin so if NAME ends in *; settings-* are not part of the run of all
  --quick      everything once with few records, and no figures kept: to see that everything works
  --list       print the names of the rows`;
const COLUMNS = ['row', 'contestant', 'round', 'what', 'value', 'commit', 'load'];
const ROUNDS = 3;
const QUICK_RECORDS = 3000;
/** So many are sent first, and what arrives is compared. */
const COMPARED = 3000;
/** Of what a process says that has failed. */
const MOST_SAID = 2000;
const AIOKPL_VERSION = '0.2.0';

/** @typedef {import('./rows').Row} Row */

async function main() {
  const { values } = parseArgs({
    options: {
      node: { type: 'string', default: process.execPath },
      row: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const all = [...rows, ...settingsRows];
  if (values.help) return console.log(USAGE);
  if (values.list) return console.log(all.map(({ name, title }) => `${name.padEnd(20)}${title}`).join('\n'));
  require('../../scripts/setup').ready();
  const node = nodeBinary(values.node);
  const about = aboutNow(versionsOf(node));
  const sources = commit(path.join(__dirname, '../..'));
  const chosen = values.row === undefined ? rows : values.row.flatMap((name) => named(all, name));
  const began = Date.now();
  console.log(`Node ${about.node}, ${about.date}`);
  for (const asked of chosen) {
    const row = values.quick ? { ...asked, records: Math.min(asked.records ?? 0, QUICK_RECORDS), rounds: 1 } : asked;
    const findings = await measure(row, node);
    console.log(report(row, findings));
    if (!values.quick) keep(about, linesOf(row, findings, sources));
  }
  console.log(`\n${Math.round((Date.now() - began) / 1000)} s`);
}

function named(all, wanted) {
  const matches = ({ name }) => (wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted);
  const found = all.filter(matches);
  if (found.length === 0) throw new Error(`there is no row ${wanted}: see --list`);
  return found;
}

/**
 * Results are compared first. Then contestants take turns, in the other direction each round.
 *
 * @param {Row} row
 * @param {string} node
 * @returns {Promise<Record<string, Record<string, number>[]>>} figures of each round by contestant
 */
async function measure(row, node) {
  const place = await startPlace(row.endpoint, node);
  try {
    const { measure = 'send', records = 0, options = {}, rounds = ROUNDS, contestants } = row;
    const present = contestants.filter((contestant) => contestant !== AIOKPL || hasAiokpl());
    if (measure === 'send' && row.endpoint !== 'none') await compare(row, present, node);
    /** @type {Record<string, Record<string, number>[]>} */
    const findings = Object.fromEntries(present.map((contestant) => [contestant, []]));
    for (let round = 0; round < rounds; round++) {
      for (const contestant of round % 2 === 0 ? present : present.toReversed()) {
        const streamName = await place.stream();
        const found = await inFreshProcess(node, {
          measure,
          contestant,
          endpoint: place.url,
          streamName,
          records,
          options,
        });
        await place.check(streamName, records);
        findings[contestant].push(found.figures ?? { ...found, ...(await place.figures()) });
      }
    }
    return findings;
  } finally {
    await place.stop();
  }
}

/** On an endpoint that takes everything apart: the same user records arrive, whoever sends them. */
async function compare(row, contestants, node) {
  const place = await startPlace({ reads: true }, node);
  try {
    let expected;
    for (const contestant of contestants) {
      const order = {
        measure: 'send',
        contestant,
        endpoint: place.url,
        streamName: 'compared',
        options: row.options ?? {},
      };
      await inFreshProcess(node, { ...order, records: COMPARED });
      const { userRecords, sum } = await place.figures();
      expected ??= sum;
      if (userRecords !== COMPARED || sum !== expected) {
        throw new Error(`${row.name}: ${contestant} has sent ${userRecords} user records, or others than the rest`);
      }
    }
  } finally {
    await place.stop();
  }
}

/** Where records are sent to. */
async function startPlace(endpoint, node) {
  const nothing = {
    figures: async () => ({}),
    check: async () => {},
    stream: async () => 'stream',
    stop: async () => {},
  };
  if (endpoint === 'none') return { ...nothing, url: undefined };
  if (endpoint === 'kinesis-local') return startKinesisLocal(nothing);
  const { reads } = endpoint;
  const child = fork(path.join(__dirname, 'endpoint.js'), [JSON.stringify(endpoint)], { execPath: node });
  const [port] = await once(child, 'message');
  const url = `http://127.0.0.1:${port}`;
  return {
    ...nothing,
    url,
    figures: async () => {
      const { requests, entries, bytes, userRecords, sum } = /** @type {any} */ (
        await (await fetch(`${url}/figures`)).json()
      );
      return { requests, entries, bytes, ...(reads && { userRecords, sum }) };
    },
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function startKinesisLocal(nothing) {
  const { connect, startEndpoint } = require('../../__test__/support/endpoint');
  const { Stream } = require('../../__test__/support/stream');
  const { deaggregate } = require('../..');
  const endpoint = await startEndpoint();
  const client = connect(endpoint);
  const streams = new Map();
  return {
    ...nothing,
    url: endpoint.url,
    async stream() {
      const stream = new Stream(client, `stream-${streams.size}`);
      await stream.create(4);
      streams.set(stream.name, stream);
      return stream.name;
    },
    /** All of them are there. */
    async check(name, records) {
      let count = 0;
      await streams.get(name).consume({
        onRecords: (_, kinesisRecords) => {
          count += deaggregate(kinesisRecords).length;
        },
        isComplete: () => true,
      });
      if (count !== records) throw new Error(`${name} holds ${count} of ${records} user records`);
    },
    async stop() {
      client.destroy();
      await endpoint.stop();
    },
  };
}

async function inFreshProcess(node, order) {
  const [program, ...args] =
    order.contestant === AIOKPL ? aiokpl(order) : [node, path.join(__dirname, 'child.js'), JSON.stringify(order)];
  const env = order.contestant === AIOKPL ? { ...process.env, PYTHONPATH: aiokplFolder() } : process.env;
  try {
    const { stdout } = await promisify(execFile)(program, args, { env });
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`${order.contestant} failed: ${(error.stderr || error.message).slice(0, MOST_SAID)}`);
  }
}

/** It gets its input by a file. */
function aiokpl({ endpoint, streamName, records: count }) {
  const { userRecordsToAggregate } = require('../workloads');
  const inputFile = path.join(os.tmpdir(), `kinesis-agg-bench-${process.pid}.jsonl`);
  const distinct = userRecordsToAggregate({ userRecords: 20_000, dataBytes: 200, keys: 200 });
  const line = ({ partitionKey, data }) => JSON.stringify({ partitionKey, data: data.toString('hex') });
  fs.writeFileSync(inputFile, Array.from({ length: count }, (_, i) => line(distinct[i % distinct.length])).join('\n'));
  const order = { endpoint, streamName, inputFile };
  return [process.env.PYTHON ?? 'python3', path.join(__dirname, 'send_with_aiokpl.py'), JSON.stringify(order)];
}

function aiokplFolder() {
  return path.join(__dirname, `../../.cache/aiokpl-${AIOKPL_VERSION}`);
}

/** Fetched from PyPI with what it needs, once. Where that cannot be, its row says so. */
function hasAiokpl() {
  if (fs.existsSync(aiokplFolder())) return true;
  const { execFileSync } = require('node:child_process');
  const args = ['-m', 'pip', 'install', '--quiet', '--target', aiokplFolder(), `aiokpl==${AIOKPL_VERSION}`];
  try {
    execFileSync(process.env.PYTHON ?? 'python3', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    return true;
  } catch {
    fs.rmSync(aiokplFolder(), { recursive: true, force: true });
    console.log(`aiokpl ${AIOKPL_VERSION} cannot be installed here (Python 3.10 or later, PyPI)`);
    return false;
  }
}

/** @param {Row} row */
function report({ title, records, targets = [], limits = [], contestants }, findings) {
  const of = (contestant, what) => median(findings[contestant].map((round) => round[what]));
  const lines = Object.entries(findings).map(([contestant, [first]]) => {
    const figures = Object.keys(first).map((what) => `${what} ${short(of(contestant, what))}`);
    const perRecord =
      records && first.cpuMs !== undefined ? [`cpu/record ${short((1e6 * of(contestant, 'cpuMs')) / records)} ns`] : [];
    return `  ${contestant.padEnd(32)}${[...figures, ...perRecord].join(', ')}`;
  });
  const judged = targets
    .filter(({ against }) => findings[against] !== undefined)
    .map(({ of: its, against, what, least }) => {
      const times = median(findings[its].map((round, i) => findings[against][i][what] / round[what]));
      return `  ${against} takes ${short(times)}x the ${what} of ${its}; at least ${short(least)}x: ${mark(times >= least)}`;
    });
  const kept = limits.map(({ contestant = contestants[0], what, most, least }) => {
    const value = of(contestant, what);
    const isMet = (most === undefined || value <= most) && (least === undefined || value >= least);
    return `  ${what} ${short(value)}; ${most === undefined ? `at least ${short(least)}` : `at most ${short(most)}`}: ${mark(isMet)}`;
  });
  return [`\n${title.replaceAll('`', '')}`, ...lines, ...judged, ...kept].join('\n');
}

function mark(isMet) {
  return isMet ? 'met' : 'missed';
}

function short(value) {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** A line for each figure of each round. */
function linesOf(row, findings, sources = '') {
  const load = os.loadavg()[0];
  return Object.entries(findings).flatMap(([contestant, rounds]) =>
    rounds.flatMap((figures, i) =>
      Object.entries(figures).map(([what, value]) => {
        return { row: row.name, contestant, round: i + 1, what, value, commit: sources, load };
      }),
    ),
  );
}

/** In a file of its own beside those of the other rows. What is there of other rows stays. */
function keep(about, lines) {
  const file = fileOf(about, path.join(RESULTS, 'producer'));
  const now = new Set(lines.map(({ row }) => row));
  const earlier = fs.existsSync(file) ? parse(fs.readFileSync(file, 'utf8')).lines : [];
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const kept = [...earlier.filter(({ row }) => !now.has(row)), ...lines];
  fs.writeFileSync(file, format({ about, lines: kept }, /** @type {any} */ (COLUMNS)));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
