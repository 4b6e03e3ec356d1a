'use strict';

// What is shipped: one file per target, named as lib/native/index.ts asks for it.

/**
 * @typedef {object} Target
 * @property {string} triple Rust's name of the platform
 * @property {string} [zigTriple] the same with the glibc to link against, which is the oldest that can load the file
 * @property {string} [glibc] the newest glibc symbol version that the file may ask for
 * @property {'ELF' | 'MACHO' | 'PE'} format
 * @property {RegExp[]} libraries the shared libraries that the file may need: those that every system of its kind has
 */

const GLIBC_LIBRARIES = [/^lib(c|m|pthread|dl|rt)\.so\.\d$/, /^libgcc_s\.so\.1$/, /^ld-linux-.*\.so\.\d$/];
const MUSL_LIBRARIES = [/^libc\.so$/, /^libc\.musl-.*\.so\.1$/, /^libgcc_s\.so\.1$/];
const APPLE_LIBRARIES = [/^\/usr\/lib\/libSystem\.B\.dylib$/, /^\/usr\/lib\/libiconv\.2\.dylib$/];
const WINDOWS_LIBRARIES = [
  /^(kernel32|ntdll|advapi32|userenv|ws2_32|bcrypt|bcryptprimitives|msvcrt|ucrtbase)\.dll$/i,
  /^(api-ms-win-|vcruntime140).*\.dll$/i,
];

/** @type {Record<string, Target>} */
const TARGETS = {
  'linux-x64-gnu': {
    triple: 'x86_64-unknown-linux-gnu',
    zigTriple: 'x86_64-unknown-linux-gnu.2.17',
    glibc: '2.17',
    format: 'ELF',
    libraries: GLIBC_LIBRARIES,
  },
  'linux-arm64-gnu': {
    triple: 'aarch64-unknown-linux-gnu',
    zigTriple: 'aarch64-unknown-linux-gnu.2.17',
    glibc: '2.17',
    format: 'ELF',
    libraries: GLIBC_LIBRARIES,
  },
  'linux-x64-musl': { triple: 'x86_64-unknown-linux-musl', format: 'ELF', libraries: MUSL_LIBRARIES },
  'linux-arm64-musl': { triple: 'aarch64-unknown-linux-musl', format: 'ELF', libraries: MUSL_LIBRARIES },
  'darwin-x64': { triple: 'x86_64-apple-darwin', format: 'MACHO', libraries: APPLE_LIBRARIES },
  'darwin-arm64': { triple: 'aarch64-apple-darwin', format: 'MACHO', libraries: APPLE_LIBRARIES },
  // Where the build does not run on Windows, MinGW's flavour stands in for MSVC's.
  'win32-x64-msvc': {
    triple: process.platform === 'win32' ? 'x86_64-pc-windows-msvc' : 'x86_64-pc-windows-gnu',
    format: 'PE',
    libraries: WINDOWS_LIBRARIES,
  },
};

/** The targets that the arguments name; `all` names every one. */
function targetsFrom(args) {
  const names = args.includes('all') ? Object.keys(TARGETS) : args;
  const unknown = names.filter((name) => !TARGETS[name]);
  if (names.length === 0 || unknown.length > 0) {
    const complaint = unknown.length > 0 ? `unknown target ${unknown.join(', ')}` : 'no target given';
    throw new Error(`${complaint}: name any of ${Object.keys(TARGETS).join(', ')}, or all`);
  }
  return names;
}

module.exports = { TARGETS, targetsFrom };
