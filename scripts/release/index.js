'use strict';

// Builds the files that are shipped: `npm run prebuild -- TARGET... | all`.

const fs = require('node:fs');
const path = require('node:path');
const { check } = require('./check');
const { compile } = require('./compile');
const { TARGETS, targetsFrom } = require('./targets');

if (process.argv.length === 2) {
  // npm takes a script of this name for a hook and runs it before every `npm run build`, with no arguments.
  console.error(
    `prebuild: no target given, nothing to do (npm run prebuild -- ${Object.keys(TARGETS).join(' | ')} | all)`,
  );
  process.exit(0);
}

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
  console.error(`prebuild: ${error.message}`);
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
