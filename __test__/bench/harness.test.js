'use strict';

// What the figures rest on, tried on little.

const fs = require('node:fs');
const path = require('node:path');
const { MD5, NOBODY, PACKAGE } = require('../../bench/contestants');
const { drawFigures } = require('../../bench/figures');
const { measure } = require('../../bench/measure');
const { parseOptions } = require('../../bench/options');
const { heading, report } = require('../../bench/report');
const { contestantsOf, rows } = require('../../bench/rows');
const { median, ratio, summary } = require('../../bench/statistics');
const { lambdaRecords, userRecordsToAggregate, uuids } = require('../../bench/workloads');

const SMALL = { bytes: 5000, kinesisRecords: 3, dataBytes: 100 };
const EFFORT = { rounds: 2, warmUpMs: 1, measureMs: 1, leastRuns: 1 };
const effort = { runs: EFFORT, growth: EFFORT, firstRun: EFFORT, peakMemory: EFFORT };

function smallInput({ lambda, produce }) {
  if (lambda) return lambdaRecords({ ...SMALL, accents: lambda.accents }).records;
  if (produce) return userRecordsToAggregate({ ...SMALL, keys: produce.keys });
  return uuids(20);
}

test.each(rows.filter(({ growth }) => !growth).map((row) => [row.name, row]))('contestants agree: %s', (_, row) => {
  const job = require(`../../bench/jobs/${row.job}`);
  const outcomes = contestantsOf(row).map((name) => {
    const { run, touch, plain } = job[name](smallInput(row.workload));
    let [lines, sum] = ['', 0];
    run((result) => {
      if (plain) lines += plain(result);
      sum += touch(result);
    });
    if (name !== NOBODY) expect(sum).toBeGreaterThan(0);
    return plain ? lines : undefined;
  });
  const compared = outcomes.filter((lines) => lines !== undefined);
  expect(new Set(compared).size).toBe(compared.length > 0 ? 1 : 0);
  if (row.job !== 'require') expect(compared[0]).not.toBe('');
});

test('every job file is used by a row, and only the MD5s and nobody have nothing to compare', () => {
  const jobs = fs.readdirSync(path.join(__dirname, '../../bench/jobs')).map((file) => path.basename(file, '.js'));
  const used = new Set(rows.map(({ job }) => job));
  expect(jobs.filter((job) => !used.has(job)).sort()).toEqual(['md5', 'results']);
  for (const row of rows.filter(({ job }) => job !== 'require')) {
    for (const name of contestantsOf(row).filter((name) => name !== MD5 && name !== NOBODY)) {
      const contestant = require(`../../bench/jobs/${row.job}`)[name]([]);
      expect(contestant.plain).toBeInstanceOf(Function);
    }
  }
});

test('rows have names of their own', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

test('a workload fills Kinesis records to the size, or holds the count', () => {
  const { records, userRecords } = lambdaRecords(SMALL);
  expect(records).toHaveLength(3);
  for (const { kinesis } of records) {
    const { length } = Buffer.from(kinesis.data, 'base64');
    expect(length).toBeLessThanOrEqual(5000);
    expect(length).toBeGreaterThan(4500);
  }
  expect(userRecordsToAggregate(SMALL)).toHaveLength(userRecords);
  expect(lambdaRecords({ bytes: 5000, userRecords: 100, dataBytes: 100 }).userRecords).toBe(100);
  expect(uuids(1)[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('the median of an even number is between the middle two', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 2])).toBe(2);
});

test('a ratio is that of the rounds, not of the medians', () => {
  const round = (value) => ({ median: value, mean: value, least: value, runs: 1 });
  const ours = [1, 10, 100].map(round);
  const theirs = [2, 20, 300].map(round);
  expect(ratio(ours, theirs)).toMatchObject({ median: 2, mean: 2, least: 2 });
  expect(summary(theirs)).toMatchObject({ median: 20, least: 2 });
});

test('a row is measured, reported and drawn', async () => {
  const row = { ...rows[0], workload: { lambda: SMALL } };
  const how = { node: process.execPath, effort, progress: () => {} };
  const found = await measure(row, how);
  expect(found.rounds[PACKAGE]).toHaveLength(2);
  expect(found.ratios).toEqual(
    Object.fromEntries(row.rivals.map((rival) => [rival, expect.objectContaining({ target: row.targets[rival] })])),
  );
  expect(`${heading()}${report(found)}`).toContain(row.title);

  const growth = { series: 'deaggregate-userRecords', of: 'userRecords', value: 100 };
  const kept = { rows: { found, curve: { ...found, growth } }, machine: { cpu: 'A & B' }, versions: { node: '1.2.3' } };
  const svg = drawFigures([kept]);
  expect(svg).toContain(row.title);
  expect(svg).toContain('A &amp; B');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

test('a contestant with other results stops the run', async () => {
  const row = { ...rows[0], workload: { lambda: SMALL }, job: '../../__test__/bench/disagreeing' };
  const how = { node: process.execPath, effort, progress: () => {} };
  await expect(measure(row, how)).rejects.toThrow('aws-kinesis-agg has other results than kinesis-agg');
});

test('rows are chosen by name or by how a name begins', () => {
  expect(parseOptions(['--rows', 'hash-key,event-100b*']).rows.map(({ name }) => name)).toEqual([
    'hash-key',
    'event-100b',
    'event-100b-iterate',
    'event-100b-text',
    'event-100b-text-accents',
  ]);
  expect(() => parseOptions(['--rows', 'nothing'])).toThrow('there is no row nothing');
});
