'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const { rows, tableRows } = require('./rows');

const USAGE = `npm run bench -- [--node NODE] [--one-core] [--row NAME]... [--resume] [--before FOLDER] [--quick]
npm run bench -- --write-figures
npm run bench -- --list

  --node NODE       measure under another Node: the path of its binary, or a major version that npm has (22, 24)
  --one-core        on one core (taskset -c 0), as a small Lambda function has
  --row NAME        only this row, or those that begin so if NAME ends in *. What is kept of other rows stays
  --resume          only rows that today's file has no figures of
  --before FOLDER   another checkout, built, is a contestant too
  --quick           few and short runs, and no figures kept: to see that everything works
  --write-figures   measure nothing; draw figures.svg and write the tables in the documents anew
  --list            print the names of the rows`;

/** How often, and how long in CPU time. A round is one fresh process for each contestant. */
const FULL = {
  runs: { rounds: 5, warmUpMs: 250, measureMs: 400, leastRuns: 5 },
  growth: { rounds: 3, warmUpMs: 300, measureMs: 500, leastRuns: 3 },
  steadiness: { rounds: 3 },
  firstRun: { rounds: 15 },
  peakMemory: { rounds: 3 },
};
const QUICK = {
  runs: { rounds: 1, warmUpMs: 50, measureMs: 50, leastRuns: 2 },
  growth: { rounds: 1, warmUpMs: 50, measureMs: 100, leastRuns: 1 },
  steadiness: { rounds: 1, steadyRuns: 20 },
  firstRun: { rounds: 2 },
  peakMemory: { rounds: 1 },
};

/** @param {string[]} args */
function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      node: { type: 'string', default: process.execPath },
      'one-core': { type: 'boolean', default: false },
      row: { type: 'string', multiple: true },
      resume: { type: 'boolean', default: false },
      before: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'write-figures': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    ...values,
    before: values.before === undefined ? undefined : path.resolve(values.before),
    rows: values.row === undefined ? tableRows : rowsNamed(values.row),
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
