'use strict';

// What `inspect` says of a KCL, and what `verify` finds, is what a KCL does: over all vectors, on every kind of shard.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { aggregate, deaggregate } = require('../..');
const { jsonOf, run } = require('../support/command-line');
const { MAGIC, explicitHashKeyEntry, frame, partitionKeyEntry, recordEntry } = require('../oracle/format');
const { MAX_HASH_KEY, hashKeyOf } = require('../oracle/hash-key');
const { judge } = require('../oracle/kcl');
const { evenShards } = require('../support/shards');
const { vectors } = require('../support/vectors');
const { lambdaRecord, firehoseRecord, sdkRecord } = require('../support/kinesis-records');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-verify-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A file of shards that share all hash keys evenly. */
function shardFile(count) {
  const Shards = evenShards(count).map((shard, i) => ({ ...shard, ShardId: `shardId-${i}` }));
  const file = path.join(folder, `${count}.json`);
  fs.writeFileSync(file, JSON.stringify({ Shards }));
  return { file, Shards };
}

const VECTORS = [
  ...vectors('good').map((row) => ({ name: row.id, data: Buffer.from(row.aggregatedBase64, 'base64') })),
  ...vectors('bad').map((row) => ({ name: row.case, data: Buffer.from(row.base64, 'base64') })),
];
const input = VECTORS.map(({ data }) => JSON.stringify({ Data: data.toString('base64') })).join('\n');

/** Aggregates that no KCL sees: it passes them through. */
const WRAPPED = [
  'frame-wrong-magic-last-byte',
  'frame-magic-reversed',
  'frame-leading-byte',
  'frame-base64-text',
  'frame-gzip',
];

/** What a KCL makes of the vector, by the oracle that is on trial beside the KCL itself. */
function expectedOf({ name, data }, range) {
  const judgement = judge(data);
  const handedOn = judgement.kcl(range);
  const isBroken = (handedOn.raw && data.subarray(0, 4).equals(MAGIC)) || judgement.brokenIndex;
  const lost = handedOn.raw ? 0 : judgement.aggregate.records.length - handedOn.records.length;
  return { name, isBroken, lost, isFound: isBroken || lost > 0 || WRAPPED.includes(name) };
}

describe.each([
  ['without shards', [], undefined],
  [
    'on the one shard of a stream',
    ['--shards', shardFile(1).file, '--shard', 'shardId-0'],
    { start: '0', end: String(MAX_HASH_KEY) },
  ],
  ...[0, 1].map((i) => {
    const { file, Shards } = shardFile(2);
    const { StartingHashKey, EndingHashKey } = Shards[i].HashKeyRange;
    return [
      `on shard ${i} of two`,
      ['--shards', file, '--shard', `shardId-${i}`],
      { start: StartingHashKey, end: EndingHashKey },
    ];
  }),
])('%s', (_, flags, range) => {
  const expected = VECTORS.map((vector) => expectedOf(vector, range));

  test('inspect counts what a KCL loses of each vector', () => {
    const rows = jsonOf(['inspect', '--json', ...flags], { input });
    const found = rows.map(({ decodeError, lost }, i) => ({
      name: VECTORS[i].name,
      isBroken: decodeError !== undefined,
      lost,
    }));
    expect(found).toEqual(expected.map(({ name, isBroken, lost }) => ({ name, isBroken, lost })));
  });

  test('verify shows those, and no others', () => {
    const rows = jsonOf(['verify', '--json', ...flags], { input });
    expect(rows.map(({ record }) => VECTORS[record - 1].name)).toEqual(
      expected.filter(({ isFound }) => isFound).map(({ name }) => name),
    );
    expect(run(['verify', ...flags], { input }).status).toBe(1);
  });
});

test('of a vector that the vectors expect to pass through, the KCL is said to pass it through', () => {
  const rows = jsonOf(['inspect', '--json'], { input });
  vectors('bad').forEach(({ expected: { kind } }, i) => {
    const { kcl } = rows[i + vectors('good').length];
    if (kind === 'passthrough') expect(kcl).toMatch(/^passed through: /);
    if (kind === 'records') expect(kcl).not.toMatch(/^passed through/);
    if (kind === 'broken') expect(kcl).toMatch(/user records kept, the rest lost: user record \d+ points to no /);
  });
});

describe('the words', () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  const records = keys.map((partitionKey) => ({ partitionKey, data: 'x' }));
  const [mixed] = aggregate(records, { routing: 'first' });
  const [pinned] = aggregate(records);
  const { file, Shards } = shardFile(2);
  const ofShard = (i) => {
    const { StartingHashKey, EndingHashKey } = Shards[i].HashKeyRange;
    return keys.filter((key) => hashKeyOf(key) < BigInt(StartingHashKey) || hashKeyOf(key) > BigInt(EndingHashKey))
      .length;
  };
  const owner = hashKeyOf('a') <= BigInt(Shards[0].HashKeyRange.EndingHashKey) ? 0 : 1;
  const kclOf = (record, ...flags) => jsonOf(['inspect', '--json', ...flags], { input: JSON.stringify(record) })[0].kcl;
  const asJson = (entry) => ({ ...sdkRecord(entry), Data: entry.Data.toString('base64') });
  const frameOf = (...pieces) => ({ Data: frame(...pieces).toString('base64') });

  test.each([
    ['one hash key: kept by the shard that owns it', asJson(pinned), []],
    ['6 hash keys: dropped unless one shard owns them all', asJson(mixed), []],
    [`kept if it lies in shardId-${owner}`, asJson(pinned), ['--shards', file]],
    ['dropped: no shard owns all 6 hash keys', asJson(mixed), ['--shards', file]],
    ['kept', asJson(pinned), ['--shards', file, '--shard', `shardId-${owner}`]],
    [
      `dropped: 6 of 6 user records outside shardId-${1 - owner}`,
      asJson(pinned),
      ['--shards', file, '--shard', `shardId-${1 - owner}`],
    ],
    [
      `dropped: ${ofShard(1)} of 6 user records outside shardId-1`,
      asJson(mixed),
      ['--shards', file, '--shard', 'shardId-1'],
    ],
    // A record that says where it lies.
    [
      `dropped: ${ofShard(0)} of 6 user records outside shardId-0`,
      { ...lambdaRecord(mixed), eventID: 'shardId-0:1' },
      ['--shards', file],
    ],
    ['passed through: not aggregated', { Data: Buffer.from('text').toString('base64') }, []],
    ['passed through: the checksum is wrong', { Data: Buffer.concat([pinned.Data, MAGIC]).toString('base64') }, []],
    ['passed through: the message is malformed', frameOf(Buffer.from('07', 'hex')), []],
    [
      'passed through: not aggregated, but hexadecimal text of an aggregate',
      { Data: Buffer.from(pinned.Data.toString('hex')).toString('base64') },
      [],
    ],
    ['nothing comes out: it holds no user records', frameOf(partitionKeyEntry('a')), []],
    [
      '1 of 2 user records kept, the rest lost: user record 1 points to no partition key',
      frameOf(partitionKeyEntry('a'), recordEntry(0, null, 'x'), recordEntry(1, null, 'y')),
      [],
    ],
    [
      '0 of 1 user records kept, the rest lost: user record 0 has an explicit hash key that is not a number',
      frameOf(partitionKeyEntry('a'), explicitHashKeyEntry('x'), recordEntry(0, 0, 'x')),
      [],
    ],
    [
      'dropped: 1 of 1 user records outside every shard',
      frameOf(partitionKeyEntry('a'), explicitHashKeyEntry('-1'), recordEntry(0, 0, 'x')),
      [],
    ],
    ['kept: it was taken apart before', { ...asJson(mixed), SubSequenceNumber: 4 }, []],
  ])('%s', (words, record, flags) => expect(kclOf(record, ...flags)).toBe(words));

  test('--shard says where all records lie, whatever they say themselves', () => {
    const record = { ...lambdaRecord(mixed), eventID: 'shardId-0:1' };
    expect(kclOf(record, '--shards', file, '--shard', 'shardId-1')).toMatch(/ outside shardId-1$/);
  });

  test('a shard that a record names in other shapes', () => {
    const record = firehoseRecord(mixed);
    record.kinesisRecordMetadata.shardId = 'shardId-1';
    expect(kclOf(record, '--shards', file)).toBe(`dropped: ${ofShard(1)} of 6 user records outside shardId-1`);
  });

  test('what is dropped is what hashKeyRange drops', () => {
    const isDropped = (entry, i) =>
      deaggregate(sdkRecord(entry), { hashKeyRange: Shards[i].HashKeyRange }).length === 0;
    for (const entry of [mixed, pinned]) {
      for (const i of [0, 1]) {
        expect(kclOf(asJson(entry), '--shards', file, '--shard', `shardId-${i}`).startsWith('dropped')).toBe(
          isDropped(entry, i),
        );
      }
    }
  });

  test('several hash keys without a shard to judge by are no finding: the KPL itself writes them', () => {
    expect(run(['verify'], { input: JSON.stringify(asJson(mixed)) }).status).toBe(0);
    expect(run(['verify', '--shards', file], { input: JSON.stringify(asJson(mixed)) }).status).toBe(1);
  });
});
