'use strict';

// node esbuild-external.js handler.js dist: the package stays outside; node_modules/kinesis-agg is deployed beside the bundle.

const { build } = require('esbuild');
const { cpSync } = require('node:fs');

const [entry, outdir] = process.argv.slice(2);
build({ entryPoints: [entry], outdir, bundle: true, platform: 'node', target: 'node20', external: ['kinesis-agg'] })
  .then(() => cpSync('node_modules/kinesis-agg', `${outdir}/node_modules/kinesis-agg`, { recursive: true }))
  .catch(() => process.exit(1));
