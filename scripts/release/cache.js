'use strict';

// The private folder that holds everything the release scripts fetch. Nothing is installed on the machine.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');
const CACHE = path.resolve(process.env.KINESIS_AGG_CACHE ?? path.join(ROOT, '.cache/prebuild'));

/**
 * Makes the folder `name` with `fill(folder)`, unless it is there already, and gives its path. It is filled under another name
 * first: a run that was stopped half-way leaves nothing that looks finished.
 */
function folder(name, fill) {
  const finished = path.join(CACHE, name);
  if (fs.existsSync(finished)) return finished;
  const started = Date.now();
  console.log(`  ${name} ...`);
  const unfinished = `${finished}.unfinished`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  fs.mkdirSync(unfinished, { recursive: true });
  fill(unfinished);
  fs.renameSync(unfinished, finished);
  console.log(`  ${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return finished;
}

/** Runs a command to its end and gives its standard output; what it printed is in the error if it fails. */
function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.error?.code === 'ENOENT') throw new Error(`${command} was not found on PATH`);
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed\n${result.stdout ?? ''}${result.stderr ?? ''}`);
  }
  return result.stdout ?? '';
}

module.exports = { CACHE, ROOT, folder, run };
