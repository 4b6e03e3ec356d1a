'use strict';

// Debian packages, downloaded and unpacked into the cache: apt with a state of its own, so that the machine's stays as it is.

const fs = require('node:fs');
const path = require('node:path');
const { CACHE, folder, run } = require('./cache');

/**
 * @param {string} [suite] a Debian release other than the machine's own, from the same mirror
 */
function options(suite) {
  const state = path.join(CACHE, suite ? `apt-${suite}` : 'apt');
  const settings = [
    'APT::Sandbox::User=root', // the cache need not be readable for apt's own user
    `Dir::State::Lists=${path.join(state, 'lists')}`,
    `Dir::Cache=${state}`,
  ];
  if (suite) {
    // Only here: the machine's own mirror may have its own architecture alone, as Ubuntu's has.
    settings.push('APT::Architectures::=amd64', 'APT::Architectures::=arm64');
    settings.push(`Dir::Etc::SourceList=${path.join(state, 'sources.list')}`, 'Dir::Etc::SourceParts=-');
  }
  return { state, flags: settings.flatMap((setting) => ['-o', setting]) };
}

/** The package lists, once a run: versions move with security updates, and old ones leave the mirrors. */
const updated = new Set();
function update(suite) {
  if (updated.has(suite)) return;
  const { state, flags } = options(suite);
  fs.mkdirSync(path.join(state, 'lists/partial'), { recursive: true });
  fs.mkdirSync(path.join(state, 'archives/partial'), { recursive: true });
  if (suite) fs.writeFileSync(path.join(state, 'sources.list'), sourcesOf(suite));
  onDebian('apt-get', [...flags, '-q', 'update']);
  updated.add(suite);
}

function sourcesOf(suite) {
  const mirrors = onDebian('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Identifier: Packages',
    'Label: Debian',
  ]);
  const [mirror] = mirrors.split('\n');
  if (!mirror) throw new Error('apt has no Debian mirror in its sources');
  return `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${suite} main\n`;
}

function onDebian(command, args, settings) {
  try {
    return run(command, args, settings);
  } catch (error) {
    throw new Error(
      `${error.message}\n(this comes from Debian's packages; elsewhere "rustup component add rust-src" is enough to build)`,
    );
  }
}

/** The names of the packages that `name` depends on. */
function dependencies(name) {
  update();
  const { flags } = options();
  const lines = onDebian('apt-cache', [...flags, 'depends', name]);
  return [...lines.matchAll(/Depends: ([\w.+-]+)/g)].map((match) => match[1]);
}

/** Unpacks packages, each named `name` or `name:architecture`, into one folder of the cache. */
function unpacked(name, packages, suite) {
  return folder(name, (into) => unpack(into, packages, suite));
}

function unpack(into, packages, suite) {
  update(suite);
  const downloads = path.join(into, '.debs');
  fs.mkdirSync(downloads);
  onDebian('apt-get', [...options(suite).flags, '-q', 'download', ...packages], { cwd: downloads });
  for (const file of fs.readdirSync(downloads)) run('dpkg', ['-x', path.join(downloads, file), into]);
  fs.rmSync(downloads, { recursive: true });
}

module.exports = { dependencies, unpack, unpacked };
