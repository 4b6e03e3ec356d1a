'use strict';

// Wine, in the cache: Debian's packages, and a Windows 10 that it makes of them.

const fs = require('node:fs');
const path = require('node:path');
const { CACHE, folder, run } = require('./cache');
const { unpack } = require('./debian');
const { python } = require('./toolchain');

/** What wine needs to be told each time: its folder, no messages of its own, nothing asked for and nothing put into menus. */
const SETTINGS = { WINEDEBUG: '-all', WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=d' };

/** A shell script that runs a Windows program on its arguments. @param {string} executable */
function wineScript(executable) {
  const packages = folder('wine', (into) => {
    unpack(into, ['wine64', 'libwine', 'libz-mingw-w64']);
    const server = path.join(into, 'usr/lib/wine/wineserver'); // a script that looks for the other one under /usr
    fs.rmSync(server);
    fs.symlinkSync('wineserver64', server);
  });
  const bin = path.join(packages, 'usr/lib/wine');
  const settings = { ...SETTINGS, WINEPREFIX: folder('wine-windows', (into) => makeWindows(into, packages)) };
  return [
    ...Object.entries(settings).map(([name, value]) => `export ${name}='${value}'`),
    'unset NODE_EXTRA_CA_CERTS', // a file of this machine's
    // Wine would start its server itself, which then says a thousand lines on our standard error as it ends.
    `'${bin}/wineserver' --persistent=5 >/dev/null 2>&1`,
    // A Windows program cannot write into a pipe of ours, but into a file; what it wrote is passed on until this process ends.
    'pass() { (tail --follow --lines=+1 --pid=$$ "$1" 2>/dev/null; rm "$1") & }',
    'out=$(mktemp) err=$(mktemp)',
    'pass "$out"; pass "$err" >&2',
    `exec '${bin}/wine64' '${executable}' "$@" >"$out" 2>"$err"`,
  ].join('\n');
}

/** @param {string} into @param {string} packages */
function makeWindows(into, packages) {
  const env = { ...process.env, ...SETTINGS, WINEPREFIX: into };
  const bin = path.join(packages, 'usr/lib/wine');
  // No pipes: wine's server outlives these calls for a moment and would hold them open.
  /** @param {string[]} args */
  const start = (...args) => run(path.join(bin, 'wine64'), args, { env, stdio: 'ignore' });
  const libraries = path.join(into, 'drive_c/windows/system32');
  fs.mkdirSync(libraries, { recursive: true });
  fs.copyFileSync(path.join(packages, 'usr/x86_64-w64-mingw32/lib/zlib1.dll'), path.join(libraries, 'zlib1.dll'));
  start('wineboot', '--init');
  start('winecfg', '-v', 'win10'); // Node refuses Debian's default, which is older
  addProcessPrng(libraries);
  // The cache becomes a drive: jest finds no test on a path with a folder whose name begins with a dot, as the cache's may. The
  // whole machine as a drive is a link out of the project, which cargo would follow as it looks for changed files.
  const drives = path.join(into, 'dosdevices');
  fs.symlinkSync('../..', path.join(drives, 'k:'));
  fs.rmSync(path.join(drives, 'z:'));
  run(path.join(bin, 'wineserver'), ['--wait'], { env, stdio: 'ignore' });
}

/** @param {string} libraries */
function addProcessPrng(libraries) {
  const source = path.join(__dirname, 'bcryptprimitives.c');
  const flags = ['-target', 'x86_64-windows-gnu', '-shared', '-nostdlib', '-O2', '-s', '-ladvapi32'];
  run(path.join(python(), 'zig'), ['cc', source, ...flags, '-o', 'bcryptprimitives.dll'], {
    cwd: libraries,
    env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: path.join(CACHE, 'zig') },
  });
}

module.exports = { wineScript };
