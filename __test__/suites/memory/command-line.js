'use strict';

// The command line on a million records: as much memory as for a hundredth of them.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');
const { aggregate } = require('../../..');
const { COMMAND } = require('../../support/command-line');

const MILLION = 1_000_000;
/** How far V8 lets garbage pile up is not the question here, yet part of what is measured. */
const MOST_MIB = 96;
const AT_A_TIME = 1000;

const entries = Array.from({ length: 10 }, (_, i) => {
  const [{ PartitionKey, Data }] = aggregate([
    { partitionKey: `device-${i}`, data: `{"celsius":${i}}` },
    { partitionKey: 'other', data: 'x'.repeat(i) },
  ]);
  return JSON.stringify({ SequenceNumber: String(10 ** 15 + i), Data: Data.toString('base64'), PartitionKey });
});
const some = (separator) => Array.from({ length: AT_A_TIME }, (_, i) => entries[i % entries.length]).join(separator);

/** Aggregates of a MiB, of which one user record is wanted. */
const large = JSON.stringify({
  Data: aggregate(
    [
      { partitionKey: 'wanted', data: 'x' },
      { partitionKey: 'other', data: Buffer.alloc(1_000_000) },
    ],
    { maxAggregateBytes: 2 ** 20, routing: 'first' },
  )[0].Data.toString('base64'),
});

/** Each as pieces: what comes first, a thousand records, what stands between such pieces, what comes last. */
const FORMS = {
  'a piece of each large aggregate': ['', large, '\n', ''],
  'one JSON document': ['{"MillisBehindLatest":0,"Records":[', some(','), ',', ']}'],
  'lines of JSON': ['', some('\n'), '\n', ''],
};

/** @param {string[]} args @param {keyof typeof FORMS} form @param {number} pieces */
async function peakOf(args, form, pieces) {
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
  for (let i = 0; i < pieces; i++) await write(i === 0 ? piece : between + piece);
  child.stdin.end(last);
  const [status] = await ended;
  return { status, lineFeeds, mib: JSON.parse(peak) / 2 ** 20 };
}

async function testCommandLine(report) {
  report.heading('the command line, on a million records');
  for (const [args, form, pieces, lines] of /** @type {const} */ ([
    [['cat', '--json'], 'one JSON document', MILLION / AT_A_TIME, 2 * MILLION],
    [['inspect', '--json'], 'lines of JSON', MILLION / AT_A_TIME, MILLION],
    [['cat', '--key', 'wanted'], 'a piece of each large aggregate', 300, 300],
  ])) {
    const name = `${args.join(' ')} of ${form}`;
    const few = await peakOf(args, form, pieces / 100);
    const all = await peakOf(args, form, pieces);
    report.figure(`${name}: ${few.mib.toFixed(1)} MiB for one in a hundred, ${all.mib.toFixed(1)} MiB for all`);
    report.check(`${name}: every record is read`, () => {
      if (all.status !== 0 || all.lineFeeds !== lines)
        throw new Error(`${all.lineFeeds} lines, exit code ${all.status}`);
    });
    report.check(`${name}: memory is flat`, () => {
      if (all.mib - few.mib > MOST_MIB) {
        throw new Error(`it grows by ${(all.mib - few.mib).toFixed(1)} MiB, ${MOST_MIB} are allowed`);
      }
    });
  }
}

module.exports = { testCommandLine };
