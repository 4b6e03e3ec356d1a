'use strict';

// JSON read in pieces, however it is cut: the records are those that JSON.parse would find, and memory holds one of them.

const fc = require('fast-check');
const { TextReader } = require('../../lib/cli/input/text-reader');

/** What a reader gives of a text that comes in pieces which end at `cuts`. */
function readInPieces(text, cuts, format) {
  const reader = new TextReader(format);
  const bytes = Buffer.from(text);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const items = [];
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    items.push(...reader.feed(bytes.subarray(from, end)));
    from = end;
  }
  items.push(...reader.finish());
  return items;
}

const everyCut = (text) => Array.from({ length: Buffer.byteLength(text) }, (_, i) => i);
const valuesOf = (items) => items.map(({ kind, text }) => (kind === 'json' ? JSON.parse(text.toString()) : kind));

/** The records of a value, the obvious way. */
function recordsOf(value, isAlone = true) {
  if (Array.isArray(value)) return value.flatMap((one) => recordsOf(one));
  for (const name of ['Records', 'records']) if (Array.isArray(value?.[name])) return recordsOf(value[name]);
  for (const name of ['SubscribeToShardEvent', 'payload']) {
    const inner = value?.[name];
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) continue;
    const found = recordsOf(inner, false);
    if (found !== undefined) return found;
  }
  return isAlone ? [value] : undefined;
}

const name = fc.oneof(fc.constantFrom('Data', 'kinesis', 'a"b\\'), fc.string({ unit: 'binary', maxLength: 4 }));
const { any } = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(0, -1.5e-7, true, null, '"', '\\', '{"Records":[', '[', '}', ''),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(name, tie('any'), { maxKeys: 3 }),
  ),
}));
const record = fc.dictionary(name, any, { maxKeys: 3 });
const around = (inner) =>
  fc
    .tuple(fc.constantFrom('Records', 'records'), inner, record, fc.boolean())
    .map(([field, records, others, isFirst]) =>
      isFirst ? { [field]: records, ...others } : { ...others, [field]: records },
    );
const event = around(fc.array(record, { maxLength: 4 }));
const value = fc.oneof(
  record,
  event,
  fc.array(record, { maxLength: 4 }),
  fc.array(event, { maxLength: 3 }),
  fc
    .tuple(fc.constantFrom('SubscribeToShardEvent', 'payload'), event, record)
    .map(([field, inner, others]) => ({ ...others, [field]: inner })),
  fc.string({ maxLength: 5 }).map((text) => [text]),
);
const layout = fc.constantFrom(undefined, 1, '\t');

test('values one after the other, cut anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 4 }),
      layout,
      fc.array(fc.nat(), { maxLength: 9 }),
      (values, indent, cuts) => {
        const text = values.map((one) => JSON.stringify(one, null, indent)).join('\n');
        expect(valuesOf(readInPieces(text, cuts))).toEqual(values.flatMap((one) => recordsOf(one)));
      },
    ),
    { numRuns: 500 },
  );
});

test('cut at every byte', () => {
  const text =
    '{"a":"\\\\\\"ключ\\\\", "Records" : [ {"b":[1,{"Records":[2]}]} , "x\\\\", -1e5 ,null] , "c":{} } [true]\n"y"\n';
  const values = [{ b: [1, { Records: [2] }] }, 'x\\', -1e5, null, true, 'y'];
  expect(valuesOf(readInPieces(text, everyCut(text)))).toEqual(values);
});

test('a number is at its end where the input is', () => {
  expect(valuesOf(readInPieces('17', [], 'json'))).toEqual([17]);
});

describe('what cannot be read does not end it', () => {
  const found = (text) =>
    readInPieces(text, everyCut(text)).map((item) =>
      item.kind === 'unreadable' ? `${item.line}: ${item.message}` : 'record',
    );

  test.each([
    [
      'a line cut within a string',
      '{"a":"b\n{"a":1}\n',
      ['1: not JSON: a line that ends within a string. --input', 'record'],
    ],
    [
      'a line cut within an object',
      '{"a":1}\n{"a":{"b":1\n{"a":1}\n[2]',
      ['record', '2: not JSON: a value without a comma before it', 'record', 'record'],
    ],
    [
      'a line with a bracket too many',
      '{"a":1}]\n{"a":2}',
      ['record', '1: a line of 1 characters that is not JSON', 'record'],
    ],
    ['two names', '{"a":1 "b":2}\n{}', ['1: not JSON: a value without a comma before it. --', 'record']],
    ['no name', '{1:2}\n{}', ['1: not JSON: something else where the name of a field must be. --', 'record']],
    ['two colons', '{"a"::2}\n{}', ['1: not JSON: a colon where none can be. --', 'record']],
    [
      'a document of many lines that is cut, and another',
      '{\n "Records": [\n {"a":1},\n {"a":\n "b" "c"}\n ]\n}\n{"a":2}\n',
      ['record', '5: not JSON: a value without a comma before it', 'record'],
    ],
    ['the end of the input', '[{"a":1},\n{"a":', ['record', '1: the input ends in the middle of a JSON value']],
    [
      'text',
      'some text\n{"a":1}\nmore text',
      [
        '1: a line of 9 characters that is not JSON, hexadecimal or base64. --input-format',
        'record',
        '3: a line of 9 characters that is not',
      ],
    ],
    ['values too deep', `${'['.repeat(1001)}\n{}`, ['1: not JSON: values more than 1000 deep. --', 'record']],
  ])('%s', (_, text, expected) => {
    const all = found(text);
    expect(all).toHaveLength(expected.length);
    expect(all.map((one, i) => one.slice(0, expected[i].length))).toEqual(expected);
  });

  test('nor what is larger than any record', () => {
    const reader = new TextReader(undefined);
    const items = [...reader.feed(Buffer.from('[{"a":1},"'))];
    const piece = Buffer.alloc(1024 * 1024, 'A');
    for (let i = 0; i < 70; i++) items.push(...reader.feed(piece));
    items.push(...reader.feed(Buffer.from('"]\n{}\n')), ...reader.finish());
    expect(items.map(({ kind }) => kind)).toEqual(['json', 'unreadable', 'json']);
  });
});
