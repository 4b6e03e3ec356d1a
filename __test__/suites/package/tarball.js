'use strict';

// The package as npm would publish it, installed as a user would: what every test in this folder runs on.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '../../..');
const CONSUMERS = path.join(__dirname, 'consumers');

/** An empty folder, removed when the process ends. */
function emptyFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-'));
  folders.push(folder);
  return folder;
}
/** @type {string[]} */
const folders = [];
process.on('exit', () => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/**
 * `npm pack`, once a process.
 *
 * @returns {{ file: string, size: number, unpackedSize: number, files: { path: string, size: number }[] }}
 */
function pack() {
  if (packed) return packed;
  const folder = emptyFolder();
  const [facts] = JSON.parse(ran('npm', ['pack', '--json', '--pack-destination', folder], { cwd: ROOT }));
  packed = { ...facts, file: path.join(folder, facts.filename) };
  return packed;
}
let packed;

/** A folder with the tarball installed, and nothing of Rust within reach. */
function installed(...flags) {
  const folder = emptyFolder();
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  ran('npm', ['install', '--offline', '--no-audit', '--no-fund', ...flags, pack().file], {
    cwd: folder,
    env: withoutRust(),
  });
  return folder;
}

/** An environment whose PATH leads to node, npm and a shell alone. */
function withoutRust() {
  const bin = emptyFolder();
  for (const name of ['node', 'npm', 'sh']) fs.symlinkSync(which(name), path.join(bin, name));
  return { ...process.env, PATH: bin };
}

function which(name) {
  if (name === 'node') return process.execPath;
  const found = process.env.PATH.split(path.delimiter).find((folder) => fs.existsSync(path.join(folder, name)));
  return fs.realpathSync(path.join(found, name));
}

/** Copies files of a folder beside an installation. */
function place(folder, from, ...names) {
  for (const name of names) fs.cpSync(path.join(from, name), path.join(folder, name), { recursive: true });
}

/** Runs a command that should end well; gives its standard output. */
function ran(command, args, options) {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 300_000,
    ...options,
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')}: ${error ?? signal ?? status}\n${stdout}${stderr}`);
}

/** Runs a command that should end badly; gives what it said. */
function failed(command, args, options) {
  const { status, signal, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000, ...options });
  if (status === 0) throw new Error(`${command} ${args.join(' ')} was to fail`);
  if (signal) throw new Error(`${command} ${args.join(' ')} died by ${signal}`);
  return stderr;
}

module.exports = { CONSUMERS, ROOT, emptyFolder, failed, installed, pack, place, ran, withoutRust };
