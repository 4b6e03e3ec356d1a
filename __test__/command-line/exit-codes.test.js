'use strict';

// Exit codes, and what stands on standard output and standard error.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { gzipSync } = require('node:zlib');
const { aggregate } = require('../..');
const { version } = require('../../package.json');
const { COMMAND, run } = require('../support/command-line');
const { evenShards } = require('../support/shards');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-exit-codes-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const file = (name, content) => {
  fs.writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
};

const [whole] = aggregate([
  { partitionKey: 'a', data: 'one' },
  { partitionKey: 'b', data: 'two' },
]);
const good = JSON.stringify({ ...whole, Data: whole.Data.toString('base64'), SequenceNumber: '7' });
const broken = Buffer.concat([whole.Data, Buffer.from('x')]).toString('base64');
const shards = file(
  'shards.json',
  JSON.stringify({ Shards: evenShards(2).map((shard, i) => ({ ...shard, ShardId: `shardId-${i}` })) }),
);

test('0: all is well', () => {
  for (const command of ['cat', 'inspect', 'verify']) {
    expect(run([command], { input: good })).toMatchObject({ status: 0, stderr: '' });
  }
});

test('0: a broken aggregate that cat passes through, and says so', () => {
  const { status, stdout, stderr } = run(['cat', '--json'], { input: `${good}\n${broken}` });
  expect(status).toBe(0);
  expect(stdout.split('\n')).toHaveLength(4);
  expect(stderr).toMatch(
    /^kinesis-agg: stdin, record 2 \(line 2\): ERR_KPL_CHECKSUM: .*; it is passed through whole\n$/,
  );
});

test('0: inspect of what is broken', () => expect(run(['inspect'], { input: broken }).status).toBe(0));

test('1: verify has found something', () => {
  const { status, stdout, stderr } = run(['verify'], { input: `${good}\n${broken}` });
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  expect(stdout).toMatch(/^ {5}2 .* passed through/m);
  expect(stdout).not.toMatch(/^ {5}1 /m);
  expect(stdout).toMatch(/\n2 Kinesis records, 2 user records, 1 broken, 0 dropped by a KCL\n$/);
});

test.each([
  ['no command', [], /^Usage: kinesis-agg COMMAND/],
  ['an unknown command', ['dump'], /there is no command dump. There are cat, inspect and verify/],
  ['an unknown option', ['cat', '--jsno'], /Unknown option '--jsno'.*kinesis-agg cat --help/],
  ['an option of another command', ['cat', '--shards', 'x'], /Unknown option '--shards'/],
  ['an option without its value', ['cat', '--key'], /'--key <value>' argument missing/],
  ['two options that exclude each other', ['cat', '--json', '--raw'], /exclude each other/],
  ['an unknown form', ['cat', '--input-format', 'xml'], /one of json, base64, hex, binary/],
  ['a position that is none', ['cat', '--after', '7:x'], /--after must be a sequence number/],
  ['a sequence number with leading zeros', ['cat', '--after', '07'], /without leading zeros/],
  ['a file that is not there', ['cat', '/no/such/file'], /ENOENT.*\/no\/such\/file/],
  ['a shard without shards', ['inspect', '--shard', 'shardId-0'], /--shard needs --shards FILE/],
  [
    'a shard that is not among them',
    ['inspect', '--shards', shards, '--shard', 'shardId-9'],
    /no such shard, but shardId-0, shardId-1/,
  ],
  ['shards that are none', ['inspect', '--shards', COMMAND], /not the output of aws kinesis list-shards/],
  [
    'shards without ranges',
    ['inspect', '--shards', file('other.json', '[{"ShardId":"shardId-0"}]')],
    /not the output of/,
  ],
])('2: %s', (_, args, message) => {
  const { status, stdout, stderr } = run(args, { input: good });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/^ +at /m);
});

const unreadable = {
  'a line that is nothing': 'not a record!',
  'JSON that is none': '{"Data":}',
  'JSON that is cut off': `{"Records":[${good},{"Data"`,
  'a number': '[7]',
  'an object without data': '{"PartitionKey":"a"}',
  'data that is no base64': '{"Data":"some text!"}',
  'a sequence number that has lost digits': JSON.stringify({ Data: broken, SequenceNumber: 4.9e55 }),
  'UTF-16': Buffer.from(`\ufeff${good}`, 'utf16le'),
};

test.each(Object.entries(unreadable))('2: %s, and everything else is read', (_, content) => {
  const [first, second] = [file('unreadable', content), file('readable', good)];
  const cat = run(['cat', first, second]);
  expect(cat.status).toBe(2);
  expect(cat.stdout.endsWith('one\ntwo\n')).toBe(true);
  expect(cat.stderr).toMatch(/^kinesis-agg: .*unreadable, record \d+ \(line 1\): /);

  const inspect = run(['inspect', first, second]);
  expect(inspect).toMatchObject({ status: 2, stderr: '' });
  expect(inspect.stdout).toContain('unreadable (line');
  expect(inspect.stdout).toMatch(/, 1 unreadable\n$/);

  const verify = run(['verify', '--json', first, second]);
  expect(verify).toMatchObject({ status: 2, stderr: '' });
  expect(JSON.parse(verify.stdout)).toMatchObject({ input: first, line: 1, unreadable: expect.any(String) });
});

test('2: UTF-16 text is known, since a shell writes it', () => {
  expect(run(['cat'], { input: unreadable['UTF-16'] }).stderr).toContain('UTF-16');
});

test('2: gzip that is cut off, behind what could be read', () => {
  const lines = Array.from({ length: 20_000 }, (_, i) =>
    JSON.stringify({ Data: Buffer.from(`${i} ${Math.sin(i)}`).toString('base64') }),
  );
  const packed = gzipSync(lines.join('\n'));
  const { status, stdout, stderr } = run(['cat'], { input: packed.subarray(0, packed.length / 2) });
  expect(status).toBe(2);
  expect(stdout.split('\n').length).toBeGreaterThan(5000);
  expect(stderr).toContain('the input cannot be read on: unexpected end of file');
});

test('2: no message shows what is in a record', () => {
  const secret = 'SECRET-1234';
  for (const input of [`{"Data":"${secret}!"}`, `{"a":${secret}}`, `${secret}!`, `{"Data":{"a":"${secret}"}}`]) {
    const { status, stderr } = run(['cat'], { input });
    expect(status).toBe(2);
    expect(stderr).not.toContain('SECRET');
  }
});

test('2: standard input is a terminal, and there is no input: it does not wait', () => {
  const { status, stdout, stderr } = run(['inspect'], { terminals: 'stdin' });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^Usage: kinesis-agg inspect /);
});

test.each([[['--help']], [['-h']], [['help']]])('0: %j', (args) => {
  expect(run(args)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/^Usage: kinesis-agg COMMAND/),
  });
});

test.each(['cat', 'inspect', 'verify'])('0: %s --help, of at most 80 columns', (command) => {
  const { status, stdout } = run([command, '--help']);
  expect(status).toBe(0);
  expect(stdout.startsWith(`Usage: kinesis-agg ${command} `)).toBe(true);
  expect(run(['help', command]).stdout).toBe(stdout);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('0: --version', () => {
  expect(run(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  expect(run(['cat', '--version']).stdout).toBe(`${version}\n`);
});

/** Runs it with a hand on its streams. */
function started(args, preload = []) {
  const child = spawn(process.execPath, [...preload, COMMAND, ...args]);
  const ended = new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal })));
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return { child, ended, stderrOf: () => stderr };
}

test.each(['cat', 'inspect'])('0: %s, whose reader has seen enough', async (command) => {
  const { child, ended, stderrOf } = started([command]);
  child.stdin.on('error', () => {});
  child.stdout.once('data', () => child.stdout.destroy());
  const lines = `${good}\n`.repeat(1000);
  for (let i = 0; i < 200 && child.stdin.writable; i++) {
    if (!child.stdin.write(lines)) await Promise.race([once(child.stdin, 'drain'), ended]).catch(() => {});
  }
  child.stdin.end();
  expect(await ended).toEqual({ status: 0, signal: null });
  expect(stderrOf()).toBe('');
});

test('what is there is written while the input waits, and 130 on Ctrl-C', async () => {
  const { child, ended, stderrOf } = started(['cat'], ['--require', path.join(__dirname, '../support/interrupt.js')]);
  child.stdin.write(`${good}\n`);
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  expect(await ended).toEqual({ status: 130, signal: null });
  expect({ stdout, stderr: stderrOf() }).toEqual({ stdout: 'one\ntwo\n', stderr: '' });
});

test('2: a file of a folder that cannot be read, and the others are', () => {
  const several = fs.mkdtempSync(path.join(folder, 'several-'));
  fs.symlinkSync(path.join(several, 'nowhere'), path.join(several, 'a'));
  fs.writeFileSync(path.join(several, 'b'), good);
  const { status, stdout, stderr } = run(['cat', several]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: 'one\ntwo\n' });
  expect(stderr).toMatch(/^kinesis-agg: .*a, record 1 \(line 1\): the input cannot be read on: ENOENT/);
});
