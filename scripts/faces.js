'use strict';

// The public faces of the package: what package.json's `exports` lists. Everything that goes through all faces asks here.

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

/** @returns {Face[]} */
function faces() {
  const { name: packageName, exports } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
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

module.exports = { faces };
