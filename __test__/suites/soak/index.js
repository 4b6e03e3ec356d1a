'use strict';

// A long run at full speed through the whole face, with every result checked, whose memory has to stay level:
// `npm test -- soak [--minutes 60 --seed 1 --out .cache/soak]`. Writes soak.csv and soak.svg there.
// With --judge it works on a soak.csv that is there already, of a run that was ended from outside.

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { ROOT, ready } = require('../../../scripts/setup');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: path.join(ROOT, '.cache', 'soak') },
    judge: { type: 'boolean', default: false },
  },
});

const MINUTE_MS = 60_000;

ready();
const { drawMemory } = require('./figure');
const { readSamples, sampleMemory } = require('./memory');
const { Tally, workOneRound } = require('./round');
const { judge } = require('./verdict');
const { Random } = require('../../support/random');
const { runTests } = require('../../support/report');

/** Works for so long; gives what was done. */
async function soak(file) {
  const random = new Random(Number(values.seed));
  const tally = new Tally();
  const end = Date.now() + Number(values.minutes) * MINUTE_MS;
  const stop = sampleMemory(file, () => tally.userRecords);
  const progress = setInterval(() => console.log(progressOf(tally)), MINUTE_MS);
  try {
    while (Date.now() < end) {
      await workOneRound(random, tally);
      await new Promise(setImmediate);
    }
  } finally {
    stop();
    clearInterval(progress);
  }
  return tally;
}

/** @param {InstanceType<typeof Tally>} tally */
function progressOf(tally) {
  const done = Object.entries(tally).map(([name, count]) => `${name} ${count}`);
  return `  ${new Date().toISOString()} ${done.join(', ')}, rss ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`;
}

runTests(async (report) => {
  fs.mkdirSync(values.out, { recursive: true });
  const file = path.join(values.out, 'soak.csv');
  if (!values.judge) {
    report.heading(`${values.minutes} minutes, seed ${values.seed}, Node ${process.versions.node}`);
    const tally = await soak(file);
    report.figure(progressOf(tally).trim());
    report.check('every user record came back once, and equal', () => {
      if (tally.rounds === 0) throw new Error('no round was finished');
    });
  }
  const samples = readSamples(file);
  const { held, text } = judge(samples);
  fs.writeFileSync(path.join(values.out, 'soak.svg'), drawMemory(samples));
  for (const line of text) report.figure(line);
  report.check('resident size stays level', () => {
    if (!held) throw new Error('it grows: the figures are above');
  });
});
