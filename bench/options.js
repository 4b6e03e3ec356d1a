'use strict';

const { parseArgs } = require('node:util');
const { rows } = require('./rows');

const USAGE = `npm run bench -- [--quick] [--rows NAME,...] [--node NODE] [--list]

  --quick        few and short runs, and no figures kept: to see that everything works
  --rows NAMES   only these rows; a name ending in * stands for all that begin so. The kept figures of other rows stay
  --node NODE    measure under another Node: the path of its binary, or a major version that npm has (22, 24)
  --list         print the names of the rows`;

/** How often, and how long in CPU time. A round is one fresh process for each contestant. */
const FULL = {
  runs: { rounds: 7, warmUpMs: 700, measureMs: 1000, leastRuns: 3 },
  growth: { rounds: 3, warmUpMs: 300, measureMs: 500, leastRuns: 3 },
  firstRun: { rounds: 25 },
  peakMemory: { rounds: 7 },
};
const QUICK = {
  runs: { rounds: 2, warmUpMs: 300, measureMs: 200, leastRuns: 2 },
  growth: { rounds: 1, warmUpMs: 50, measureMs: 100, leastRuns: 1 },
  firstRun: { rounds: 3 },
  peakMemory: { rounds: 1 },
};

/** @param {string[]} args */
function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rows: { type: 'string' },
      node: { type: 'string', default: process.execPath },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    rows: values.rows === undefined ? rows : rowsNamed(values.rows.split(',')),
    effort: values.quick ? QUICK : FULL,
  };
}

/** @param {string[]} names */
function rowsNamed(names) {
  return names.flatMap((name) => {
    const matching = rows.filter(
      (row) => row.name === name || (name.endsWith('*') && row.name.startsWith(name.slice(0, -1))),
    );
    if (matching.length === 0) throw new Error(`there is no row ${name}: see --list`);
    return matching;
  });
}

module.exports = { USAGE, parseOptions };
