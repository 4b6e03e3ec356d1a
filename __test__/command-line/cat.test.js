'use strict';

// `cat`: what it writes, and which user records.

const { aggregate, deaggregate } = require('../..');
const { jsonOf, run } = require('../support/command-line');
const { sdkRecord } = require('../support/kinesis-records');

const bytes = Buffer.from([0x00, 0xff, 0x0a, 0x1b]);
const [entry] = aggregate([
  { partitionKey: 'a', data: 'one' },
  { partitionKey: 'b', data: 'two\nlines' },
  { partitionKey: 'a', data: bytes },
]);
const records = ['7', '8'].map((SequenceNumber) => sdkRecord(entry, SequenceNumber));
const input = JSON.stringify({ Records: records });

test('the data of each user record and a line feed', () => {
  const { stdout } = run(['cat'], { input: JSON.stringify(records[0]) });
  // Text, as far as the test's own decoder goes.
  expect(stdout).toBe(`one\ntwo\nlines\n${bytes.toString()}\n`);
});

test('--raw: no line feed', () => {
  expect(run(['cat', '--raw'], { input: JSON.stringify(records[0]) }).stdout).toBe(`onetwo\nlines${bytes.toString()}`);
});

test('--json: a user record a line, with the fields of `aggregate`, and text or data', () => {
  const number = (i) => ({ sequenceNumber: '7', subSequenceNumber: i });
  const common = { explicitHashKey: null, aggregated: true };
  const lines = run(['cat', '--json'], { input: JSON.stringify(records[0]) }).stdout.split('\n');
  expect(lines.slice(0, 3).map((line) => JSON.parse(line))).toEqual([
    { ...number(0), partitionKey: 'a', ...common, text: 'one' },
    { ...number(1), partitionKey: 'b', ...common, text: 'two\nlines' },
    { ...number(2), partitionKey: 'a', ...common, data: bytes.toString('base64') },
  ]);
  expect(Object.keys(JSON.parse(lines[0]))).toEqual([
    'sequenceNumber',
    'subSequenceNumber',
    'partitionKey',
    'explicitHashKey',
    'aggregated',
    'text',
  ]);
});

test('--key: those with one of these partition keys', () => {
  const keys = (...args) => jsonOf(['cat', '--json', ...args], { input }).map(({ partitionKey }) => partitionKey);
  expect(keys('--key', 'b')).toEqual(['b', 'b']);
  expect(keys('--key', 'b', '--key', 'a')).toHaveLength(6);
  expect(keys('--key', 'c')).toEqual([]);
});

test.each([
  ['7', { sequenceNumber: '7' }],
  ['7:0', { sequenceNumber: '7', subSequenceNumber: 0 }],
  ['8:1', { sequenceNumber: '8', subSequenceNumber: 1 }],
  ['9', { sequenceNumber: '9' }],
])('--after %s', (text, after) => {
  const place = ({ sequenceNumber, subSequenceNumber }) => `${sequenceNumber}:${subSequenceNumber}`;
  expect(jsonOf(['cat', '--json', '--after', text], { input }).map(place)).toEqual(
    deaggregate(records, { after }).map(place),
  );
});

test('--after judges records without a sequence number no more than the package does', () => {
  const { status, stderr } = run(['cat', '--after', '7'], { input: entry.Data.toString('base64') });
  expect(status).toBe(2);
  expect(stderr).toContain('"after" can judge the record');
});

test('shardId where the record names one', () => {
  const kinesis = { data: entry.Data.toString('base64'), sequenceNumber: '7', partitionKey: 'a' };
  const withId = (eventID) => JSON.stringify({ eventID, kinesis });
  expect(jsonOf(['cat', '--json'], { input: withId('shardId-000000000006:7') })[0].shardId).toBe(
    'shardId-000000000006',
  );
  expect(jsonOf(['cat', '--json'], { input: withId('something else') })[0]).not.toHaveProperty('shardId');
});

test('what a routing wrote is not handed out, as everywhere; inspect shows it', () => {
  expect(jsonOf(['cat', '--json'], { input }).map(({ explicitHashKey }) => explicitHashKey)).toEqual(
    Array(6).fill(null),
  );
  const [{ list }] = jsonOf(['inspect', '--json', '--user-records'], { input });
  expect(new Set(list.map(({ explicitHashKey }) => explicitHashKey)).size).toBe(1);
  expect(list[1].explicitHashKey).toMatch(/^\d{30,39}$/);
  expect(list[1].hashKey).toBe(list[1].explicitHashKey);
});
