'use strict';

// node esbuild-cjs.js handler.js dist: one CommonJS file, the addons beside it.

const { build } = require('esbuild');

const [entry, outdir] = process.argv.slice(2);
build({
  entryPoints: [entry],
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  loader: { '.node': 'copy' }, // the addons go into outdir as they are
}).catch(() => process.exit(1));
