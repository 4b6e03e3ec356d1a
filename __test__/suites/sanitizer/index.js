'use strict';

// The tests of the package on an addon that AddressSanitizer watches: `npm test -- sanitizer [JEST ARGUMENTS]`.
// Linux only; needs a nightly Rust and the sanitizer's runtime, which comes with gcc (or `libasan8`).
//
// The addon is built into a folder of its own and runs in a copy of the project, so that nothing else is touched. Node and
// V8 are not instrumented, but they allocate by the runtime's allocator: reading or writing past a Buffer is seen too.

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { hostFile } = require('../../../scripts/build');
const { ROOT, ready } = require('../../../scripts/setup');

const TARGET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-gnu`;
const BUILT = path.join(ROOT, 'target', 'sanitizer');
const COPY = path.join(BUILT, 'project');

/** Where the addon is not watched: these start servers, bundlers or compilers, and add no call of their own. */
const WITHOUT = ['bench', 'e2e', 'scripts', 'suites'];

const SETTINGS = {
  // V8 ends without giving back what it holds: that leaks are found by `npm test -- memory`.
  detect_leaks: 0,
  // A test that has a crash for its result must not pass by it.
  exitcode: 86,
};

function build() {
  const profile = {
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
    CARGO_PROFILE_RELEASE_STRIP: 'none',
    CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
    CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: 'true',
  };
  const flags = ['--release', '--locked', '--lib', '--crate-type', 'cdylib', '--target', TARGET, '--target-dir', BUILT];
  const env = { ...process.env, ...profile, RUSTFLAGS: '-Zsanitizer=address' };
  const { status } = spawnSync('cargo', ['+nightly', 'rustc', ...flags], { cwd: ROOT, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed: the lines above say why');
  return path.join(BUILT, TARGET, 'release', 'libkinesis_agg.so');
}

/** A copy of the project with this addon in it. Times are kept, so that nothing in it looks stale. */
function layOut(addon) {
  fs.rmSync(COPY, { recursive: true, force: true });
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const files = execFileSync('git', listed, { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of files.filter((name) => fs.existsSync(path.join(ROOT, name)))) {
    fs.cpSync(path.join(ROOT, file), path.join(COPY, file), { preserveTimestamps: true });
  }
  fs.cpSync(path.join(ROOT, 'dist'), path.join(COPY, 'dist'), { recursive: true, preserveTimestamps: true });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(COPY, 'node_modules'));
  fs.copyFileSync(addon, path.join(COPY, path.relative(ROOT, hostFile())));
}

function runtime() {
  const name = 'libasan.so';
  const found = execFileSync('cc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  if (found === name) throw new Error(`gcc's ${name} was not found`);
  return fs.realpathSync(found);
}

ready();
layOut(build());
const env = {
  ...process.env,
  LD_PRELOAD: runtime(),
  ASAN_OPTIONS: Object.entries(SETTINGS)
    .map((setting) => setting.join('='))
    .join(':'),
};
const jest = ['node_modules/jest/bin/jest.js', '--ci', '--runInBand', '--testTimeout=300000'];
const left = ['__test__/[^/]+/', `--testPathIgnorePatterns=__test__/(${WITHOUT.join('|')})/`];
const suites = process.argv.length > 2 ? process.argv.slice(2) : left;
const { status } = spawnSync(process.execPath, [...jest, ...suites], { cwd: COPY, env, stdio: 'inherit' });
process.exitCode = status ?? 1;
