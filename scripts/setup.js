'use strict';

// Makes a checkout ready to run: dependencies installed, addon and bundle built. What is there and not stale is left alone.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { ensureBuilt } = require('./build');
const { ensureBundled } = require('./bundle');

const ROOT = path.join(__dirname, '..');

/** npm writes this file at the end of an install. */
const INSTALLED = path.join(ROOT, 'node_modules', '.package-lock.json');
const LOCK = path.join(ROOT, 'package-lock.json');

function ensureInstalled() {
  if (fs.existsSync(INSTALLED) && fs.statSync(INSTALLED).mtimeMs >= fs.statSync(LOCK).mtimeMs) return;
  console.error('installing the development dependencies (npm ci)');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('npm ci failed: the lines above say why');
}

/** Ends the process with a sentence where something that the user has to install is missing. */
function ready() {
  try {
    ensureInstalled();
    ensureBuilt();
    ensureBundled();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

module.exports = { ROOT, ensureInstalled, ready };
