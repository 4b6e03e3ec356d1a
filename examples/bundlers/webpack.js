'use strict';

// node webpack.js handler.js dist: webpack 5. The package stays outside and is deployed beside the bundle.

const { cpSync } = require('node:fs');
const path = require('node:path');
const webpack = require('webpack');

const [entry, outdir] = process.argv.slice(2);
const config = {
  mode: 'production',
  target: 'node20',
  entry: { [path.parse(entry).name]: path.resolve(entry) },
  output: { path: path.resolve(outdir), library: { type: 'commonjs2' } },
  externals: { 'kinesis-agg': 'commonjs2 kinesis-agg' },
};

webpack(config, (error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString('errors-only'));
    process.exit(1);
  }
  cpSync('node_modules/kinesis-agg', `${outdir}/node_modules/kinesis-agg`, { recursive: true });
});
