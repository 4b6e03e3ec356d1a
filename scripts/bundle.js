'use strict';

// Makes the files of dist/, which are what is shipped, of the faces and commands in lib/, if a source is newer: dozens of small
// files would take three times as long to load, at every cold start.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { commands, faces } = require('./faces');
const { isNewest } = require('./freshness');
const { SHARED_FILE, exportedNames, findShared, sharedIsExternal, sharing, taking } = require('./shared');

const ROOT = path.join(__dirname, '..');
const SOURCES = ['lib', 'package.json', 'scripts/bundle.js', 'scripts/faces.js', 'scripts/shared.js'].map((source) =>
  path.join(ROOT, source),
);

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
 * @param {import('./shared').Shared} shared
 */
async function bundle({ source, file, ...entry }, shared) {
  const esbuild = require('esbuild');
  const isCommand = !('types' in entry);
  const isShared = file === SHARED_FILE;
  const { outputFiles } = await esbuild.build({
    absWorkingDir: ROOT,
    stdin: {
      contents: isCommand ? running(source) : `${await exporting(source)}\n${isShared ? sharing(shared) : ''}`,
      resolveDir: ROOT,
      sourcefile: 'face.js',
    },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // The addons stay files of their own, as far from dist/ as the sources say.
    external: ['*.node'],
    plugins: isShared ? [] : [sharedIsExternal(shared)],
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
    sourcemap: 'inline',
    outfile: file,
    write: false,
  });
  const [output] = /** @type {[import('esbuild').OutputFile]} */ (outputFiles);
  // Without a comment that names the map: Node would read it at every cold start, if it was told to use maps.
  const { code, map } = await esbuild.transform(taking(output.text), {
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
  const entries = stale();
  if (entries.length === 0) return;
  const shared = await findShared();
  for (const face of entries) {
    const { code, map } = await bundle(face, shared);
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
