'use strict';

// docs/command-line.md: what the page shows below a script is what the script prints, here, with an `aws` of our own.
// `node __test__/command-line/page.js` writes it into the page.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { gzipSync } = require('node:zlib');
const { aggregate } = require('../..');
const { COMMAND } = require('../support/command-line');
const { lambdaRecord, sdkRecord } = require('../support/kinesis-records');
const { evenShards } = require('../support/shards');

const PAGE = path.join(__dirname, '../../docs/command-line.md');
const SCRIPT = /(```sh\n([\s\S]*?)```\n\n```text\n)([\s\S]*?)(?=```)/g;

/** The page as it should be. */
function filled(page) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-page-'));
  try {
    layOut(folder);
    return page.replace(SCRIPT, (_, before, script) => before + printedBy(script, folder));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function printedBy(script, folder) {
  const env = {
    ...process.env,
    PATH: `${path.join(folder, 'bin')}${path.delimiter}${process.env.PATH}`,
    ITERATOR: 'AAAA',
  };
  // As a terminal shows it: messages among the output.
  return spawnSync('sh', ['-c', `exec 2>&1\n${script}`], { cwd: folder, env, encoding: 'utf8' }).stdout;
}

function layOut(folder) {
  const write = (name, content, mode = 0o644) => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content, { mode });
  };
  const [one, two, , four] = batch();
  const event = JSON.stringify({ Records: [one, two, four].map(({ entry, number }) => lambdaRecord(entry, number)) });
  const withBase64 = ({ entry, number }) => ({ ...sdkRecord(entry, number), Data: entry.Data.toString('base64') });
  write('answers/get-records', JSON.stringify({ Records: batch().map(withBase64), MillisBehindLatest: 0 }));
  const Shards = evenShards(2).map((shard, i) => ({ ...shard, ShardId: `shardId-00000000000${i}` }));
  write('answers/list-shards', JSON.stringify({ Shards }));
  write('answers/cp', JSON.stringify({ requestContext: {}, payload: event }));
  write('answers/filter-log-events', `2026-11-25T21:32:03.402Z\t7c1f\tINFO\t${event}\nEND RequestId: 7c1f\n`);
  write('answers/sync', '');
  write('batches/1.json', JSON.stringify(withBase64(one)));
  write('batches/25/2.json.gz', gzipSync(JSON.stringify([withBase64(four)])));
  write('record.bin', two.entry.Data);
  // Its second word names the answer: `aws kinesis get-records`.
  write('bin/aws', `#!/bin/sh\ncat "$(dirname "$0")/../answers/$2"\n`, 0o755);
  write('bin/npx', `#!/bin/sh\nshift\nexec '${process.execPath}' '${COMMAND}' "$@"\n`, 0o755);
}

/** Records of a stream: one as the package writes them, one of the KPL's kind, one damaged on its way, one that is plain. */
function batch() {
  const reading = (device, celsius) => ({ partitionKey: `device-${device}`, data: JSON.stringify({ celsius }) });
  const [pinned] = aggregate([reading(1, 20.5), reading(2, 21), reading(1, 20.75)]);
  const [mixed] = aggregate([reading(3, 19.25), reading(1, 21.5), reading(4, 18)], { routing: 'first' });
  const [damaged] = aggregate([reading(6, 20.5), reading(3, 19.5)]);
  damaged.Data[damaged.Data.length - 25] ^= 0x08;
  const plain = { PartitionKey: 'device-5', Data: Buffer.from('{"celsius":17}') };
  const first = 49590338271490256608559692538361571095921575989136588898n;
  return [pinned, mixed, damaged, plain].map((entry, i) => ({ entry, number: String(first + BigInt(i)) }));
}

module.exports = { PAGE, SCRIPT, filled };

if (require.main === module) fs.writeFileSync(PAGE, filled(fs.readFileSync(PAGE, 'utf8')));
