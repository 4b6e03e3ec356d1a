'use strict';

// What the worst Kinesis record costs in memory, by each way of reading it: `node scripts/largest-record.js`. It has 10 MiB
// and holds as many user records as that allows. With --write the figures go into SECURITY.md.

const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { tableOf, withMeasured } = require('./doc-blocks');

const SECURITY = path.join(__dirname, '..', 'SECURITY.md');

const MAX_RECORD_BYTES = 10 * 1024 * 1024;
const MAGIC = Buffer.from('f3899ac2', 'hex');
const KEY = Buffer.from('0a0161', 'hex');
/** A user record without data, with the first partition key: nothing that a reader has to take is smaller. */
const USER_RECORD = Buffer.from('1a0408001a00', 'hex');
const EMPTY_KEY = Buffer.from('0a00', 'hex');
const DIGEST_BYTES = 16;

/** How each way is used by somebody who keeps nothing but a sum. */
const READERS = {
  '`deaggregate`': ({ deaggregate }, record) => deaggregate(record).length,
  '`deaggregate` with `copy: true`': ({ deaggregate }, record) => deaggregate(record, { copy: true }).length,
  '`deaggregateAsync`': async ({ deaggregateAsync }, record) => (await deaggregateAsync(record)).length,
  '`deaggregateRecords`': ({ deaggregateRecords }, record) => deaggregateRecords(record).length,
  '`iterDeaggregateRecords`': ({ iterDeaggregateRecords }, record) => {
    let count = 0;
    for (const _ of iterDeaggregateRecords(record)) count++;
    return count;
  },
  '`iterDeaggregate`': ({ iterDeaggregate }, record) => {
    let count = 0;
    for (const _ of iterDeaggregate(record)) count++;
    return count;
  },
  '`decode`, `partitionKey(i)`, `text(i)`': ({ decode }, record) => {
    const batch = decode(record);
    let count = 0;
    for (let i = 0; i < batch.length; i++) count += batch.partitionKey(i)?.length + batch.text(i).length;
    return count;
  },
};

/** The Kinesis records, by what they are made of. */
const RECORDS = {
  userRecords: () => recordOf(KEY, USER_RECORD),
  keys: () => recordOf(USER_RECORD, EMPTY_KEY),
};

/**
 * A Kinesis record that one field begins and another one fills.
 *
 * @param {Buffer} first
 * @param {Buffer} repeated
 */
function recordOf(first, repeated) {
  const room = MAX_RECORD_BYTES - MAGIC.length - first.length - DIGEST_BYTES - 'a'.length;
  const count = Math.floor(room / repeated.length);
  const message = Buffer.concat([first, Buffer.alloc(count * repeated.length, repeated)]);
  const Data = Buffer.concat([MAGIC, message, createHash('md5').update(message).digest()]);
  return { Data, PartitionKey: 'a', SequenceNumber: '1' };
}

/** In a process of its own: the system's word on how large it ever was. */
async function measure(name, kind) {
  const face = require('..');
  const record = RECORDS[kind]();
  face.deaggregate({ Data: Buffer.from('loaded') });
  const before = process.resourceUsage().maxRSS;
  const from = process.hrtime.bigint();
  const count = await READERS[name](face, record);
  const ms = Number(process.hrtime.bigint() - from) / 1e6;
  return { name, count, ms, before, peak: process.resourceUsage().maxRSS };
}

/** @param {string} name @param {keyof typeof RECORDS} kind */
function measured(name, kind) {
  const output = execFileSync(process.execPath, [__filename, name, kind], { encoding: 'utf8' });
  const { count, ms, before, peak } = JSON.parse(output);
  const mib = Math.round((peak - before) / 1024);
  const each = Math.round(((peak - before) * 1024) / count);
  console.log(`${name}, ${kind}: ${count} user records, ${ms.toFixed(0)} ms, ${mib} MiB at the peak`);
  return { name, mib, each };
}

/** @param {boolean} isKept whether SECURITY.md gets the figures */
function report(isKept) {
  const names = Object.keys(READERS);
  const ofUserRecords = names.map((name) => measured(name, 'userRecords')).sort((a, b) => a.mib - b.mib);
  const ofKeys = Math.max(...names.map((name) => measured(name, 'keys').mib));
  if (!isKept) return;
  const table = tableOf([
    ['way of reading', 'added at the peak', 'for each user record'],
    ...ofUserRecords.map(({ name, mib, each }) => [name, `${mib} MiB`, `${each} bytes`]),
  ]);
  const keys = `A record of 10 MiB that holds nothing but keys adds at most ${ofKeys} MiB, whichever way it is read.`;
  const origin = `(Node ${process.version.slice(1)}, ${process.platform} ${process.arch})`;
  const page = readFileSync(SECURITY, 'utf8');
  writeFileSync(SECURITY, withMeasured(page, 'largest-record', `${table}\n\n${keys}\n${origin}`));
}

const [name, kind] = process.argv.slice(2);
if (kind === undefined) report(name === '--write');
else measure(name, kind).then((found) => console.log(JSON.stringify(found)));
