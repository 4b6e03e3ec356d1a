'use strict';

// How large the package is: `node scripts/release/size.js` writes it into docs/platforms.md, with all binaries in prebuilds/.

const { spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { withMeasured } = require('../doc-blocks');

const ROOT = path.join(__dirname, '../..');
const PAGE = path.join(ROOT, 'docs/platforms.md');

/**
 * The page with the size of what `npm pack --json` tells of.
 *
 * @param {string} page
 * @param {{ size: number, unpackedSize: number, files: unknown[] }} packed
 */
function withSize(page, { size, unpackedSize, files }) {
  const [download, installed] = [size, unpackedSize].map((bytes) => `${(bytes / 1e6).toFixed(1)} MB`);
  const text = `The download is ${download}. Installed, the package is ${files.length} files of ${installed} together.`;
  return withMeasured(page, 'size', text);
}

if (require.main === module) {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json'], { cwd: ROOT, encoding: 'utf8' });
  const [packed] = JSON.parse(stdout);
  writeFileSync(PAGE, withSize(readFileSync(PAGE, 'utf8'), packed));
}

module.exports = { withSize };
