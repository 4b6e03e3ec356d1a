'use strict';

// The checks of `npm run release:build` can fail: each is shown a file that has its fault.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { CACHE } = require('../../../scripts/release/cache');
const { check } = require('../../../scripts/release/check');
const { ROOT, emptyFolder, ran } = require('./tarball');

const prebuilt = (target) => path.join(ROOT, 'prebuilds', `kinesis-agg.${target}.node`);
const wanted =
  fs.existsSync(path.join(CACHE, 'python')) &&
  ['linux-x64-gnu', 'linux-arm64-gnu'].every((t) => fs.existsSync(prebuilt(t)));
const skip = !wanted && 'npm run release:build -- linux-x64-gnu linux-arm64-gnu';

/** A library of this machine, compiled from one line of C. */
function compiled(source, ...flags) {
  const folder = emptyFolder();
  fs.writeFileSync(path.join(folder, 'addon.c'), source);
  ran('cc', ['-shared', '-fPIC', '-o', 'addon.node', 'addon.c', ...flags], { cwd: folder });
  return path.join(folder, 'addon.node');
}

const EXPORT = 'int napi_register_module_v1(void) { return 0; }';

test('what was built passes', { skip }, () => {
  assert.match(check('linux-arm64-gnu', prebuilt('linux-arm64-gnu')).floor, /^glibc 2\.1\d$/);
});

for (const [fault, message, file, target = 'linux-x64-gnu'] of [
  ['another architecture', /is for AARCH64/, () => prebuilt('linux-arm64-gnu')],
  ['another format', /is ELF, not MACHO/, () => prebuilt('linux-arm64-gnu'), 'darwin-arm64'],
  ['no registration', /does not export napi_register_module_v1/, () => compiled('int other(void) { return 0; }')],
  [
    'a newer glibc',
    /needs glibc 2\.3\d, newer than 2\.17/,
    () => compiled(`#include <pthread.h>\nvoid *use = pthread_create; ${EXPORT}`),
  ],
  [
    'glibc on musl',
    /needs glibc 2\..*should need none/,
    () => compiled(`#include <stdio.h>\nvoid *use = puts; ${EXPORT}`),
    'linux-x64-musl',
  ],
  ['an unusual library', /needs libstdc\+\+\.so\.6/, () => compiled(EXPORT, '-Wl,--no-as-needed', '-lstdc++')],
  ['too large', /is larger than/, () => compiled(`char big[600000] = {1}; ${EXPORT}`)],
  [
    'a local path',
    /names a path of this machine: \/home\/somebody/,
    () => compiled(`char *at = "/home/somebody/x.rs"; ${EXPORT}`),
  ],
  ['no library at all', /no ELF, Mach-O or PE/, () => __filename],
]) {
  test(fault, { skip }, () => assert.throws(() => check(target, file()), message));
}
