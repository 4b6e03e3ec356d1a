'use strict';

// Whether what was made is still up to date.

const fs = require('node:fs');
const path = require('node:path');

/**
 * Whether `file` is there and none of its sources, files or folders, is newer.
 *
 * @param {string} file
 * @param {string[]} sources
 */
function isNewest(file, sources) {
  if (!fs.existsSync(file)) return false;
  const made = fs.statSync(file).mtimeMs;
  return sources.every((source) => newest(source) <= made);
}

/**
 * When the newest file of `entry`, a file or a folder, was written.
 *
 * @param {string} entry
 * @returns {number}
 */
function newest(entry) {
  const stat = fs.statSync(entry);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...fs.readdirSync(entry).map((name) => newest(path.join(entry, name))));
}

module.exports = { isNewest };
