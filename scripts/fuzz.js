'use strict';

// Runs the fuzz targets one after the other, ten seconds each or as told: `npm run fuzz [-- SECONDS [TARGET...]]`.
//
// The targets are those of cargo-fuzz, and `cargo +nightly fuzz run TARGET` runs them too. Here any compiler will do, and
// nothing has to be installed: RUSTC_BOOTSTRAP lets a stable one take the flags that cargo-fuzz gives to a nightly one.

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const FUZZ = path.join(__dirname, '../fuzz');
/** Everything that a run writes, out of version control. */
const OUTPUT = path.join(__dirname, '../target/fuzz');

const TARGETS = fs
  .readdirSync(path.join(FUZZ, 'fuzz_targets'))
  .map((file) => path.basename(file, '.rs'))
  .sort();

const INSTRUMENTED = [
  '--cfg=fuzzing',
  '-Ccodegen-units=1',
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
  '-Cllvm-args=-simplifycfg-branch-fold-threshold=0',
  '-Zsanitizer=address',
];

async function main() {
  const [seconds = '10', ...names] = process.argv.slice(2);
  const targets = names.length > 0 ? names : TARGETS;
  const unknown = targets.filter((name) => !TARGETS.includes(name));
  if (!/^[1-9]\d*$/.test(seconds) || unknown.length > 0) {
    fail(`npm run fuzz -- SECONDS [TARGET...], with targets out of ${TARGETS.join(', ')}`);
  }

  const binaries = build();
  const rows = [];
  for (const target of targets) {
    console.log(`\n=== ${target}, ${seconds} s`);
    rows.push(await run(target, path.join(binaries, target), Number(seconds)));
  }
  console.log();
  console.table(Object.fromEntries(rows.map(({ target, ...row }) => [target, row])));
  const failed = rows.filter(({ result }) => result !== 'passed').length;
  console.log(`\n${rows.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Gives the folder of the targets' executables. */
function build() {
  const host = /^host: (.*)$/m.exec(spawnSync('rustc', ['-vV'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  if (host === undefined) fail('rustc was not found: install Rust, see CONTRIBUTING.md');
  const { status } = spawnSync(
    'cargo',
    // Naming the target keeps the flags from the build scripts.
    ['build', '--quiet', '--locked', '--release', '--bins', '--target', host, '--target-dir', OUTPUT],
    {
      cwd: FUZZ,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, RUSTC_BOOTSTRAP: '1', RUSTFLAGS: INSTRUMENTED.join(' ') },
    },
  );
  if (status !== 0) fail('the targets cannot be built: libFuzzer wants Linux or macOS, and a C++ compiler');
  return path.join(OUTPUT, host, 'release');
}

/**
 * Runs a target from its corpus in the repository. What it finds worth keeping goes to a corpus of its own, to go on from
 * the next time.
 *
 * @param {string} target
 * @param {string} binary
 * @param {number} seconds
 */
async function run(target, binary, seconds) {
  const [grown, findings] = ['corpus', 'findings'].map((name) => path.join(OUTPUT, name, target));
  for (const folder of [grown, findings]) fs.mkdirSync(folder, { recursive: true });
  const kept = path.join(FUZZ, 'corpus', target);
  const limits = [`-max_total_time=${seconds}`, '-timeout=20', '-rss_limit_mb=2048'];
  const options = [...limits, `-artifact_prefix=${findings}${path.sep}`, '-print_final_stats=1'];
  const { status, output } = await shown(binary, [...options, grown, kept]);

  const executions = Number(/^stat::number_of_executed_units: (\d+)$/m.exec(output)?.[1] ?? 0);
  const last = output.match(/ cov: \d+ ft: \d+ corp: \d+/g)?.at(-1) ?? '';
  const [edges, features, inputs] = (last.match(/\d+/g) ?? []).map(Number);
  return { target, executions, edges, features, inputs, result: status === 0 && executions > 0 ? 'passed' : 'FAILED' };
}

/**
 * Shows what a program prints, and gives it.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ status: number | null, output: string }>}
 */
function shown(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'pipe'] });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
      process.stderr.write(text);
    });
    child.on('error', (error) => resolve({ status: null, output: String(error) }));
    child.on('close', (status) => resolve({ status, output }));
  });
}

/** @param {string} sentence */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

main();
