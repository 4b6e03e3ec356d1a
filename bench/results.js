'use strict';

// The figures that are kept: results/DATE-CPU-node-VERSION.csv, a line for each round of each contestant of each row, with
// what was measured, and on what, above; DATE-instructions.csv of the instructions that were counted. Whatever is shown of them is
// made from these lines.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const RESULTS = path.join(__dirname, 'results');

/**
 * @typedef {object} Line
 * @property {string} row
 * @property {number} cores that the contestants had
 * @property {string} contestant
 * @property {number} round
 * @property {number} median in ms, in bytes where memory is measured; so are the next two
 * @property {number} mean
 * @property {number} least
 * @property {number} cpu ms of CPU time for each run
 * @property {number} runs
 * @property {string} commit of the sources; a plus sign says that they were changed since
 * @property {number} load the machine's load average when the row was done
 */

/** @type {(keyof Line)[]} */
const COLUMNS = ['row', 'cores', 'contestant', 'round', 'median', 'mean', 'least', 'cpu', 'runs', 'commit', 'load'];
/** @typedef {{ processor: string, work: string, userRecords: number, bytes: number, instructions: number }} Count */

/** @type {(keyof Count)[]} */
const COUNT_COLUMNS = ['processor', 'work', 'userRecords', 'bytes', 'instructions'];

const WORDS = new Set(['row', 'contestant', 'commit', 'processor', 'work', 'what']);

/** @typedef {{ about: Record<string, string>, lines: any[] }} Results `lines` are of `Line` or of `Count` */

/**
 * The lines of a row as it was measured now.
 *
 * @param {string} row
 * @param {{ rounds: Record<string, import('./child').Finding[]>, load: number }} measured
 * @param {{ cores: number, commit: string | undefined }} of
 * @returns {Line[]}
 */
function linesOf(row, { rounds, load }, { cores, commit = '' }) {
  return Object.entries(rounds).flatMap(([contestant, findings]) =>
    findings.map((finding, index) => ({ row, cores, contestant, round: index + 1, ...finding, commit, load })),
  );
}

/**
 * The lines of a row as findings by contestant.
 *
 * @param {Line[]} lines
 * @returns {Record<string, import('./child').Finding[]>}
 */
function roundsOf(lines) {
  /** @type {Record<string, Line[]>} */
  const rounds = {};
  for (const line of lines) {
    rounds[line.contestant] ??= [];
    rounds[line.contestant].push(line);
  }
  return rounds;
}

/**
 * What was measured, where and when.
 *
 * @param {NodeJS.ProcessVersions} versions of the Node that ran the contestants
 * @param {string} [before] another checkout that was measured too
 */
function aboutNow(versions, before) {
  const cpus = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus[0].model.trim(),
    machine: `${cpus.length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()} ${os.arch()}`,
    node: versions.node,
    v8: versions.v8,
    openssl: versions.openssl,
    'kinesis-agg': require('../package.json').version,
    'aws-kinesis-agg': require('aws-kinesis-agg/package.json').version,
    ...(before === undefined ? {} : { before: commit(before) ?? 'unknown' }),
  };
}

/**
 * Puts the lines of rows into the file of their day, machine and Node. What is there of other rows stays.
 *
 * @param {Results} results
 * @param {string} [folder]
 */
function keep({ about, lines }, folder = RESULTS) {
  const file = fileOf(about, folder);
  const of = ({ row, cores }) => `${row} ${cores}`;
  const now = new Set(lines.map(of));
  const earlier = fs.existsSync(file) ? parse(fs.readFileSync(file, 'utf8')).lines : [];
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, format({ about, lines: [...earlier.filter((line) => !now.has(of(line))), ...lines] }));
  return file;
}

/**
 * Writes the file of the day's counts.
 *
 * @param {{ about: Record<string, string>, lines: Count[] }} counts
 */
function keepCounts({ about, lines }, folder = RESULTS) {
  const file = path.join(folder, `${about.date}-instructions.csv`);
  fs.writeFileSync(file, format({ about, lines }, COUNT_COLUMNS));
  return file;
}

/**
 * @param {Record<string, string>} about
 * @param {string} [folder]
 */
function fileOf({ date, cpu, node }, folder = RESULTS) {
  const slug = cpu
    .toLowerCase()
    .replace(/\((r|tm)\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return path.join(folder, `${date}-${slug}-node-${node}.csv`);
}

/** @param {Results} results */
function format({ about, lines }, columns = COLUMNS) {
  const head = Object.entries(about).map(([name, value]) => `# ${name}: ${value}`);
  const rows = lines.map((line) => columns.map((column) => written(line[column])).join(','));
  return `${[...head, columns.join(','), ...rows].join('\n')}\n`;
}

function written(value) {
  if (typeof value !== 'number') return value ?? '';
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(5)));
}

/**
 * @param {string} text
 * @returns {Results}
 */
function parse(text) {
  const all = text.trimEnd().split('\n');
  const about = all.flatMap((line) => /^# ([^:]+): (.*)$/.exec(line)?.slice(1, 3) ?? []);
  const [columns, ...rows] = all.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
  return {
    about: Object.fromEntries(about.flatMap((name, i) => (i % 2 === 0 ? [[name, about[i + 1]]] : []))),
    lines: rows.map(
      (values) =>
        /** @type {any} */ (
          Object.fromEntries(columns.map((name, i) => [name, WORDS.has(name) ? values[i] : Number(values[i])]))
        ),
    ),
  };
}

/**
 * All that is kept, the newest last.
 *
 * @param {string} [folder]
 * @returns {Results[]}
 */
function allKept(folder = RESULTS) {
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => parse(fs.readFileSync(path.join(folder, name), 'utf8')));
}

/**
 * The newest rounds of each row, on the machine that was measured last.
 *
 * @param {Results[]} kept
 * @param {{ major: string, oneCore?: boolean }} which of Node's major versions, and whether on one core
 * @returns {Newest}
 */
function newest(kept, { major, oneCore = false }) {
  const timed = kept.filter(({ about }) => about.node !== undefined);
  const cpu = timed.at(-1)?.about.cpu;
  /** @type {Newest} */
  const found = { rounds: {}, about: {} };
  for (const { about, lines } of timed) {
    if (about.cpu !== cpu || about.node.split('.')[0] !== major) continue;
    const wanted = lines.filter(({ cores }) => (cores === 1) === oneCore);
    for (const row of new Set(wanted.map((line) => line.row))) {
      found.rounds[row] = roundsOf(wanted.filter((line) => line.row === row));
      found.about[row] = about;
    }
  }
  return found;
}

/**
 * By the names of rows: their rounds, and what was measured there.
 *
 * @typedef {{ rounds: Record<string, ReturnType<typeof roundsOf>>, about: Record<string, Record<string, string>> }} Newest
 */

/**
 * The newest counts of instructions.
 *
 * @param {Results[]} kept
 * @returns {{ about: Record<string, string>, lines: Count[] } | undefined}
 */
function newestCounts(kept) {
  return kept.filter(({ about }) => about.qemu !== undefined).at(-1);
}

/**
 * The sources that a checkout's figures are of; a plus sign says that they were changed since.
 *
 * @param {string} folder
 */
function commit(folder) {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--', 'src', 'lib', 'Cargo.lock');
    return git('rev-parse', '--short=12', 'HEAD') + (changed === '' ? '' : '+');
  } catch {
    return undefined;
  }
}

module.exports = {
  RESULTS,
  aboutNow,
  allKept,
  commit,
  fileOf,
  format,
  keep,
  keepCounts,
  linesOf,
  newest,
  newestCounts,
  parse,
  roundsOf,
};
