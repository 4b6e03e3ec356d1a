'use strict';

// Fetches packages from PyPI into .cache/, which git ignores: once, at fixed versions, without their dependencies.

const { execFileSync } = require('node:child_process');
const { existsSync, mkdirSync, renameSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const CACHE = join(__dirname, '../../.cache');
const PYTHON = process.env.PYTHON ?? 'python3';

/** What the machine lacks, said in one sentence: no failure of the code under test, so no stack either. */
class MissingProgram extends Error {}

/**
 * Runs a program and gives its output.
 * @param {string} program
 * @param {string[]} args
 * @param {string} purpose what it is for, as the end of the sentence "... is needed to"
 */
function run(program, args, purpose) {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if (error.code === 'ENOENT') throw new MissingProgram(`${program} was not found; it is needed to ${purpose}.`);
    const lines = String(error.stderr).trim().split('\n');
    throw new MissingProgram(
      `${program} failed to ${purpose}: ${lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1)}`,
    );
  }
}

/**
 * Installs packages side by side into one directory of the cache and gives its path.
 * @param {string} name the directory
 * @param {string[]} requirements `name==version`
 */
function installed(name, requirements) {
  const directory = join(CACHE, name);
  if (existsSync(directory)) return directory;
  const purpose = `install ${requirements.join(', ')} from PyPI`;
  run(PYTHON, ['--version'], purpose);

  // Into a directory of its own and then moved: an interrupted install must not pass for a finished one.
  const unfinished = `${directory}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  run(PYTHON, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', unfinished, ...requirements], purpose);
  renameSync(unfinished, directory);
  return directory;
}

module.exports = { CACHE, PYTHON, MissingProgram, run, installed };
