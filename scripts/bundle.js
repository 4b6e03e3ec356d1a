'use strict';

// Makes dist/index.js and dist/compat.js, which are what is shipped, of the faces and lib/, if a source is newer: two dozen
// small files would take three times as long to load, at every cold start.

const fs = require('node:fs');
const path = require('node:path');
const { isNewest } = require('./freshness');

const ROOT = path.join(__dirname, '..');
const FACES = ['index.js', 'compat.js'];
const SOURCES = [...FACES, 'lib', 'scripts/bundle.js'].map((source) => path.join(ROOT, source));

function ensureBundled() {
  for (const face of FACES) {
    const file = path.join(ROOT, 'dist', face);
    if (!isNewest(file, SOURCES)) write(file, bundle(face));
  }
}

/** @param {string} face */
function bundle(face) {
  const [exported] = /^module\.exports = [^;]*;$/m.exec(fs.readFileSync(path.join(ROOT, face), 'utf8')) ?? [];
  if (exported === undefined) throw new Error(`${face} does not end in a literal of its exports`);
  const { outputFiles } = require('esbuild').buildSync({
    absWorkingDir: ROOT,
    // Not the face itself: names at the top of a bundle take those of functions further in, which get a number.
    stdin: { contents: `module.exports = require('./${face}');`, resolveDir: ROOT },
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
