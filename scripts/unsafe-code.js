'use strict';

// Fails if there is unsafe Rust, or leave for it, in any source file but those of the two places that CONTRIBUTING.md names.
// `unsafe_code = "deny"` in Cargo.toml makes the compiler ask for the leave; this sees who gives it.

const fs = require('node:fs');
const path = require('node:path');

const PLACES = ['md5', 'node'];

/**
 * The lines of the Rust files in `folder`, as `file:line: text`, that hold unsafe code or leave for it and should not.
 *
 * @param {string} folder
 */
function misplacedUnsafeCode(folder) {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.rs') && !PLACES.includes(file.split(path.sep)[0]))
    .sort()
    .flatMap((file) => linesOf(path.join(folder, file)).map((line) => `${file}:${line}`));
}

/** @param {string} file */
function linesOf(file) {
  const isUnsafe = (/** @type {string} */ line) => /\bunsafe(_code)?\b/.test(line.replace(/\/\/.*/, ''));
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => (isUnsafe(line) ? [`${index + 1}: ${line.trim()}`] : []));
}

module.exports = { misplacedUnsafeCode };

if (require.main === module) {
  const misplaced = misplacedUnsafeCode(path.join(__dirname, '../src'));
  for (const line of misplaced) console.error(`src/${line}`);
  process.exitCode = misplaced.length === 0 ? 0 : 1;
}
