'use strict';

// The package against what else there is: `npm run bench`. README.md says how it is measured.

const fs = require('node:fs');
const path = require('node:path');
const { drawFigures } = require('./figures');
const { RESULTS, allKept, keep } = require('./kept');
const { measure } = require('./measure');
const { nodeBinary, versionsOf } = require('./node-binary');
const { USAGE, parseOptions } = require('./options');
const { heading, report } = require('./report');

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  if (options.list) return console.log(options.rows.map(({ name, title }) => `${name.padEnd(34)}${title}`).join('\n'));

  require('../scripts/setup').ready();
  const node = nodeBinary(options.node);
  const versions = versionsOf(node);
  console.log(`Node ${versions.node}, ${new Date().toISOString()}\n${heading()}`);
  /** @type {Record<string, object>} */
  const found = {};
  for (const [index, row] of options.rows.entries()) {
    const progress = (/** @type {string} */ text) =>
      say(`row ${index + 1} of ${options.rows.length}, ${row.name}: ${text}`);
    found[row.name] = await measure(row, { node, effort: options.effort, progress });
    say('');
    console.log(report(/** @type {any} */ (found[row.name])));
    // After each row, so that a run that is broken off has not been in vain.
    if (!options.quick) keep(versions, found, ['npm run bench --', ...process.argv.slice(2)].join(' '));
  }
  if (options.quick) return;
  fs.writeFileSync(path.join(RESULTS, 'figures.svg'), drawFigures(allKept()));
  console.log(`\nkept in ${path.relative(process.cwd(), RESULTS)}`);
}

/** @param {string} text on the terminal's last line, or on one of its own where there is no terminal */
function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
