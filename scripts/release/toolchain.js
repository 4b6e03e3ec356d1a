'use strict';

// The cross toolchain: zig as the linker for every platform, and a Rust with the source of its standard library.

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { CACHE, folder, run } = require('./cache');
const { dependencies, unpack } = require('./debian');

const isWindows = process.platform === 'win32';
const REQUIREMENTS = path.join(__dirname, 'requirements.txt');

/** A folder with the pinned zig, cargo-zigbuild and lief, each held against its hash. */
function python() {
  // A virtual environment holds absolute paths, so it is made where it stays: `folder` only marks that it is finished.
  const home = path.join(CACHE, 'python');
  const bin = path.join(home, isWindows ? 'Scripts' : 'bin');
  const hash = crypto.createHash('sha256').update(fs.readFileSync(REQUIREMENTS)).digest('hex').slice(0, 8);
  folder(`python-${hash}`, () => {
    fs.rmSync(home, { recursive: true, force: true });
    run(isWindows ? 'python' : 'python3', ['-m', 'venv', home]);
    run(path.join(bin, 'pip'), [
      'install',
      '--quiet',
      '--require-hashes',
      '--only-binary',
      ':all:',
      '--requirement',
      REQUIREMENTS,
    ]);
    const zig = run(path.join(bin, 'python'), ['-c', 'import ziglang; print(ziglang.__path__[0])']).trim();
    if (!isWindows) fs.symlinkSync(path.join(zig, 'zig'), path.join(bin, 'zig'));
  });
  return bin;
}

/** A compiler that has the source of its standard library: the installed one with rustup's component rust-src, else Debian's. */
function rustWithSource() {
  const installed = run('rustc', ['--print', 'sysroot']).trim();
  const hasSource = fs.existsSync(path.join(installed, 'lib/rustlib/src/rust/library/Cargo.lock'));
  return hasSource ? path.join(installed, 'bin/rustc') : debianRust(installed);
}

function debianRust(installed) {
  const sysroot = folder('rust-web', (into) => {
    const std = dependencies('libstd-rust-web-dev').find((name) => name.startsWith('libstd-rust-web-1.'));
    const llvm = dependencies(std).find((name) => name.startsWith('libllvm'));
    unpack(into, ['rustc-web', 'rust-web-src', 'libstd-rust-web-dev', std, llvm]);
    // rustc strips Apple's files with this program, which Debian does not package.
    const strip = 'lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-objcopy';
    script(path.join(into, 'usr', strip), path.join(installed, 'lib'), path.join(installed, strip));
  });
  return script(
    path.join(sysroot, 'rustc'),
    path.join(sysroot, 'usr/lib/x86_64-linux-gnu'),
    path.join(sysroot, 'usr/bin/rustc'),
  );
}

/** A program that is started with libraries of its own. */
function script(file, libraries, program) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${program}' "$@"\n`, { mode: 0o755 });
  return file;
}

/** What MinGW's linker is told to link and the addon does not need: Node's symbols are looked up at run time. */
function emptyWindowsLibraries() {
  return folder('windows-libraries', (into) => {
    fs.writeFileSync(path.join(into, 'libnode.dll'), '');
    for (const name of ['libnode.a', 'libssp_nonshared.a', 'libssp.a']) {
      fs.writeFileSync(path.join(into, name), '!<arch>\n');
    }
  });
}

module.exports = { emptyWindowsLibraries, python, rustWithSource };
