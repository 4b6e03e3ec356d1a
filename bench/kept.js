'use strict';

// The figures that are kept: a file for each Node version, with all that was found and where.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const RESULTS = path.join(__dirname, 'results');

/** @param {string} nodeVersion */
function fileOf(nodeVersion) {
  return path.join(RESULTS, `v${nodeVersion}.json`);
}

/**
 * Puts rows into the file of their Node version. Rows that were not measured now stay as they are.
 *
 * @param {NodeJS.ProcessVersions} versions
 * @param {Record<string, object>} rows
 * @param {string} command
 */
function keep(versions, rows, command) {
  const file = fileOf(versions.node);
  const kept = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).rows : {};
  const about = {
    machine: machine(),
    versions: { ...measured(), node: versions.node, v8: versions.v8, openssl: versions.openssl },
  };
  const origin = { commit: commit(), command };
  const stamped = Object.entries(rows).map(([name, row]) => [name, { ...row, ...origin }]);
  fs.mkdirSync(RESULTS, { recursive: true });
  fs.writeFileSync(
    file,
    `${JSON.stringify({ ...about, rows: { ...kept, ...Object.fromEntries(stamped) } }, null, 1)}\n`,
  );
  return file;
}

/** All kept files, by Node version. */
function allKept() {
  const names = fs.existsSync(RESULTS) ? fs.readdirSync(RESULTS).filter((name) => /^v\d.*\.json$/.test(name)) : [];
  return names
    .map((name) => JSON.parse(fs.readFileSync(path.join(RESULTS, name), 'utf8')))
    .sort((a, b) => a.versions.node.localeCompare(b.versions.node, 'en', { numeric: true }));
}

function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0].model,
    cores: cpus.length,
    memoryGB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

function measured() {
  return {
    'kinesis-agg': require('../package.json').version,
    'aws-kinesis-agg': require('aws-kinesis-agg/package.json').version,
  };
}

/** Of the sources; a plus sign says that they were changed since. */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) =>
      execFileSync('git', args, { cwd: __dirname, encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--', '../src', '../lib', '../Cargo.lock');
    return git('rev-parse', '--short=12', 'HEAD') + (changed === '' ? '' : '+');
  } catch {
    return undefined;
  }
}

module.exports = { RESULTS, allKept, keep };
