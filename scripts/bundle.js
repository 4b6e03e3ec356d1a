'use strict';

// Makes the files of dist/, which are what is shipped, of the faces and commands in lib/, if a source is newer: dozens of small
// files would take three times as long to load, at every cold start.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { commands, faces } = require('./faces');
const { isNewest } = require('./freshness');

const ROOT = path.join(__dirname, '..');
const SOURCES = ['lib', 'package.json', 'scripts/bundle.js', 'scripts/faces.js'].map((source) =>
  path.join(ROOT, source),
);
/** What all faces share stands in this file alone: the public face, and the one class of errors. */
const SHARED = path.join(ROOT, 'dist/index.js');
const SHARED_SOURCES = ['index.ts', 'error.ts'].map((name) => path.join(ROOT, 'lib', name));

/** In a process of its own, since esbuild's plugins are asynchronous. */
function ensureBundled() {
  if (stale().length === 0) return;
  const { status } = spawnSync(process.execPath, [__filename], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('bundling failed: the lines above say why');
}

function stale() {
  return [...faces(), ...commands()].filter(({ file }) => !isNewest(file, SOURCES));
}

/**
 * One flat scope, made small: a seventh less to compile at every cold start. Names at the top stay, and so do stack traces
 * that can be read; lines stay short, since Node prints the one that threw.
 *
 * @param {import('./faces').Face | import('./faces').Command} entry
 */
async function bundle({ source, file, ...entry }) {
  const esbuild = require('esbuild');
  const isCommand = !('types' in entry);
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    stdin: {
      contents: isCommand ? running(source) : await exporting(source),
      resolveDir: ROOT,
      sourcefile: 'face.js',
    },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // The addons stay files of their own, as far from dist/ as the sources say.
    external: ['*.node'],
    plugins: file === SHARED ? [] : [sharedIsExternal],
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    sourcemap: 'inline',
    outfile: file,
    write: false,
  });
  const { text } = /** @type {import('esbuild').OutputFile} */ (outputFiles[0]);
  // Without a comment that names the map: Node would read it at every cold start, if it was told to use maps.
  const { code, map } = await esbuild.transform(text, {
    minify: true,
    lineLimit: 120,
    target: 'node20',
    sourcefile: file,
    sourcemap: 'external',
    ...(isCommand && { banner: '#!/usr/bin/env node' }),
  });
  return { code, map };
}

/** @param {string} source */
async function exporting(source) {
  const names = await exportedNames(source);
  // A literal, not esbuild's own way of exporting, which is getters: a test that spies on a function must be able to.
  return `import { ${names.join(', ')} } from ${JSON.stringify(source)}; module.exports = { ${names.join(', ')} };`;
}

/** @param {string} source */
function running(source) {
  return `import { main } from ${JSON.stringify(source)}; main();`;
}

/**
 * @param {string} source
 * @returns {Promise<string[]>} what a face exports, in order
 */
async function exportedNames(source) {
  const { metafile } = await require('esbuild').build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    format: 'esm',
    metafile: true,
    write: false,
    outdir: '.',
  });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

/** @type {import('esbuild').Plugin} */
const sharedIsExternal = {
  name: 'shared-is-external',
  setup(build) {
    build.onResolve({ filter: /^\./ }, ({ path: specifier, resolveDir }) => {
      const resolved = path.join(resolveDir, specifier);
      const isShared = SHARED_SOURCES.some((file) =>
        [file, file.replace(/\.ts$/, ''), path.dirname(file)].includes(resolved),
      );
      return isShared ? { path: './index.js', external: true } : undefined;
    });
  },
};

/**
 * By a rename, since another process may be loading the file.
 *
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  const unfinished = `${file}.${process.pid}`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(unfinished, text);
  fs.renameSync(unfinished, file);
}

async function main() {
  for (const face of stale()) {
    const { code, map } = await bundle(face);
    write(`${face.file}.map`, map);
    write(face.file, code);
  }
}

module.exports = { ensureBundled };

if (require.main === module) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
