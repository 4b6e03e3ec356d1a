'use strict';

// What a file must be before it is shipped, read off the file itself.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { CACHE, ROOT, run } = require('./cache');
const { python } = require('./toolchain');
const { TARGETS } = require('./targets');

/** Of the largest. The tests of the package hold all seven and the JavaScript together to 4 MB. */
const MAX_BYTES = 580_000;
const ARCHITECTURE = { x64: ['X86_64', 'AMD64'], arm64: ['AARCH64', 'ARM64'] };

/** Throws where the file is not what its name says, or asks for more than its platform promises; else gives what it asks for. */
function check(name, file) {
  const target = TARGETS[name];
  const facts = JSON.parse(run(path.join(python(), 'python'), [path.join(__dirname, 'inspect.py'), file]));
  const glibc = newestGlibc(facts.versions);
  const faults = [
    facts.format !== target.format && `is ${facts.format}, not ${target.format}`,
    !ARCHITECTURE[name.split('-')[1]].includes(facts.architecture) && `is for ${facts.architecture}`,
    !facts.exports.includes('napi_register_module_v1') && 'does not export napi_register_module_v1',
    glibc && !target.glibc && `needs glibc ${glibc}, and should need none`,
    target.glibc && glibc && newer(glibc, target.glibc) && `needs glibc ${glibc}, newer than ${target.glibc}`,
    facts.minimumOs?.[0] > 11 && `needs macOS ${facts.minimumOs.join('.')}`,
    name === 'darwin-arm64' &&
      !facts.signed &&
      'is not signed, or signed before its last change: macOS on arm64 kills what loads such a file',
    ...facts.libraries
      .filter((library) => !target.libraries.some((allowed) => allowed.test(library)))
      .map((library) => `needs ${library}, which not every such system has`),
    fs.statSync(file).size > MAX_BYTES && `is larger than ${MAX_BYTES} bytes`,
    ...localPaths(file).map((local) => `names a path of this machine: ${local}`),
  ].filter(Boolean);
  if (faults.length > 0) throw new Error(`${path.basename(file)}:\n  ${faults.join('\n  ')}`);
  const floor = glibc ? `glibc ${glibc}` : facts.minimumOs ? `macOS ${facts.minimumOs.join('.')}` : '';
  return { format: `${facts.format} ${facts.architecture}`, floor, libraries: facts.libraries.join(' ') };
}

/** `2.17` of `GLIBC_2.2.5`, `GLIBC_2.17` and `GCC_3.0`. */
function newestGlibc(versions) {
  const found = versions.filter((version) => version.startsWith('GLIBC_')).map((version) => version.slice(6));
  return found.sort((a, b) => (newer(a, b) ? -1 : 1))[0];
}

function newer(a, b) {
  return a.localeCompare(b, 'en', { numeric: true }) > 0;
}

function localPaths(file) {
  const text = fs.readFileSync(file, 'latin1');
  const known = [ROOT, CACHE, process.env.CARGO_HOME, os.homedir()].filter(
    (place) => place && text.includes(`${place}/`),
  );
  return [...known, ...new Set(text.match(/(\/home\/|\/Users\/|\/tmp\/|[A-Z]:\\Users\\)[\w.-]+/g))];
}

module.exports = { check };
