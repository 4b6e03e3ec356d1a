'use strict';

// node esbuild-esm.js handler.mjs dist: one ES module, the addons beside it.

const { build } = require('esbuild');

const [entry, outdir] = process.argv.slice(2);
build({
  entryPoints: [entry],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  loader: { '.node': 'copy' },
  // The package is CommonJS, and an ES module has no `require` of its own.
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
}).catch(() => process.exit(1));
