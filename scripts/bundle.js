'use strict';

// Makes the files of dist/, which are what is shipped, of the faces in lib/, if a source is newer: two dozen small files would
// take three times as long to load, at every cold start. package.json's `exports` says which faces there are.

const fs = require('node:fs');
const path = require('node:path');
const { faces } = require('./faces');
const { isNewest } = require('./freshness');

const ROOT = path.join(__dirname, '..');
const SOURCES = ['lib', 'scripts/bundle.js', 'scripts/faces.js'].map((source) => path.join(ROOT, source));

function ensureBundled() {
  for (const { source, file } of faces()) {
    if (!isNewest(file, SOURCES)) write(file, bundle(source));
  }
}

/** @param {string} source */
function bundle(source) {
  const [exported] = /^module\.exports = [^;]*;$/m.exec(fs.readFileSync(source, 'utf8')) ?? [];
  if (exported === undefined) throw new Error(`${source} does not end in a literal of its exports`);
  const { outputFiles } = require('esbuild').buildSync({
    absWorkingDir: ROOT,
    // Not the face itself: names at the top of a bundle take those of functions further in, which get a number.
    stdin: { contents: `module.exports = require(${JSON.stringify(source)});`, resolveDir: ROOT },
    bundle: true,
    platform: 'node',
    target: 'node20',
    // The addons stay files of their own, as far from dist/ as from lib/.
    external: ['*.node'],
    // Never run: ESM finds its named imports in it.
    footer: { js: `0 && (${exported.slice(0, -1)});` },
    write: false,
  });
  return outputFiles[0].text;
}

/** By a rename, since another process may be loading the file. */
function write(file, text) {
  const unfinished = `${file}.${process.pid}`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(unfinished, text);
  fs.renameSync(unfinished, file);
}

module.exports = { ensureBundled };

if (require.main === module) ensureBundled();
