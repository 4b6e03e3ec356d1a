'use strict';

// Compiles one target into prebuilds/.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { CACHE, ROOT, run } = require('./cache');
const { emptyWindowsLibraries, python, rustWithSource } = require('./toolchain');
const { TARGETS } = require('./targets');

const ARTIFACT = { ELF: 'libkinesis_agg.so', MACHO: 'libkinesis_agg.dylib', PE: 'kinesis_agg.dll' };

/** Gives the path of the file. */
function compile(name) {
  const target = TARGETS[name];
  // One crate type: with the rlib of Cargo.toml beside it, cargo drops link-time optimization.
  const folder = cargo(name, ['rustc', '--lib', '--crate-type', 'cdylib']);
  const file = path.join(ROOT, 'prebuilds', `kinesis-agg.${name}.node`);
  fs.copyFileSync(path.join(folder, ARTIFACT[target.format]), file);
  fs.chmodSync(file, 0o644);
  return file;
}

/**
 * Runs cargo for a target with its cross toolchain, and gives the folder of what it built.
 *
 * @param {string} name of the target
 * @param {string[]} command
 */
function cargo(name, command) {
  const target = TARGETS[name];
  const bin = python();
  const env = {
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    CARGO_TARGET_DIR: path.join(CACHE, 'target'),
    CARGO_ZIGBUILD_CACHE_DIR: path.join(CACHE, 'zigbuild'),
    ZIG_GLOBAL_CACHE_DIR: path.join(CACHE, 'zig'),
    MACOSX_DEPLOYMENT_TARGET: '11.0',
    RUSTC: rustWithSource(),
    RUSTC_BOOTSTRAP: '1', // build-std is a -Z flag
  };
  const flags = ['--release', '--locked', '--target', target.zigTriple ?? target.triple];
  // The standard library is compiled along, for platforms whose own no registry has, and everywhere without the code that prints
  // stack traces: a third of the file, and a stripped one has nothing to print.
  flags.push('-Zbuild-std=std,panic_unwind', '-Zbuild-std-features=panic-unwind');
  if (target.triple.endsWith('-windows-gnu')) env.LIBNODE_PATH = emptyWindowsLibraries();
  env.CARGO_ENCODED_RUSTFLAGS = rustflags(target, env).join('\x1f');
  // macOS and Windows bring their own linker; for everything else, and Linux with its old glibc, zig has one.
  const isHome = process.platform !== 'linux' && name.startsWith(process.platform);
  run(isHome ? 'cargo' : 'cargo-zigbuild', [...command, ...flags], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return path.join(env.CARGO_TARGET_DIR, target.triple, 'release');
}

/** No path of this machine in what is shipped: panic messages name source files. */
function rustflags(target, env) {
  const cargoHome = env.CARGO_HOME ?? path.join(os.homedir(), '.cargo');
  const places = { [os.homedir()]: '~', [cargoHome]: 'cargo', [ROOT]: 'kinesis-agg', [CACHE]: 'toolchain' };
  const flags = Object.entries(places).map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  if (target.triple.endsWith('-musl')) flags.push('-Ctarget-feature=-crt-static'); // a static libc cannot be loaded
  if (target.format === 'MACHO') {
    const linker = ['-dead_strip', '-dead_strip_dylibs', '-install_name', '@rpath/kinesis-agg.node'];
    flags.push(...linker.map((flag) => `-Clink-arg=-Wl,${flag}`));
  }
  return flags;
}

module.exports = { cargo, compile };
