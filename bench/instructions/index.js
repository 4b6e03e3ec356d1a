'use strict';

// How many instructions the core takes on arm64 and on x64: `node bench/instructions`. There is no arm64 machine here to time
// anything on, but qemu runs its programs, and a plugin counts. Keeps a CSV in results/; needs an x64 Linux, cc and Debian's packages.

const os = require('node:os');
const path = require('node:path');
const { cargo } = require('../../scripts/release/compile');
const { folder, run } = require('../../scripts/release/cache');
const { unpacked } = require('../../scripts/release/debian');
const { rustWithSource } = require('../../scripts/release/toolchain');
const { keepCounts } = require('../results');

/** The work of a few runs, less that of one: what is left is neither the start of the process nor its input. */
const FEW = 1;
const MORE = 5;

const PROCESSORS = {
  arm64: { target: 'linux-arm64-gnu', qemu: 'qemu-aarch64', flags: () => ['-L', arm64Root()] },
  // What qemu knows of x64, AVX2 included; its own choice is an older processor.
  x64: { target: 'linux-x64-gnu', qemu: 'qemu-x86_64', flags: () => ['-cpu', 'max'] },
};

function main() {
  const plugin = path.join(folder('qemu-instructions', compilePlugin), 'count.so');
  const lines = Object.entries(PROCESSORS).flatMap(([processor, { target, qemu, flags }]) => {
    const command = ['build', '--manifest-path', path.join(__dirname, 'Cargo.toml')];
    const program = path.join(cargo(target, command), 'instructions');
    const emulate = (/** @type {string[]} */ options, /** @type {string[]} */ args) =>
      run(path.join(qemuRoot(), 'usr/bin', qemu), [...flags(), ...options, program, ...args], {
        env: qemuEnvironment(),
      });
    const counted = (/** @type {string} */ name, /** @type {number} */ repetitions) =>
      countOf(emulate(['-plugin', plugin], [name, String(repetitions)]));
    return emulate([], [])
      .trim()
      .split('\n')
      .map((line) => {
        const [work, userRecords, bytes] = line.split('\t');
        const instructions = (counted(work, MORE) - counted(work, FEW)) / (MORE - FEW);
        console.log(`${processor}  ${work.padEnd(42)}${(instructions / Number(bytes)).toFixed(3).padStart(8)} a byte`);
        return { processor, work, userRecords: Number(userRecords), bytes: Number(bytes), instructions };
      });
  });
  console.log(`kept in ${path.relative(process.cwd(), keepCounts({ about: about(), lines }))}`);
}

/** @param {string} output */
function countOf(output) {
  return Number(/^instructions: (\d+)$/m.exec(output)?.[1]);
}

function compilePlugin(into) {
  run('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-o', path.join(into, 'count.so'), path.join(__dirname, 'count.c')]);
}

/** The qemu that can load plugins: the static one cannot. Debian 12's, since the interface that count.c uses is version 1. */
function qemuRoot() {
  return unpacked('qemu-plugins', ['qemu-user:amd64', 'libcapstone4:amd64'], 'bookworm');
}

function qemuEnvironment() {
  return { ...process.env, LD_LIBRARY_PATH: path.join(qemuRoot(), 'usr/lib/x86_64-linux-gnu') };
}

function arm64Root() {
  return path.join(unpacked('arm64-libc', ['libc6-arm64-cross', 'libgcc-s1-arm64-cross']), 'usr/aarch64-linux-gnu');
}

function about() {
  const qemu = run(path.join(qemuRoot(), 'usr/bin/qemu-aarch64'), ['--version'], { env: qemuEnvironment() });
  return {
    date: new Date().toISOString().slice(0, 10),
    command: 'node bench/instructions',
    machine: `${os.type()} ${os.release()} ${os.arch()}`,
    qemu: /version ([\d.]+)/.exec(qemu)?.[1] ?? '',
    rustc: run(rustWithSource(), ['--version']).trim(),
  };
}

main();
