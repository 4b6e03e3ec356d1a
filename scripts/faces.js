'use strict';

// The public faces of the package: what package.json's `exports` lists. Everything that goes through all faces asks here. And
// its commands, which `bin` lists: they are run, and nobody imports them.

const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');

/**
 * @typedef {object} Face
 * @property {string} specifier what a user imports
 * @property {string} name that of its files
 * @property {string} source in lib/
 * @property {string} file what is shipped, made of the source
 * @property {string} types its declarations
 */

/** @typedef {Pick<Face, 'name' | 'source' | 'file'>} Command */

/** @returns {Face[]} */
function faces() {
  const { name: packageName, exports } = manifest();
  return Object.entries(exports).flatMap(([subpath, entry]) => {
    if (entry.types === undefined) return [];
    const name = path.basename(entry.default, '.js');
    const folder = subpath === '.' ? 'lib' : path.join('lib', name);
    return {
      specifier: path.posix.join(packageName, subpath),
      name,
      source: path.join(ROOT, folder, 'index.ts'),
      file: path.join(ROOT, entry.default),
      types: path.join(ROOT, entry.types),
    };
  });
}

/** @returns {Command[]} */
function commands() {
  return Object.values(manifest().bin).map((file) => {
    const name = path.basename(file, '.js');
    return { name, source: path.join(ROOT, 'lib', name, 'index.ts'), file: path.join(ROOT, file) };
  });
}

/** @returns {{ name: string, exports: Record<string, any>, bin: Record<string, string> }} */
function manifest() {
  return JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
}

module.exports = { commands, faces };
