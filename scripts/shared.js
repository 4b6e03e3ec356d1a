'use strict';

// What the face of the package is made of stands in its file alone, so that there is one class of errors, one addon looked
// for, and nothing compiled twice at a cold start. The other faces get at it by a symbol of its exports.

const path = require('node:path');
const { commands, faces } = require('./faces');

const ROOT = path.join(__dirname, '..');
const SHARED_FILE = path.join(ROOT, 'dist/index.js');
const SHARED_SOURCE = path.join(ROOT, 'lib/index.ts');
const SYMBOL = 'Symbol.for("kinesis-agg.shared")';
/** What esbuild is told of where a shared module is, before its name. */
const MARK = './index.js#';

/**
 * @typedef {object} Shared
 * @property {Set<string>} modules that the face of the package is made of
 * @property {Record<string, string[]>} imported the names of those among them that other faces import
 */

/** @returns {Promise<Shared>} */
async function findShared() {
  const modules = new Set(Object.keys(await importsUnder([SHARED_SOURCE])));
  const all = await importsUnder([...faces(), ...commands()].map(({ source }) => source));
  const others = Object.keys(all).filter((module) => !modules.has(module));
  const boundary = new Set(others.flatMap((module) => all[module]));
  /** @type {Record<string, string[]>} */
  const imported = {};
  for (const module of modules) {
    if (boundary.has(module) && module !== SHARED_SOURCE) imported[module] = await exportedNames(module);
  }
  return { modules, imported };
}

/**
 * @param {string[]} sources
 * @returns {Promise<Record<string, string[]>>} what each module imports, of all that these are made of
 */
async function importsUnder(sources) {
  const { metafile } = await require('esbuild').build({
    absWorkingDir: ROOT,
    entryPoints: sources,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    external: ['*.node'],
    metafile: true,
    write: false,
    outdir: '.',
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
  });
  const absolute = (/** @type {string} */ file) => path.join(ROOT, file);
  return Object.fromEntries(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [
      absolute(file),
      imports.map((imported) => absolute(imported.path)),
    ]),
  );
}

/**
 * @param {string} source
 * @returns {Promise<string[]>} what a module exports, in order
 */
async function exportedNames(source) {
  const { metafile } = await require('esbuild').build({
    absWorkingDir: ROOT,
    entryPoints: [source],
    format: 'esm',
    metafile: true,
    write: false,
    logOverride: { 'unsupported-require-call': 'silent' },
    outdir: '.',
  });
  return Object.values(metafile.outputs).flatMap((output) => output.exports);
}

/**
 * What gives the others their part, for the end of the file.
 *
 * @param {Shared} shared
 */
function sharing({ imported }) {
  const imports = [];
  const objects = [];
  for (const [index, [module, names]] of Object.entries(imported).entries()) {
    const locals = names.map((name) => [name, `${name}_${index}`]);
    imports.push(
      `import { ${locals.map(([name, local]) => `${name} as ${local}`).join(', ')} } from ${JSON.stringify(module)};`,
    );
    objects.push(`${JSON.stringify(nameOf(module))}: { ${locals.map((names) => names.join(': ')).join(', ')} }`);
  }
  const define = `Object.defineProperty(module.exports, ${SYMBOL}, { value: { ${objects.join(', ')} } });`;
  return [...imports, define].join('\n');
}

/**
 * @param {Shared} shared
 * @returns {import('esbuild').Plugin}
 */
function sharedIsExternal({ modules }) {
  return {
    name: 'shared-is-external',
    setup(build) {
      build.onResolve({ filter: /^\./ }, async ({ path: specifier, ...from }) => {
        if (from.pluginData === 'resolving') return undefined;
        const resolved = await build.resolve(specifier, { ...from, pluginData: 'resolving' });
        if (!modules.has(resolved.path)) return resolved;
        return {
          path: resolved.path === SHARED_SOURCE ? './index.js' : MARK + nameOf(resolved.path),
          external: true,
        };
      });
    },
  };
}

/**
 * Takes that part, where the plugin has left its marks.
 *
 * @param {string} text
 */
function taking(text) {
  return text.replaceAll(/require\("\.\/index\.js#(.+?)"\)/g, `require("./index.js")[${SYMBOL}]["$1"]`);
}

/** @param {string} module in lib/ */
function nameOf(module) {
  return path.relative(path.join(ROOT, 'lib'), module).replace(/\.ts$/, '');
}

module.exports = { SHARED_FILE, exportedNames, findShared, sharedIsExternal, sharing, taking };
