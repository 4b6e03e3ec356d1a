'use strict';

// Writes into README.md and docs/ what they show of examples/. With --check it writes nothing and fails if a page is stale.

const { readFileSync, readdirSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { withFiles } = require('./doc-blocks');

const ROOT = path.join(__dirname, '..');

/** The pages that a user or a contributor reads, as paths from the root. */
function pages() {
  const docs = readdirSync(path.join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md', ...docs.map((name) => `docs/${name}`)];
}

/**
 * A page as it should be.
 *
 * @param {string} name
 */
function filled(name) {
  return withFiles(readFileSync(path.join(ROOT, name), 'utf8'), (file) =>
    readFileSync(path.join(ROOT, 'examples', file), 'utf8'),
  );
}

function main() {
  const stale = pages().filter((name) => {
    const file = path.join(ROOT, name);
    const before = readFileSync(file, 'utf8');
    const after = filled(name);
    if (after === before) return false;
    if (!process.argv.includes('--check')) writeFileSync(file, after);
    return true;
  });
  if (stale.length === 0) return;
  if (!process.argv.includes('--check')) return console.log(`written: ${stale.join(', ')}`);
  console.error(`stale: ${stale.join(', ')}. Run node scripts/fill-docs.js`);
  process.exitCode = 1;
}

if (require.main === module) main();

module.exports = { filled, pages };
