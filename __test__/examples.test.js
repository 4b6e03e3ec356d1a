'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { aggregate } = require('..');
const { EXAMPLES, example, kinesisEvent } = require('./support/examples');
const { sdkRecord } = require('./support/kinesis-records');

const ROOT = path.join(__dirname, '..');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** Blocks of README.md, with the file that the line before each names. */
function codeBlocks() {
  const fences = README.matchAll(
    /(?:<!-- examples\/(?<file>\S+) -->\n)?^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$/gm,
  );
  return [...fences].map(({ groups }) => /** @type {Record<string, string>} */ (groups));
}

describe('README.md', () => {
  const blocks = codeBlocks();

  test.each(blocks.filter(({ file }) => file).map(({ file, code }) => [file, code]))(
    'shows examples/%s',
    (file, code) => {
      expect(code).toBe(readFileSync(path.join(EXAMPLES, file), 'utf8'));
    },
  );

  test('shows no other program', () => {
    const others = blocks.filter(({ file }) => !file).map(({ language }) => language);
    expect(others.filter((language) => !['sh', 'text', 'yaml', 'dockerfile', 'diff'].includes(language))).toEqual([]);
  });

  test('names every example', () => {
    const examples = readdirSync(EXAMPLES).filter((name) => /\.(mjs|ts)$/.test(name));
    expect(examples.filter((name) => !README.includes(name))).toEqual([]);
  });

  test('shows commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const named = [...README.matchAll(/npm (?:run (?:--silent )?)?(demo|test|lint|docs|build|bench|test:\w+)\b/g)].map(
      ([, name]) => name,
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('each example loads as Node loads it', () => {
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith('.mjs'));
  const imports = names.map((name) => `await import('./${name}');`).join('\n');
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', imports], {
    cwd: EXAMPLES,
    encoding: 'utf8',
  });
  expect({ status, stderr: stderr.replace(/\(node:\d+\) Warning: NodeVersionSupportWarning[\s\S]*/, '') }).toEqual({
    status: 0,
    stderr: '',
  });
});

test('the TypeScript examples pass tsc, strict and with library checks', () => {
  const tsc = require.resolve('typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', EXAMPLES], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
}, 120_000);

test('round-trip.mjs prints what its comments say', () => {
  const file = path.join(EXAMPLES, 'round-trip.mjs');
  const said = [...readFileSync(file, 'utf8').matchAll(/(?:^|; )\/\/ (\S+ \d.*)$/gm)].map(([, text]) => text);
  expect(execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim().split('\n')).toEqual(said);
});

describe.each(['lambda-handler.ts', 'lambda-handler.mjs'])('%s', (name) => {
  const { handler } = example(name);

  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation(() => {});
    jest.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => jest.restoreAllMocks());

  test('handles every user record of an event', async () => {
    await expect(handler(kinesisEvent())).resolves.toEqual({ batchItemFailures: [] });
    expect(/** @type {jest.Mock} */ (console.log).mock.calls).toEqual([
      ['device-1', '20.5'],
      ['device-2', '21.0'],
      ['device-1', '20.8'],
      ['device-4', '18.0'],
      ['device-3', '19.3'],
      ['device-2', '21.5'],
    ]);
  });

  test('names the Kinesis record at which it stopped, and goes no further', async () => {
    const event = kinesisEvent();
    event.Records[1].kinesis.data = Buffer.from('no JSON').toString('base64');
    const { sequenceNumber } = event.Records[1].kinesis;
    await expect(handler(event)).resolves.toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber }] });
    expect(console.log).toHaveBeenCalledTimes(3);
  });
});

describe('lambda-handler.test.ts, as it stands', () => {
  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation(() => {});
    jest.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => jest.restoreAllMocks());

  example('lambda-handler.test.ts');
});

test('unchanged-handler.ts sees user records as Lambda records', async () => {
  const { handler } = example('unchanged-handler.ts');
  await expect(handler(kinesisEvent())).resolves.toBe(6);
});

test('iterate.mjs stops at the record that it looks for', () => {
  const { firstOf } = example('iterate.mjs');
  const { Records } = kinesisEvent();
  expect(firstOf(Records, 'device-4').data.toString()).toBe('{"celsius":18}');
  expect(firstOf([Records[0], 'not a record'], 'device-2').subSequenceNumber).toBe(1);
  expect(firstOf(Records, 'device-5')).toBeUndefined();
});

test('decode.mjs gives the lines of an event', () => {
  expect(example('decode.mjs').linesOf(kinesisEvent())).toEqual([
    'device-1 {"celsius":20.5}',
    'device-2 {"celsius":21}',
    'device-1 {"celsius":20.75}',
    'device-4 {"celsius":18}',
    'device-3 {"celsius":19.25}',
    'device-2 {"celsius":21.5}',
  ]);
});

describe('broken-records.mjs', () => {
  const { wholeRecords, allOrNothing } = example('broken-records.mjs');
  const [entry] = aggregate([{ partitionKey: 'a', data: 'x' }]);
  const damaged = { ...entry, Data: Buffer.from(entry.Data) };
  damaged.Data[damaged.Data.length - 1] ^= 1;
  const records = [sdkRecord(entry), sdkRecord(damaged)];

  test('keeps what is whole and tells of the rest', () => {
    const onBroken = jest.fn();
    expect(wholeRecords(records, onBroken)).toHaveLength(1);
    expect(onBroken.mock.calls).toEqual([[expect.objectContaining({ code: 'ERR_KPL_CHECKSUM' }), records[1]]]);
  });

  test('or takes all or nothing', () => {
    const error = jest.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => allOrNothing(records)).toThrow(expect.objectContaining({ code: 'ERR_KPL_CHECKSUM' }));
    expect(error).toHaveBeenCalledWith('Kinesis record 1: ERR_KPL_CHECKSUM');
    error.mockRestore();
  });
});

test('kept-by-shard.mjs tells what a KCL consumer drops', () => {
  const { keptByShard } = example('kept-by-shard.mjs');
  const records = ['a', 'b', 'c', 'd', 'e', 'f'].map((partitionKey) => ({ partitionKey, data: 'x' }));
  const half = { HashKeyRange: { StartingHashKey: '0', EndingHashKey: String(2n ** 127n - 1n) } };
  const read = (routing) => aggregate(records, { routing }).map((entry) => sdkRecord(entry));
  expect(keptByShard(read('first'), half)).toEqual({ kept: [], dropped: 6 });
  const { kept, dropped } = keptByShard(read({ lanes: 2 }), half);
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.length + dropped).toBe(6);
  for (const { explicitHashKey } of kept) expect(BigInt(explicitHashKey)).toBeLessThan(2n ** 127n);
});

describe('buffering-producer.ts', () => {
  const { BufferingProducer } = example('buffering-producer.ts');

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('hands over what is full at once, and the rest after its time', () => {
    const put = jest.fn();
    const producer = new BufferingProducer(put, 100);
    producer.add({ partitionKey: 'a', data: Buffer.alloc(30_000) });
    producer.add({ partitionKey: 'a', data: Buffer.alloc(30_000) });
    expect(put.mock.calls.map(([entries]) => entries.length)).toEqual([1]);
    jest.advanceTimersByTime(100);
    expect(put.mock.calls.map(([entries]) => entries.length)).toEqual([1, 1]);
    jest.advanceTimersByTime(1000);
    producer.flush();
    expect(put).toHaveBeenCalledTimes(2);
  });
});
