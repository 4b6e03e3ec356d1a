'use strict';

// Everything that reads the code and does not run it: `npm run lint`.

const { ready } = require('./setup');
const { runSteps } = require('./steps');

ready();
const bin = (/** @type {string} */ name) => ['npx', '--no-install', name];
runSteps([
  { name: 'JavaScript style', command: [...bin('biome'), 'check', '--error-on-warnings'] },
  { name: 'JavaScript against its types', command: [...bin('tsc'), '--project', '.'] },
  { name: 'Rust style', command: ['cargo', 'fmt', '--check'] },
  { name: 'Rust style, fuzz targets', command: ['cargo', 'fmt', '--manifest-path', 'fuzz/Cargo.toml', '--check'] },
  { name: 'packages by their hashes', command: [process.execPath, 'scripts/lockfile.js'] },
  {
    name: 'Rust style, what is counted',
    command: ['cargo', 'fmt', '--manifest-path', 'bench/instructions/Cargo.toml', '--check'],
  },
  { name: 'licences of what is linked', command: [process.execPath, 'scripts/licences.js', '--check'] },
  { name: 'Rust lints', command: ['cargo', 'clippy', '--quiet', '--all-targets', '--', '-D', 'warnings'] },
  {
    name: 'Rust lints, without Node',
    command: ['cargo', 'clippy', '--quiet', '--all-targets', '--no-default-features', '--', '-D', 'warnings'],
  },
  {
    name: 'Rust lints, what is counted',
    command: [
      ...['cargo', 'clippy', '--quiet', '--manifest-path', 'bench/instructions/Cargo.toml', '--target-dir', 'target'],
      ...['--', '-D', 'warnings'],
    ],
  },
]);
