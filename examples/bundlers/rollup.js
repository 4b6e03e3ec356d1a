'use strict';

// node rollup.js handler.mjs dist: rollup. The package stays outside and is deployed beside the bundle.

const { cpSync } = require('node:fs');
const path = require('node:path');
const { rollup } = require('rollup');

async function main([entry, outdir]) {
  const bundle = await rollup({ input: entry, external: ['kinesis-agg', /^node:/] });
  await bundle.write({ file: path.join(outdir, path.basename(entry)), format: 'es' });
  cpSync('node_modules/kinesis-agg', `${outdir}/node_modules/kinesis-agg`, { recursive: true });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
