'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const { existsSync, readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { aggregate, deaggregate } = require('..');
const { blocksOf } = require('../scripts/doc-blocks');
const { filled, pages } = require('../scripts/fill-docs');
const { effectiveHashKey } = require('./oracle/hash-key');
const { promisedOutput } = require('./support/doc-examples');
const { EXAMPLES, example, kinesisEvent, printedBy } = require('./support/examples');
const { sdkRecord } = require('./support/kinesis-records');

const ROOT = path.join(__dirname, '..');
const read = (name) => readFileSync(path.join(ROOT, name), 'utf8');

/** Languages of programs: what such a block shows runs here. */
const PROGRAMS = new Set(['js', 'ts']);
/** What configures or drives other tools, and what is output. `npm test -- peers` runs what is Python. */
const OTHERS = new Set(['sh', 'text', 'yaml', 'json', 'dockerfile', 'diff', 'python']);
const { parse: parseYaml } = require(require.resolve('yaml', { paths: [require.resolve('typedoc')] }));

describe.each(pages())('%s', (page) => {
  const blocks = blocksOf(read(page));

  test('shows the files of examples/ as they are', () => {
    expect(filled(page)).toBe(read(page));
  });

  for (const { language, code, line, file, reason } of blocks) {
    if (PROGRAMS.has(language) && !file && !reason) {
      test(`runs, line ${line}`, async () => {
        expect(await printedBy(code, { typescript: language === 'ts' })).toEqual(promisedOutput(code.split('\n')));
      });
    }
    if (language === 'yaml') {
      // It warns of CloudFormation's own tags.
      test(`is YAML, line ${line}`, () => expect(parseYaml(code, { logLevel: 'error' })).toBeInstanceOf(Object));
    }
    if (language === 'json') test(`is JSON, line ${line}`, () => expect(() => JSON.parse(code)).not.toThrow());
    if (language === 'sh') {
      test(`is a shell script, line ${line}`, () => {
        expect(spawnSync('sh', ['-n'], { input: code, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
      });
    }
  }

  test('leaves few programs unrun, and says why', () => {
    expect(blocks.filter(({ reason }) => reason).length).toBeLessThanOrEqual(2);
  });

  test('has no other kind of block', () => {
    const languages = blocks.map(({ language }) => language);
    expect(languages.filter((language) => !PROGRAMS.has(language) && !OTHERS.has(language))).toEqual([]);
  });

  test('names files and headings that exist', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
    const broken = links.filter(([, file, heading]) => {
      const target = file === '' ? path.join(ROOT, page) : path.join(ROOT, path.dirname(page), file);
      if (!existsSync(target)) return true;
      return heading !== undefined && !headingsOf(readFileSync(target, 'utf8')).has(heading);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...read(page).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(markdown) {
  const headings = markdown.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text]) =>
      text
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('docs/deploying.md', () => {
  const blocks = blocksOf(read('docs/deploying.md'));
  const yaml = blocks.filter(({ language }) => language === 'yaml').map(({ code }) => parseYaml(code));
  const script = read('examples/bundlers/esbuild-esm.js');

  test('says everywhere how the addons are copied, as the script that is run says it', () => {
    expect(script).toContain("loader: { '.node': 'copy' }");
    const [{ Metadata }] = yaml.filter((each) => each.Metadata);
    expect(Metadata.BuildProperties.Loader).toEqual(['.node=copy']);
    const commands = blocks.filter(({ code }) => code.startsWith('esbuild ')).map(({ code }) => code);
    expect(commands.length).toBeGreaterThan(1);
    for (const command of commands) expect(command).toContain('--loader:.node=copy');
    expect(blocks.find(({ code }) => code.includes('NodejsFunction')).code).toContain("loader: { '.node': 'copy' }");
  });

  test('has everywhere the banner of the script that is run', () => {
    const [banner] = /import \{ createRequire \}.*?\(import\.meta\.url\);/.exec(script);
    const withBanner = blocks.filter(({ code }) => code.includes('createRequire'));
    expect(withBanner.map(({ language }) => language)).toEqual(['js', 'sh', 'ts', 'yaml']);
    for (const { code } of withBanner) expect(code).toContain(banner);
    expect(yaml.find(({ Banner }) => Banner).Banner).toEqual([`js=${banner}`]);
  });

  test('leaves the package outside where it says so', () => {
    const external = yaml.flatMap(({ build, custom }) => (build ?? custom)?.esbuild ?? []);
    expect(external).toEqual([
      { bundle: true, external: ['kinesis-agg'] },
      { bundle: true, external: ['kinesis-agg'] },
    ]);
  });
});

test('README.md has at most 250 lines', () => {
  expect(read('README.md').split('\n').length - 1).toBeLessThanOrEqual(250);
});

test('some page names every example', () => {
  const examples = readdirSync(EXAMPLES).filter((name) => /\.(mjs|ts)$/.test(name));
  const text = pages().map(read).join('');
  expect(examples.filter((name) => !text.includes(`examples/${name}`))).toEqual([]);
});

test('each example loads as Node loads it', () => {
  // A test needs its runner.
  const names = readdirSync(EXAMPLES).filter((name) => name.endsWith('.mjs') && !name.endsWith('.test.mjs'));
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
  for (const { partitionKey, explicitHashKey } of kept) {
    expect(effectiveHashKey(partitionKey, explicitHashKey)).toBeLessThan(2n ** 127n);
  }
});

describe('buffering-producer.ts', () => {
  const { BufferingProducer } = example('buffering-producer.ts');
  const large = { partitionKey: 'a', data: Buffer.alloc(900_000) };

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('sends what closes at once, and the rest after its time', async () => {
    const put = jest.fn(async () => {});
    const producer = new BufferingProducer(put, () => {}, 100);
    producer.add(large);
    producer.add(large);
    await jest.advanceTimersByTimeAsync(0);
    expect(put.mock.calls.map(([entries]) => entries.length)).toEqual([1]);
    await jest.advanceTimersByTimeAsync(100);
    expect(put.mock.calls.map(([entries]) => entries.length)).toEqual([1, 1]);
    await jest.advanceTimersByTimeAsync(1000);
    await producer.flush();
    expect(put).toHaveBeenCalledTimes(2);
  });

  test('tells of entries that were given up, and goes on', async () => {
    const refusal = new Error('refused');
    const put = jest.fn(async () => {});
    put.mockRejectedValueOnce(refusal);
    const onFailed = jest.fn();
    const producer = new BufferingProducer(put, onFailed, 100);
    producer.add(large);
    producer.add(large);
    await producer.flush();
    expect(onFailed.mock.calls).toEqual([[refusal, put.mock.calls[0][0]]]);
    expect(put).toHaveBeenCalledTimes(2);
  });

  test('flush resolves when all has been sent', async () => {
    let done = false;
    const put = () => new Promise((resolve) => setTimeout(resolve, 5000)).then(() => (done = true));
    const producer = new BufferingProducer(put, () => {}, 100);
    producer.add({ partitionKey: 'a', data: 'x' });
    const flushed = producer.flush();
    await jest.advanceTimersByTimeAsync(5000);
    await flushed;
    expect(done).toBe(true);
  });
});

describe('firehose.mjs', () => {
  const { handler } = example('firehose.mjs');
  const answer = (recordId, text) => ({ recordId, result: 'Ok', data: Buffer.from(text).toString('base64') });

  test('gives one answer for each recordId', async () => {
    const [entry] = aggregate(['one', 'two'].map((data) => ({ partitionKey: 'a', data })));
    const records = [
      { recordId: '1', data: entry.Data.toString('base64'), approximateArrivalTimestamp: 1 },
      { recordId: '2', data: Buffer.from('plain').toString('base64'), approximateArrivalTimestamp: 1 },
    ];
    expect(await handler({ records })).toEqual({ records: [answer('1', 'one\ntwo\n'), answer('2', 'plain\n')] });
  });
});

test('sdk-v2-entries.mjs gives no field that the SDK v2 does not know', () => {
  const { entriesOf } = example('sdk-v2-entries.mjs');
  const entries = entriesOf([{ partitionKey: 'a', data: 'x' }]);
  expect(entries.map((entry) => Object.keys(entry).sort())).toEqual([['Data', 'ExplicitHashKey', 'PartitionKey']]);
  const [{ Data, PartitionKey }] = entries;
  expect(deaggregate({ Data, PartitionKey, SequenceNumber: '1' })).toHaveLength(1);
});
