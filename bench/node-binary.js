'use strict';

// Another Node to measure under: a path, or a major version whose binary npm has as a package.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const CACHE = path.join(__dirname, '..', '.cache');

/**
 * The binary's path.
 *
 * @param {string} node a path, or a major version
 */
function nodeBinary(node) {
  if (!/^\d+$/.test(node)) return path.resolve(node);
  const binary = path.join(CACHE, `node-${node}`, 'package', 'bin', 'node');
  if (!fs.existsSync(binary)) download(node, path.join(CACHE, `node-${node}`));
  return binary;
}

/**
 * @param {string} major
 * @param {string} folder
 */
function download(major, folder) {
  const name = `node-${process.platform}-${process.arch}@${major}`;
  console.error(`fetching ${name} from npm`);
  fs.mkdirSync(folder, { recursive: true });
  const pack = ['pack', name, '--silent', '--pack-destination', folder];
  const archive = execFileSync('npm', pack, { encoding: 'utf8', stdio: ['ignore', 'pipe', 2] })
    .trim()
    .split('\n')
    .pop();
  execFileSync('tar', ['-xzf', path.join(folder, archive ?? ''), '-C', folder]);
  fs.rmSync(path.join(folder, archive ?? ''));
}

/**
 * What a Node says of itself.
 *
 * @param {string} binary
 * @returns {NodeJS.ProcessVersions}
 */
function versionsOf(binary) {
  return JSON.parse(execFileSync(binary, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' }));
}

module.exports = { nodeBinary, versionsOf };
