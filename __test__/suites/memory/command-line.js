'use strict';

// The command line on a million records: as much memory as for a hundredth of them.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { aggregate } = require('../../..');
const { COMMAND } = require('../../support/command-line');

const RECORDS = 1_000_000;
const FEW = RECORDS / 100;
/** How far V8 lets garbage pile up is not the question here, yet part of what is measured. */
const MOST_MIB = 48;
const AT_A_TIME = 1000;

const entries = Array.from({ length: 10 }, (_, i) => {
  const [{ PartitionKey, Data }] = aggregate([
    { partitionKey: `device-${i}`, data: `{"celsius":${i}}` },
    { partitionKey: 'other', data: 'x'.repeat(i) },
  ]);
  return JSON.stringify({ SequenceNumber: String(10 ** 15 + i), Data: Data.toString('base64'), PartitionKey });
});
const some = (separator) => Array.from({ length: AT_A_TIME }, (_, i) => entries[i % entries.length]).join(separator);

/** Each as pieces: what comes first, a thousand records, what stands between such pieces, what comes last. */
const FORMS = {
  'one JSON document': ['{"MillisBehindLatest":0,"Records":[', some(','), ',', ']}'],
  'lines of JSON': ['', some('\n'), '\n', ''],
};

/** @param {string[]} args @param {keyof typeof FORMS} form @param {number} records */
async function peakOf(args, form, records) {
  const child = spawn(process.execPath, ['--require', path.join(__dirname, 'peak-of-process.js'), COMMAND, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let lineFeeds = 0;
  let peak = '';
  child.stdout.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 0x0a) lineFeeds++;
  });
  child.stderr.on('data', (chunk) => {
    peak += chunk;
  });
  const ended = once(child, 'close');
  const [first, piece, between, last] = FORMS[form];
  const write = async (text) => {
    if (!child.stdin.write(text)) await once(child.stdin, 'drain');
  };
  await write(first);
  for (let written = 0; written < records; written += AT_A_TIME) await write(written === 0 ? piece : between + piece);
  child.stdin.end(last);
  const [status] = await ended;
  return { status, lineFeeds, mib: JSON.parse(peak) / 2 ** 20 };
}

async function testCommandLine(report) {
  report.heading(`the command line, on ${RECORDS} records`);
  for (const [args, form, linesOfOne] of /** @type {const} */ ([
    [['cat', '--json'], 'one JSON document', 2],
    [['inspect', '--json'], 'lines of JSON', 1],
  ])) {
    const name = `${args.join(' ')} of ${form}`;
    const few = await peakOf(args, form, FEW);
    const all = await peakOf(args, form, RECORDS);
    report.figure(`${name}: ${few.mib.toFixed(1)} MiB for ${FEW}, ${all.mib.toFixed(1)} MiB for all`);
    report.check(`${name}: every record is read`, () => {
      if (all.status !== 0 || all.lineFeeds !== linesOfOne * RECORDS)
        throw new Error(`${all.lineFeeds} lines, exit code ${all.status}`);
    });
    report.check(`${name}: memory is flat`, () => {
      if (all.mib - few.mib > MOST_MIB)
        throw new Error(`it grows by ${(all.mib - few.mib).toFixed(1)} MiB, ${MOST_MIB} are allowed`);
    });
  }
}

module.exports = { testCommandLine };
