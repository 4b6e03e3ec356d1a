'use strict';

// What the figures rest on, tried on little.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { BEFORE, INCUMBENT, MD5, NOBODY, PACKAGE } = require('../../bench/contestants');
const { drawFigures } = require('../../bench/figures');
const { measure } = require('../../bench/measure');
const { parseOptions } = require('../../bench/options');
const { heading, report } = require('../../bench/report');
const { contestantsOf, rows, tableRows } = require('../../bench/rows');
const { aboutNow, allKept, keep, keepCounts, linesOf, newest } = require('../../bench/results');
const { evaluate, median, ratio, summary } = require('../../bench/statistics');
const { tables } = require('../../bench/tables');
const { lambdaRecords, userRecordsToAggregate, uuids } = require('../../bench/workloads');

const SMALL = { bytes: 5000, kinesisRecords: 3, dataBytes: 100 };
const EFFORT = { rounds: 2, warmUpMs: 1, measureMs: 1, leastRuns: 1 };
const effort = {
  runs: EFFORT,
  growth: EFFORT,
  steadiness: { rounds: 2, steadyRuns: 3 },
  firstRun: EFFORT,
  peakMemory: EFFORT,
};
const how = { command: [process.execPath], effort, progress: () => {} };

function smallInput({ lambda, produce }) {
  if (lambda) return lambdaRecords({ ...SMALL, accents: lambda.accents }).records;
  if (produce) return userRecordsToAggregate({ ...SMALL, keys: produce.keys });
  return uuids(20);
}

test.each(tableRows.map((row) => [row.name, row]))('contestants agree: %s', (_, row) => {
  const job = require(`../../bench/jobs/${row.job}`);
  const outcomes = contestantsOf(row).map((name) => {
    const { run, touch, plain } = job[name](smallInput(row), row.options);
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
  expect(jobs.filter((job) => !used.has(job)).sort()).toEqual(['closing-at', 'md5', 'results']);
  for (const row of rows.filter(({ job }) => job !== 'require')) {
    for (const name of contestantsOf(row).filter((name) => name !== MD5 && name !== NOBODY)) {
      const contestant = require(`../../bench/jobs/${row.job}`)[name]([], row.options ?? {});
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

const round = (value) => ({ median: value, mean: value, least: value, cpu: value, runs: 1 });

test('a ratio is that of the rounds, not of the medians', () => {
  const ours = [1, 10, 100].map(round);
  const theirs = [2, 20, 300].map(round);
  expect(ratio(ours, theirs)).toEqual({ median: 2, mean: 2, cpu: 2 });
  expect(summary(theirs)).toMatchObject({ median: 20, least: 2, cpu: 20 });
});

test('a target is met by the median and by the mean, a limit by the worst round', () => {
  const row = { against: { [INCUMBENT]: 2, [MD5]: null }, atMost: { meanToMedian: 1.25 } };
  const judged = (ours, theirs) => evaluate(row, { [PACKAGE]: ours, [INCUMBENT]: theirs, [MD5]: theirs });
  const met = judged([round(1)], [round(2)]);
  expect(met.rivals.map(({ isMet }) => isMet)).toEqual([true, undefined]);
  expect(met.limits).toEqual([{ what: 'meanToMedian', most: 1.25, isMet: true }]);
  const missed = judged([round(1), round(1), { ...round(1), mean: 1.3 }], [round(2), round(2), round(2)]);
  expect(missed.rivals[0].isMet).toBe(true);
  expect(missed.limits[0].isMet).toBe(false);
  expect(judged([{ ...round(1), mean: 1.1 }], [round(2)]).rivals[0].isMet).toBe(false);
});

test.each(['runs', 'steadiness', 'firstRun', 'peakMemory'])('a row is measured and reported: %s', async (measured) => {
  const against = { [INCUMBENT]: 2, [MD5]: null };
  const row = { ...tableRows[0], lambda: SMALL, measure: measured, against, atMost: { median: 1e12 } };
  const found = await measure(row, { ...how, before: path.join(__dirname, '../..') });
  expect(Object.keys(found.rounds)).toEqual([...contestantsOf(row), BEFORE]);
  for (const rounds of Object.values(found.rounds)) {
    expect(rounds).toHaveLength(2);
    for (const round of rounds) {
      expect(Object.keys(round).sort()).toEqual(['cpu', 'least', 'mean', 'median', 'runs']);
      for (const figure of Object.values(round)) expect(figure).toBeGreaterThan(0);
    }
  }
  const text = `${heading()}${report(row, found)}`;
  expect(text).toContain('Lambda event of 100 B records, deaggregate()');
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

describe('kept figures', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kinesis-agg-results-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));
  const about = { ...aboutNow(process.versions), cpu: 'A (R) & B', node: '24.1.2' };
  const lines = (row, cores, value) =>
    linesOf(row.name, { rounds: roundsOf(row, value), load: 0.5 }, { cores, commit: 'abc' });
  const roundsOf = (row, value) => Object.fromEntries(contestantsOf(row).map((name) => [name, [round(value)]]));
  const [first, second] = tableRows;
  const growth = rows.find(({ name }) => name === 'growth-deaggregate-records-10');

  test('a row that is measured again replaces its own lines alone', () => {
    keep({ about, lines: lines(first, 2, 1) }, folder);
    keep({ about, lines: lines(second, 2, 2) }, folder);
    keep({ about, lines: lines(first, 1, 3) }, folder);
    keep({ about, lines: lines(first, 2, 4) }, folder);
    const [kept, ...others] = allKept(folder);
    expect(others).toEqual([]);
    expect(kept.about).toEqual(about);
    const { rounds } = newest(allKept(folder), { major: '24' });
    expect(rounds[first.name][PACKAGE]).toEqual([expect.objectContaining(round(4))]);
    expect(rounds[second.name][PACKAGE]).toEqual([expect.objectContaining(round(2))]);
    expect(newest(allKept(folder), { major: '24', oneCore: true }).rounds[first.name][PACKAGE][0]).toMatchObject(
      round(3),
    );
    expect(newest(allKept(folder), { major: '22' }).rounds).toEqual({});
  });

  test('the newest figures of a row count, on the machine that was measured last', () => {
    keep(
      {
        about: { ...about, date: '2020-01-01' },
        lines: [first, rows.at(-1), growth].flatMap((row) => lines(row, 2, 7)),
      },
      folder,
    );
    keep({ about: { ...about, date: '2020-01-02', cpu: 'other' }, lines: lines(tableRows[2], 2, 7) }, folder);
    const { rounds } = newest(allKept(folder), { major: '24' });
    expect(rounds[first.name][PACKAGE][0].median).toBe(4);
    expect(rounds[rows.at(-1).name][PACKAGE][0].median).toBe(7);
    expect(rounds[tableRows[2].name]).toBeUndefined();
    expect(tables.growth(allKept(folder))).toContain('1 January 2020, Node 24.1.2, A (R) & B');
  });

  test('they are drawn', () => {
    for (const row of rows) keep({ about, lines: lines(row, 2, 1) }, folder);
    const svg = drawFigures(allKept(folder), '24');
    for (const { title, against } of tableRows)
      if (INCUMBENT in against) expect(svg).toContain(title.replaceAll('`', ''));
    expect(svg).toContain('A (R) &amp; B');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test.each(Object.keys(tables))('they are written as Markdown: %s', (name) => {
    const all = (row, cores) => {
      const rounds = { ...roundsOf(row, 1), [BEFORE]: [round(1)] };
      return linesOf(row.name, { rounds, load: 0.5 }, { cores, commit: 'abc' });
    };
    for (const node of ['24.1.2', '22.1.2']) {
      keep(
        { about: { ...about, node, before: 'abc' }, lines: rows.flatMap((row) => [...all(row, 1), ...all(row, 2)]) },
        folder,
      );
    }
    const count = { processor: 'arm64', work: 'reading', userRecords: 2, bytes: 10, instructions: 30 };
    const counts = [count, { ...count, processor: 'x64', instructions: 60 }, { ...count, work: 'md5', userRecords: 0 }];
    const machine = { date: '2020-01-01', machine: 'Linux', qemu: '7', rustc: '1.90', command: 'node x' };
    keepCounts({ about: machine, lines: counts }, folder);
    const written = tables[name](allKept(folder));
    expect(written).toMatch(/^\|/);
    expect(written).not.toMatch(/NaN|undefined|Infinity|Not measured/);
    expect(tables[name]([])).toMatch(/^Not \w+ yet\.$/);
  });
});

test('a contestant with other results stops the run', async () => {
  const row = { ...tableRows[0], lambda: SMALL, job: '../../__test__/bench/disagreeing' };
  await expect(measure(row, how)).rejects.toThrow('aws-kinesis-agg has other results than kinesis-agg');
});

test('rows are chosen by name or by how a name begins', () => {
  const names = (args) => parseOptions(args).rows.map(({ name }) => name);
  expect(names(['--row', 'hash-key', '--row', 'event-100b-t*'])).toEqual([
    'hash-key',
    'event-100b-text',
    'event-100b-text-accents',
  ]);
  expect(names(['--row', 'growth-aggregate-records-10'])).toEqual(['growth-aggregate-records-10']);
  expect(parseOptions([]).rows).toBe(tableRows);
  expect(() => parseOptions(['--row', 'nothing'])).toThrow('there is no row nothing');
});
