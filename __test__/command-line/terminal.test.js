'use strict';

// What a person sees: no producer steers the terminal of whoever looks at its records, and columns stay columns.

const { aggregate } = require('../..');
const { jsonOf, linesOf, run } = require('../support/command-line');
const { aggregateOf, frame, partitionKeyEntry, recordEntry } = require('../oracle/format');
const { sdkRecord } = require('../support/kinesis-records');

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join('');
/** C0 and DEL, C1, what turns the direction of a line, separators of lines, what is not seen. */
const STEERING = [
  range(0x00, 0x1f) + range(0x7f, 0x9f),
  '\x1b]0;title\x07\x1b[2J\x1b[31m\x9b5m',
  '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069',
  '\u2028\u2029\ufeff\u{e0041}\u00ad',
].join('');

/** Everything but the line feed, which ends a line. */
const steeringIn = (text) =>
  Array.from(text.matchAll(/[^\P{C}\n\u200c\u200d]|[\u2028\u2029]/gu), ([character]) =>
    character.codePointAt(0).toString(16),
  );

const entry = aggregate(
  [
    { partitionKey: `key ${STEERING}`, data: `data ${STEERING}` },
    { partitionKey: 'bytes', data: Buffer.from([0x1b, 0x5b, 0x32, 0x4a, 0x9b, 0xff, 0x41]) },
  ],
  { routing: 'first' },
)[0];
const asJson = ({ Data }, more = {}) => JSON.stringify({ Data: Data.toString('base64'), ...more });
const input = [
  asJson(entry, { PartitionKey: STEERING, SequenceNumber: `7${STEERING}` }),
  // Broken, with the same keys; and unreadable.
  asJson({ Data: Buffer.concat([entry.Data, Buffer.from('x')]) }),
  JSON.stringify({ Data: `\x1b[2J${STEERING}` }),
  `\x1b[2J\x9b${STEERING.replace('\n', '')}`,
].join('\n');

test('these are such characters', () => expect(steeringIn(STEERING).length).toBeGreaterThan(60));

describe.each([
  ['cat'],
  ['cat', '--json'],
  ['cat', '--raw'],
  ['inspect', '--user-records', '--data'],
  ['inspect', '--json', '--user-records', '--data'],
  ['verify', '--data'],
])('%s %s', (...args) => {
  test('shows none of them to a terminal', () => {
    const { stdout, stderr } = run(args, { input, terminals: 'stdout stderr' });
    expect(stdout.length).toBeGreaterThan(100);
    expect(steeringIn(stdout)).toEqual([]);
    expect(steeringIn(stderr)).toEqual([]);
  });
});

test('a file cannot either, by its name', () => {
  expect(steeringIn(run(['cat', `/no/\x1b[2J${STEERING.slice(1)}`]).stderr)).toEqual([]);
});

test('text stays as readable as it was', () => {
  const text = 'plain ключ 漢字 👩‍🚀 \\ "';
  expect(run(['cat'], { input: asJson({ Data: Buffer.from(text) }), terminals: 'stdout' }).stdout).toBe(`${text}\n`);
  const shown = run(['cat'], { input: asJson(entry), terminals: 'stdout' }).stdout;
  expect(shown).toContain('data \\x00\\x01');
  expect(shown).toContain('\\t\\n\\x0b');
  expect(shown).toContain('\\x1b[2J\\x1b[31m\\x9b5m\\u{61c}');
  expect(shown).toContain('\n\\x1b[2J\\x9b\\xffA\n');
});

test('JSON to a terminal says the same', () => {
  const options = { input: asJson(entry) };
  expect(jsonOf(['cat', '--json'], { ...options, terminals: 'stdout' })).toEqual(jsonOf(['cat', '--json'], options));
});

test('into a pipe bytes go as they are', () => {
  expect(run(['cat', '--raw'], { input: asJson(entry) }).stdout.startsWith(`data ${STEERING}`)).toBe(true);
});

describe('the table', () => {
  const long = aggregate(
    Array.from({ length: 12 }, (_, i) => ({
      partitionKey: `${'customer-'.repeat(9)}${i}`,
      data: `{"text":"${'words '.repeat(40)}${i}"}`,
    })),
    { routing: 'first' },
  )[0];
  const wide = aggregateOf([{ partitionKey: '鍵'.repeat(40), explicitHashKey: '5', data: '漢字'.repeat(50) }]);
  const broken = Buffer.from(long.Data);
  broken[300] ^= 1;
  const rows = [
    asJson(long, { SequenceNumber: '49590338271490256608559692538361571095921575989136588898' }),
    asJson({ Data: wide }, { SequenceNumber: '7' }),
    asJson({ Data: broken }),
    asJson({ Data: Buffer.alloc(1_000_000) }),
    JSON.stringify({ Data: 'no base64!' }),
    asJson({ Data: frame(partitionKeyEntry('a'), ...Array.from({ length: 30 }, (_, i) => recordEntry(i, null, 'x'))) }),
  ].join('\n');

  /** Columns that a terminal uses: wide characters take two. */
  const widthOf = (text) =>
    Array.from(text, (c) => (/\p{Script=Han}/u.test(c) ? 2 : 1)).reduce((sum, width) => sum + width, 0);

  test.each([[[]], [['--user-records']], [['--data']]])('has 80 columns at most: inspect %j', (flags) => {
    const lines = linesOf(run(['inspect', ...flags], { input: rows }).stdout);
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([]);
    expect(Math.max(...lines.map(widthOf))).toBeGreaterThan(70);
  });

  test('puts numbers under one another', () => {
    const lines = linesOf(run(['inspect'], { input: rows }).stdout);
    // The bytes of each: behind the number of the record, 6 columns, and the sequence number, 11.
    const ends = lines
      .map((line) => /^ {5}\d .{11} ( *\d+) /.exec(line)?.[1].length)
      .filter((length) => length !== undefined);
    expect(ends).toEqual([8, 8, 8, 8, 8]);
  });

  test('keeps long keys short in the middle', () => {
    const { stdout } = run(['inspect', '--user-records'], { input: rows });
    expect(stdout).toContain(' 49590…88898 ');
    expect(stdout).toContain('custome…omer-0');
    expect(stdout).toContain('custome…mer-11');
    expect(stdout).toContain('鍵鍵鍵…鍵鍵鍵 ');
  });

  test('shows payloads only when asked to', () => {
    expect(run(['inspect', '--user-records'], { input: rows }).stdout).not.toContain('words');
    expect(run(['inspect', '--data'], { input: rows }).stdout).toContain('{"text":"words words word…');
    expect(JSON.stringify(jsonOf(['inspect', '--json', '--user-records'], { input: rows }))).not.toContain('words');
    expect(JSON.stringify(jsonOf(['inspect', '--json', '--data'], { input: rows }))).toContain('words');
  });

  test('lists some user records of a broken one unasked, and all when asked', () => {
    const last = rows.split('\n').at(-1);
    expect(run(['verify'], { input: last }).stdout).toContain('and 20 more: --user-records lists them');
    expect(run(['verify', '--user-records'], { input: last }).stdout).not.toContain(' more');
  });

  test('says the sum in its last line', () => {
    expect(linesOf(run(['inspect'], { input: rows }).stdout).at(-1)).toBe(
      '5 Kinesis records, 14 user records, 2 broken, 1 dropped by a KCL, 1 unreadable',
    );
  });

  test('uses a wider terminal', () => {
    const narrow = linesOf(run(['inspect'], { input: rows }).stdout).length;
    const options = { input: rows, terminals: 'stdout', columns: 140 };
    expect(linesOf(run(['inspect'], options).stdout).length).toBeLessThan(narrow);
    expect(linesOf(run(['inspect'], { ...options, columns: 40 }).stdout)).toHaveLength(narrow);
  });

  test('names the input before its records, where that is not standard input', () => {
    expect(linesOf(run(['inspect'], { input: rows }).stdout)[0]).toMatch(/^ +sequence/);
  });
});

describe('progress', () => {
  const many = `${asJson(aggregate([{ partitionKey: 'a', data: 'x' }])[0])}\n`.repeat(2000);

  test('is shown on standard error, if that is a terminal, and taken away again', () => {
    const { stdout, stderr } = run(['verify', '--json'], { input: many, terminals: 'stderr', slowly: true });
    expect(stdout).toBe('');
    const [before, ...shown] = stderr.split('\r\x1b[K');
    expect({ before, after: shown.pop() }).toEqual({ before: '', after: '' });
    expect(shown.length).toBeGreaterThan(0);
    for (const text of shown) expect(text).toMatch(/^\d+ Kinesis records, \d+ MB read$/);
  });

  test('is not shown to a pipe', () => {
    expect(run(['verify', '--json'], { input: many, slowly: true }).stderr).toBe('');
  });
});

test('every kind of damage is said in words, with its byte', () => {
  const [whole] = aggregate([
    { partitionKey: 'a', data: 'some data' },
    { partitionKey: 'b', data: 'more' },
  ]);
  const says = (Data) => run(['inspect'], { input: asJson({ Data }) }).stdout.replaceAll(/\s+/g, ' ');
  const flipped = Buffer.from(whole.Data);
  flipped[30] ^= 4;
  expect(says(flipped)).toContain('one flipped bit: byte 30 is ');
  expect(says(whole.Data.subarray(0, 40))).toContain('cut off at byte 40: the field at byte ');
  expect(says(Buffer.concat([whole.Data, sdkRecord(whole).Data]))).toContain(
    `the aggregate is whole and ends at byte ${whole.Data.length}, then there are ${whole.Data.length} more, which begin with the magic number`,
  );
});
