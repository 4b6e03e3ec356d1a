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

function largestRecord() {
  const room = MAX_RECORD_BYTES - MAGIC.length - KEY.length - DIGEST_BYTES - 'a'.length;
  const message = Buffer.concat([
    KEY,
    Buffer.alloc(Math.floor(room / USER_RECORD.length) * USER_RECORD.length, USER_RECORD),
  ]);
  const Data = Buffer.concat([MAGIC, message, createHash('md5').update(message).digest()]);
  return { Data, PartitionKey: 'a', SequenceNumber: '1' };
}

/** In a process of its own: the system's word on how large it ever was. */
async function measure(name) {
  const face = require('..');
  const record = largestRecord();
  face.deaggregate({ Data: Buffer.from('loaded') });
  const before = process.resourceUsage().maxRSS;
  const from = process.hrtime.bigint();
  const count = await READERS[name](face, record);
  const ms = Number(process.hrtime.bigint() - from) / 1e6;
  return { name, count, ms, before, peak: process.resourceUsage().maxRSS };
}

/** @param {boolean} isKept whether SECURITY.md gets the figures */
function report(isKept) {
  const lines = Object.keys(READERS).map((name) => {
    const measured = execFileSync(process.execPath, [__filename, name], { encoding: 'utf8' });
    const { count, ms, before, peak } = JSON.parse(measured);
    const mib = ((peak - before) / 1024).toFixed(0);
    const each = (((peak - before) * 1024) / count).toFixed(0);
    console.log(`${name}: ${count} user records, ${ms.toFixed(0)} ms, ${mib} MiB at the peak, ${each} bytes each`);
    return { name, mib, each };
  });
  if (!isKept) return;
  lines.sort((a, b) => Number(a.mib) - Number(b.mib));
  const table = tableOf([
    ['way of reading', 'added at the peak', 'for each user record'],
    ...lines.map(({ name, mib, each }) => [name, `${mib} MiB`, `${each} bytes`]),
  ]);
  const origin = `Node ${process.version.slice(1)}, ${process.platform} ${process.arch}.`;
  const page = readFileSync(SECURITY, 'utf8');
  writeFileSync(SECURITY, withMeasured(page, 'largest-record', `${table}\n\n${origin}`));
}

if (process.argv[2] === undefined || process.argv[2] === '--write') report(process.argv[2] === '--write');
else measure(process.argv[2]).then((found) => console.log(JSON.stringify(found)));
