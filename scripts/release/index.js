'use strict';

// Builds the files that are shipped: `npm run release:build -- TARGET... | all`.

const fs = require('node:fs');
const path = require('node:path');
const { check } = require('./check');
const { compile } = require('./compile');
const { targetsFrom } = require('./targets');

let failed = 0;
try {
  const rows = targetsFrom(process.argv.slice(2)).map((name, index, names) => {
    console.log(`[${index + 1}/${names.length}] ${name}`);
    return row(name);
  });
  console.table(rows);
  console.log(`${rows.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  console.error(`release:build: ${error.message}`);
  process.exit(1);
}

/** One target's line in the table; a fault in it does not keep the others from being built. */
function row(name) {
  try {
    const file = compile(name);
    return { file: path.basename(file), KB: Math.round(fs.statSync(file).size / 1024), ...check(name, file) };
  } catch (error) {
    console.error(error.message);
    failed += 1;
    return { file: `${name}: FAILED` };
  }
}
