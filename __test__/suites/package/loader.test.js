'use strict';

// Where no binary can be loaded, the error says what was found, why it failed and what would help.

const assert = require('node:assert');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { CACHE } = require('../../../scripts/release/cache');
const { runtimesOf } = require('../../../scripts/release/runtimes');
const { ROOT, emptyFolder, failed, installed, ran } = require('./tarball');

const home = installed();
const LOAD = ['-e', 'require("kinesis-agg")'];

/** The message of a process in which `pretend` runs before the package is loaded. */
function messageAfter(pretend, cwd = home) {
  return failed(process.execPath, ['-e', `${pretend}; require("kinesis-agg")`], { cwd });
}

/** An installation of which `change` has changed the folder of binaries. */
function damaged(change) {
  const copy = emptyFolder();
  fs.cpSync(home, copy, { recursive: true });
  const prebuilds = path.join(copy, 'node_modules/kinesis-agg/prebuilds');
  for (const file of fs.readdirSync(prebuilds)) change(path.join(prebuilds, file));
  return copy;
}

test('an unsupported platform', () => {
  const said = messageAfter('Object.defineProperty(process, "platform", { value: "freebsd" })');
  assert.match(said, /ERR_KPL_NATIVE/);
  assert.match(said, /freebsd-x64, Node \d+.*\n.*no binary is built for this platform/);
  assert.match(said, /Supported: Linux x64 and arm64/);
  assert.match(said, /npm run build/);
});

test('an unsupported architecture', () => {
  const said = messageAfter('Object.defineProperty(process, "arch", { value: "riscv64" })');
  assert.match(said, /linux-riscv64 .*\n.*no binary is built for this platform/);
});

test('a Node too old', () => {
  const said = messageAfter(
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.20.8" } })',
  );
  assert.match(said, /ERR_KPL_NATIVE/);
  assert.match(said, /Node 18\.20\.8:\n.*too old: the package needs Node 20 or later/);
});

test('a file missing', () => {
  const said = failed(process.execPath, LOAD, { cwd: damaged((file) => fs.rmSync(file)) });
  assert.match(said, /ERR_KPL_NATIVE/);
  assert.match(said, /linux-x64-gnu: the file is not in this installation/);
});

test('a file that is none, as a failed download leaves it', () => {
  const said = failed(process.execPath, LOAD, { cwd: damaged((file) => fs.writeFileSync(file, 'Not Found')) });
  assert.match(said, /ERR_KPL_NATIVE/);
  assert.match(said, /linux-x64-gnu: .*(too short|invalid ELF)/);
});

test('files without any right but reading', () => {
  ran(process.execPath, LOAD, { cwd: damaged((file) => fs.chmodSync(file, 0o444)) });
});

const canMount = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
test('a file system without execute rights', { skip: !canMount && 'no mount namespaces here' }, () => {
  const mount = emptyFolder();
  const script = `mount -t tmpfs -o noexec tmpfs '${mount}' && cp -r . '${mount}' && cd '${mount}' && exec '${process.execPath}' -e 'require("kinesis-agg")'`;
  const said = failed('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], { cwd: home });
  assert.match(said, /ERR_KPL_NATIVE/);
  assert.match(said, /Is it mounted noexec\?/);
});

const muslFile = path.join(ROOT, 'prebuilds/kinesis-agg.linux-x64-musl.node');
// The musl root is made of Debian's packages.
const isDebian = fs.existsSync('/etc/os-release') && /^ID=debian$/m.test(fs.readFileSync('/etc/os-release', 'utf8'));
const hasMusl = isDebian && process.arch === 'x64' && fs.existsSync(muslFile);
test('musl takes its own file, with the one for glibc beside it', {
  skip: !hasMusl && 'npm run release:build -- linux-x64-musl, on Debian',
}, () => {
  const { executable } = runtimesOf('linux-x64-musl')[0];
  const copy = fs.mkdtempSync(path.join(CACHE, 'musl-')); // the musl root sees nothing else of this machine
  try {
    fs.cpSync(home, copy, { recursive: true });
    const script = 'require("kinesis-agg"); console.log(require("node:fs").readFileSync("/proc/self/maps", "utf8"))';
    const maps = ran(executable, ['-e', script], { cwd: copy });
    assert.match(maps, /kinesis-agg\.linux-x64-musl\.node/);
    assert.doesNotMatch(maps, /kinesis-agg\.linux-x64-gnu\.node/);
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
});
