'use strict';

// Every form in which Kinesis records reach the command line, told by its content: each gives the same user records.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { gzipSync } = require('node:zlib');
const { aggregate, deaggregate } = require('../..');
const { jsonOf, run } = require('../support/command-line');
const {
  SHAPES,
  directPutRecord,
  firehoseRecord,
  lambdaPayload,
  lambdaRecord,
  sdkRecord,
} = require('../support/kinesis-records');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-inputs-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const [one] = aggregate(
  [
    { partitionKey: 'ключ', data: 'some "text"\n\\ and 漢字' },
    { partitionKey: 'b', explicitHashKey: '7', data: Buffer.from([0xff, 0x00, 0xfe]) },
  ],
  { routing: 'first' },
);
const [two] = aggregate(
  [
    { partitionKey: 'c', data: '' },
    { partitionKey: 'd', data: '{"Records":[1]}' },
  ],
  { routing: 'first' },
);
const damaged = {
  ...two,
  Data: Buffer.concat([two.Data.subarray(0, -1), Buffer.from([two.Data[two.Data.length - 1] ^ 1])]),
};
const plain = { PartitionKey: 'p', Data: Buffer.from('plain, and no aggregate') };
const entries = [one, two, damaged, plain];
const numbered = (shape) => entries.map((entry, i) => shape(entry, String(100 + i)));
const cliRecord = (entry, sequenceNumber) => ({
  ...sdkRecord(entry, sequenceNumber),
  Data: entry.Data.toString('base64'),
});

/** What `cat --json` says of a user record, shard aside. */
const line = ({ data, ...record }) => {
  const text = data.toString();
  return { ...record, ...(Buffer.from(text).equals(data) ? { text } : { data: data.toString('base64') }) };
};
const expected = deaggregate(numbered(sdkRecord)).map(line);
const withoutMetadata = deaggregate(entries.map(({ Data }) => ({ Data }))).map(line);
const withoutShards = (lines) => lines.map(({ shardId, ...rest }) => rest);

test('six user records are expected, of which one is a broken aggregate and one is not UTF-8', () => {
  expect(expected).toHaveLength(6);
  expect(expected.filter(({ decodeError }) => decodeError)).toHaveLength(1);
  expect(expected.filter(({ data }) => data)).toHaveLength(2);
});

const pretty = (value) => JSON.stringify(value, null, 4);
const inLines = (values) => values.map((value) => JSON.stringify(value)).join('\n');
const answer = {
  MillisBehindLatest: 0,
  NextShardIterator: 'AAAA',
  Records: numbered(cliRecord),
  ChildShards: [{ ParentShards: [] }],
};
const event = { Records: numbered(lambdaRecord) };

const FORMS = {
  'GetRecords of the AWS CLI': pretty(answer),
  'GetRecords of the AWS CLI, the records last': JSON.stringify({
    NextShardIterator: '"Records":[',
    Records: answer.Records,
  }),
  'GetRecords of the SDK, as JSON': JSON.stringify({ Records: numbered(sdkRecord) }),
  'an array of SDK records': pretty(numbered(sdkRecord)),
  'SDK records in lines': inLines(numbered(sdkRecord)),
  'SDK records end to end': numbered(cliRecord)
    .map((record) => JSON.stringify(record))
    .join(''),
  'a Lambda event': pretty(event),
  'a Lambda event on one line': JSON.stringify(event),
  'Lambda events in lines': inLines(event.Records.map((record) => ({ Records: [record] }))),
  'an array of Lambda events': pretty(event.Records.map((record) => ({ Records: [record] }))),
  'Lambda records in lines, with Windows line ends': numbered(lambdaRecord)
    .map((record) => JSON.stringify(record))
    .join('\r\n'),
  "Lambda's kinesis parts": pretty(numbered(lambdaPayload)),
  'an event of EventBridge Pipes': pretty(
    numbered((entry, number) => ({ eventID: `shardId-1:${number}`, ...lambdaPayload(entry, number) })),
  ),
  'a Firehose event': pretty({ invocationId: 'x', records: numbered(firehoseRecord) }),
  'Kinesis Analytics': pretty({ records: numbered(SHAPES['Analytics record']) }),
  'SubscribeToShard events': inLines([
    { SubscribeToShardEvent: { Records: numbered(cliRecord).slice(0, 2), ContinuationSequenceNumber: '1' } },
    { SubscribeToShardEvent: { ContinuationSequenceNumber: '1', Records: numbered(cliRecord).slice(2) } },
  ]),
  'a failed batch that Lambda wrote to S3': pretty({
    requestContext: { requestId: 'x' },
    payload: JSON.stringify(event),
  }),
  'a failed batch with its payload as an object': pretty({ payload: event }),
  'events as JSON within JSON, as CloudWatch has them': pretty([JSON.stringify(event)]),
  'with a byte order mark': `\ufeff${pretty(event)}`,
};

test.each(Object.entries(FORMS))('%s', (_, text) => {
  expect(withoutShards(jsonOf(['cat', '--json'], { input: text }))).toEqual(expected);
});

test('all of these in a folder, and each in gzip', () => {
  const all = path.join(folder, 'all');
  fs.mkdirSync(all);
  Object.values(FORMS).forEach((text, i) => {
    fs.writeFileSync(path.join(all, `${i}`), text);
    fs.writeFileSync(path.join(all, `${i}.gz`), gzipSync(text));
  });
  const times = 2 * Object.keys(FORMS).length;
  expect(withoutShards(jsonOf(['cat', '--json', all]))).toEqual(Array(times).fill(expected).flat());
});

const DATA_ALONE = {
  'base64 in lines': entries.map(({ Data }) => Data.toString('base64')).join('\n'),
  'base64url in lines': entries.map(({ Data }) => Data.toString('base64url')).join('\n\n'),
  'hexadecimal in lines': entries.map(({ Data }) => Data.toString('hex')).join('\r\n'),
  'hexadecimal in capitals, base64, JSON and a string, mixed': [
    one.Data.toString('hex').toUpperCase(),
    two.Data.toString('base64'),
    JSON.stringify(damaged.Data.toString('base64')),
    JSON.stringify({ Data: plain.Data.toString('base64') }),
  ].join('\n'),
  'an array of base64': pretty(entries.map(({ Data }) => Data.toString('base64'))),
  'a Firehose event of Direct PUT': pretty({ records: entries.map(directPutRecord) }),
};

test.each(Object.entries(DATA_ALONE))('%s', (_, text) => {
  expect(withoutShards(jsonOf(['cat', '--json'], { input: text }))).toEqual(withoutMetadata);
});

test('binary records, one a file, in a folder; any of them in gzip', () => {
  const records = path.join(folder, 'records');
  fs.mkdirSync(path.join(records, 'more'), { recursive: true });
  fs.writeFileSync(path.join(records, 'a.bin'), one.Data);
  fs.writeFileSync(path.join(records, 'b.bin.gz'), gzipSync(two.Data));
  fs.writeFileSync(path.join(records, 'more/c.bin'), damaged.Data);
  fs.writeFileSync(path.join(records, 'more/d.txt'), plain.Data.toString('hex'));
  expect(jsonOf(['cat', '--json', records])).toEqual(withoutMetadata);
});

test('several inputs of different forms, one after the other, standard input among them', () => {
  const [first, second, third] = ['1.json', '2.json.gz', '3.ndjson'].map((name) => path.join(folder, name));
  fs.writeFileSync(first, pretty({ Records: numbered(cliRecord).slice(0, 1) }));
  fs.writeFileSync(second, gzipSync(pretty({ Records: numbered(lambdaRecord).slice(1, 2) })));
  fs.writeFileSync(third, inLines(numbered(sdkRecord).slice(3)));
  const input = pretty({ records: numbered(firehoseRecord).slice(2, 3) });
  expect(withoutShards(jsonOf(['cat', '--json', first, second, '-', third], { input }))).toEqual(expected);
});

test('what was taken apart before is not taken apart again', () => {
  const input = fs.readFileSync(path.join(__dirname, '../../examples/events/kcl-multilang.json'));
  expect(jsonOf(['cat', '--json'], { input }).map(({ subSequenceNumber }) => subSequenceNumber)).toEqual([
    0, 1, 2, 0, 0, 1,
  ]);
});

test('its own lines are an input again', () => {
  const { stdout } = run(['cat', '--json'], { input: pretty(event) });
  expect(run(['cat', '--json'], { input: stdout }).stdout.replaceAll(/"decodeError":"\w+",/g, '')).toBe(
    stdout.replaceAll(/"shardId":"[^"]*",|"decodeError":"\w+",/g, (found) => (found.includes('shard') ? found : '')),
  );
});

test.each([
  ['json', JSON.stringify({ Data: two.Data.toString('base64') })],
  ['base64', two.Data.toString('base64')],
  ['hex', two.Data.toString('hex')],
  ['binary', two.Data],
])('--input-format %s', (format, input) => {
  expect(jsonOf(['cat', '--json', '--input-format', format], { input }).map(({ text }) => text)).toEqual([
    '',
    '{"Records":[1]}',
  ]);
});

test('--input-format overrides what the content says', () => {
  // Hexadecimal digits are digits of base64 too; a record may look like JSON.
  expect(run(['cat', '--input-format', 'base64', '--raw'], { input: 'abcdef12' }).stdout).toBe(
    Buffer.from('abcdef12', 'base64').toString(),
  );
  expect(run(['cat', '--input-format', 'binary'], { input: '{"a":1}' })).toEqual({
    status: 0,
    stdout: '{"a":1}\n',
    stderr: '',
  });
});

test.each([
  ['nothing', ''],
  ['blank lines', '\n  \n'],
  ['no records', '{"Records":[]}'],
  ['an empty list', '[]'],
  ['gzip of nothing', gzipSync('')],
])('%s is no records', (_, input) => {
  expect(run(['cat', '--json'], { input })).toEqual({ status: 0, stdout: '', stderr: '' });
});
