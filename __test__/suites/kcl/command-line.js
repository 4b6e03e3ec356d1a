'use strict';

// What `kinesis-agg inspect` says that a KCL does with a record, against what it does: the vectors and hostile blobs, each on
// a shard of its own.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { OUTER_PARTITION_KEY } = require('./blobs');
const { batch } = require('./comparison');
const { drawn } = require('./hostile');
const { VECTORS } = require('./vectors');
const { jsonOf } = require('../../support/command-line');
const { Random } = require('../../support/random');

const BLOBS = 3000;

async function testCommandLine(report, kcl, seed) {
  report.heading(`what inspect says of the vectors and of ${BLOBS} hostile blobs`);
  const random = new Random(seed);
  const cases = [
    ...VECTORS.map(({ data }) => ({ data, range: undefined })),
    ...Array.from({ length: BLOBS }, () => drawn(random)).map(({ blobs: [data], range }) => ({ data, range })),
  ];
  const answers = await kcl.ask(cases.map(({ data, range }) => batch([data], range)));
  const rows = inspected(cases);
  cases.forEach(({ data, range }, i) => {
    report.check(`inspect, ${JSON.stringify(range ?? 'without a range')} ${data.toString('base64')}`, () => {
      const handedOn = answers[i].records;
      const { kcl: says, lost, userRecords } = rows[i];
      if (handedOn.length === 1 && !handedOn[0].aggregated) {
        assert.match(says, /^passed through: /);
        assert.equal(lost, 0);
      } else {
        assert.doesNotMatch(says, /^passed through/);
        assert.equal(lost, userRecords - handedOn.length, says);
      }
    });
  });
}

/** One line of `inspect --json` for each, whose shard stands in its eventID. */
function inspected(cases) {
  const Shards = cases.flatMap(({ range }, i) => {
    if (range === undefined) return [];
    return { ShardId: `shardId-${i}`, HashKeyRange: { StartingHashKey: range.start, EndingHashKey: range.end } };
  });
  const records = cases.map(({ data }, i) => ({
    eventID: `shardId-${i}:${i}`,
    kinesis: { partitionKey: OUTER_PARTITION_KEY, sequenceNumber: String(i), data: data.toString('base64') },
  }));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-kcl-'));
  try {
    const shards = path.join(folder, 'shards.json');
    fs.writeFileSync(shards, JSON.stringify({ Shards }));
    const rows = (these, ...flags) =>
      jsonOf(['inspect', '--json', ...flags], { input: these.map((record) => JSON.stringify(record)).join('\n') });
    // Where there is no range, there must be no shards either, or all of them would be asked.
    const withRange = rows(
      records.filter((_, i) => cases[i].range),
      '--shards',
      shards,
    );
    const without = rows(records.filter((_, i) => !cases[i].range));
    return cases.map(({ range }) => (range ? withRange : without).shift());
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

module.exports = { testCommandLine };
