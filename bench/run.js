'use strict';

// The package against what else there is: `npm run bench`. README.md says how it is measured.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { writeDocuments } = require('./documents');
const { drawFigures } = require('./figures');
const { measure } = require('./measure');
const { nodeBinary, versionsOf } = require('./node-binary');
const { USAGE, parseOptions } = require('./options');
const { heading, report } = require('./report');
const { RESULTS, aboutNow, allKept, commit, fileOf, keep, linesOf, parse } = require('./results');
const { rows } = require('./rows');

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  if (options.list) return console.log(rows.map(({ name, title }) => `${name.padEnd(34)}${title}`).join('\n'));
  if (options['write-figures']) return writeFigures();

  require('../scripts/setup').ready();
  const node = nodeBinary(options.node);
  const versions = versionsOf(node);
  const about = aboutNow(versions, options.before);
  const oneCore = options['one-core'];
  const cores = oneCore ? 1 : os.availableParallelism();
  const command = oneCore ? ['taskset', '-c', '0', node] : [node];
  const chosen = options.resume ? options.rows.filter(isMissing(fileOf(about), cores)) : options.rows;

  const sources = commit(path.join(__dirname, '..'));
  const started = Date.now();
  console.log(`Node ${versions.node}, ${cores === 1 ? '1 core' : `${cores} cores`}, ${about.date}\n${heading()}`);
  for (const [index, row] of chosen.entries()) {
    const progress = (/** @type {string} */ text) =>
      say(`${seconds(started)} s, row ${index + 1} of ${chosen.length}, ${row.name}: ${text}`);
    const measured = await measure(row, { command, before: options.before, effort: options.effort, progress });
    say('');
    console.log(report(row, measured));
    // After each row, so that a run that is broken off has not been in vain: see --resume.
    if (!options.quick) keep({ about, lines: linesOf(row.name, measured, { cores, commit: sources }) });
  }
  console.log(`\n${seconds(started)} s`);
  if (!options.quick) console.log(`kept in ${path.relative(process.cwd(), fileOf(about))}; --write-figures shows it`);
}

function isMissing(file, cores) {
  const lines = fs.existsSync(file) ? parse(fs.readFileSync(file, 'utf8')).lines : [];
  const done = new Set(lines.filter((line) => line.cores === cores).map(({ row }) => row));
  return (row) => !done.has(row.name);
}

function writeFigures() {
  fs.writeFileSync(path.join(RESULTS, 'figures.svg'), drawFigures(allKept(), '24'));
  for (const file of writeDocuments()) console.log(`written: ${path.relative(process.cwd(), file)}`);
}

/** @param {number} since */
function seconds(since) {
  return Math.round((Date.now() - since) / 1000);
}

/** @param {string} text on the terminal's last line, or on one of its own where there is no terminal */
function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
