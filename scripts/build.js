'use strict';

// Builds the addon for this machine into prebuilds/, if a source is newer than the file there: `npm run build`.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { isNewest } = require('./freshness');

const ROOT = path.join(__dirname, '..');
const ARTIFACT = { linux: 'libkinesis_agg.so', darwin: 'libkinesis_agg.dylib', win32: 'kinesis_agg.dll' };
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'build.rs', 'src'];

/** The file of this machine, under the name that lib/native/index.ts asks for. */
function hostFile() {
  const abi = { linux: glibc() ? '-gnu' : '-musl', win32: '-msvc' }[process.platform] ?? '';
  return path.join(ROOT, 'prebuilds', `kinesis-agg.${process.platform}-${process.arch}${abi}.node`);
}

function glibc() {
  return process.platform === 'linux' && 'glibcVersionRuntime' in process.report.getReport().header;
}

/** Whether no source is newer than `file`. */
function isFresh(file) {
  return isNewest(
    file,
    SOURCES.map((source) => path.join(ROOT, source)),
  );
}

function build() {
  if (spawnSync('cargo', ['--version']).error) {
    throw new Error(
      'cargo was not found on PATH. Building the addon takes Rust 1.88 or later: install it with rustup (rustup.rs).\n' +
        'To only use the package, `npm install kinesis-agg`: it carries built files and needs no Rust.',
    );
  }
  // Not `napi build`: it lets cargo build the rlib of Cargo.toml too, and cargo then drops link-time optimization for both.
  const flags = ['--release', '--locked', '--lib', '--crate-type', 'cdylib', '--target-dir', 'target'];
  const env = { ...process.env };
  if (hostFile().includes('-musl')) env.RUSTFLAGS = `${env.RUSTFLAGS ?? ''} -C target-feature=-crt-static`; // or none can load it
  const { status } = spawnSync('cargo', ['rustc', ...flags], { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build of the addon failed: the lines above say why');
  // By a rename, since another process may be running the file.
  const unfinished = `${hostFile()}.${process.pid}`;
  fs.copyFileSync(path.join(ROOT, 'target/release', ARTIFACT[process.platform] ?? ARTIFACT.linux), unfinished);
  fs.renameSync(unfinished, hostFile());
}

/** Builds the addon unless it is there and no source is newer; gives its path. */
function ensureBuilt() {
  const file = hostFile();
  if (!isFresh(file)) build();
  return file;
}

module.exports = { ensureBuilt, hostFile, isFresh };

if (require.main === module) {
  try {
    const file = ensureBuilt();
    console.log(`${path.relative(ROOT, file)}, ${(fs.statSync(file).size / 1024).toFixed(0)} KB, is up to date`);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
