'use strict';

// The project's own test-suite on another platform: a copy of the project with that platform's node_modules and its one addon.

const { spawnSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { isFresh } = require('../build');
const { ensureBundled } = require('../bundle');
const { ensureInstalled } = require('../setup');
const { ROOT, folder, run } = require('./cache');

/** A copy of the project for `target`, with no other target's file in it. */
function layOut(target) {
  ensureInstalled();
  ensureBundled();
  const [os, cpu, abi] = target.split('-');
  const lock = fs.readFileSync(path.join(ROOT, 'package-lock.json'));
  const hash = crypto.createHash('sha256').update(lock).digest('hex').slice(0, 8);
  const home = folder(`suite-${target}-${hash}`, (into) => {
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      fs.copyFileSync(path.join(ROOT, file), path.join(into, file));
    const platform = [`--os=${os}`, `--cpu=${cpu}`, `--libc=${abi === 'musl' ? 'musl' : 'glibc'}`];
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', ...platform], { cwd: into });
  });
  for (const entry of fs.readdirSync(home)) {
    if (entry !== 'node_modules') fs.rmSync(path.join(home, entry), { recursive: true });
  }
  const files = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT }).split('\0');
  for (const file of files.filter((name) => name && fs.existsSync(path.join(ROOT, name)))) {
    fs.cpSync(path.join(ROOT, file), path.join(home, file));
  }
  fs.cpSync(path.join(ROOT, 'dist'), path.join(home, 'dist'), { recursive: true });
  // What the tests start finds its dependencies newer than the lock, and does not install them again.
  fs.utimesSync(path.join(home, 'node_modules/.package-lock.json'), new Date(), new Date());
  const addon = `prebuilds/kinesis-agg.${target}.node`;
  if (!isFresh(path.join(ROOT, addon)))
    throw new Error(`${addon} is missing or old: npm run release:build -- ${target}`);
  fs.copyFileSync(path.join(ROOT, addon), path.join(home, addon));
  return home;
}

/** Runs jest in `home` under a runtime, `without` some files; gives its counts and the MD5 path that was in use. */
function runSuite(home, target, { executable }, without) {
  const md5 = run(executable, ['-p', `require('./prebuilds/kinesis-agg.${target}.node').md5Path()`], {
    cwd: home,
  }).trim();
  const results = path.join(home, 'results.json');
  fs.rmSync(results, { force: true }); // those of another runtime
  const flags = [
    '--ci',
    '--silent',
    '--testTimeout=900000',
    '--env=./scripts/release/patient.js',
    '--json',
    '--outputFile=results.json',
    '--cacheDirectory=.jest',
  ];
  if (without) flags.push(`--testPathIgnorePatterns=${without}`);
  const jest = spawnSync(executable, ['node_modules/jest/bin/jest.js', ...flags], {
    cwd: home,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (!fs.existsSync(results)) throw new Error(`jest ended with ${jest.signal ?? jest.status} and without results`);
  const {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    success,
  } = JSON.parse(fs.readFileSync(results, 'utf8'));
  return { md5, passed, failed, skipped, success: success && passed > 0 };
}

module.exports = { layOut, runSuite };
