'use strict';

// The kept figures as Markdown, by the name that a document asks for them: `<!-- figures:NAME -->`.

const { BEFORE, BEST_JS, INCUMBENT, KEPT, MD5 } = require('./contestants');
const { newest, newestCounts } = require('./results');
const { growthRows, tableRows } = require('./rows');
const { evaluate } = require('./statistics');

/** @typedef {import('./results').Results} Results */

/** @type {Record<string, (kept: Results[]) => string>} */
const tables = {
  events: (kept) => events(newest(kept, { major: '24' })),
  'speed-24': (kept) => speed(newest(kept, { major: '24' })),
  'speed-22': (kept) => speed(newest(kept, { major: '22' })),
  'speed-24-one-core': (kept) => speed(newest(kept, { major: '24', oneCore: true })),
  'speed-22-one-core': (kept) => speed(newest(kept, { major: '22', oneCore: true })),
  before,
  growth: (kept) => growth(newest(kept, { major: '24' })),
  instructions: (kept) => instructions(newestCounts(kept)),
};

const COLUMNS = { [INCUMBENT]: 'aws-kinesis-agg', [BEST_JS]: 'best JS', [KEPT]: 'best JS, kept', [MD5]: 'MD5s alone' };

/** Every row: its times, and how many times as much the others take. */
function speed({ about, rounds }) {
  const measured = tableRows.filter(({ name }) => rounds[name] !== undefined);
  if (measured.length === 0) return 'Not measured yet.';
  const lines = measured.map((row) => {
    const { figures, rivals, limits } = evaluate(row, rounds[row.name]);
    const limit = (what) =>
      limits.filter((each) => each.what === what).map((each) => `, ${mark(each.isMet)} ${each.most}`);
    const cells = Object.keys(COLUMNS).map((contestant) =>
      against(rivals.find((rival) => rival.contestant === contestant)),
    );
    const mean = `${amount(row, figures.mean)}${limit('meanToMedian').map((text) => `, ${digits(figures.meanToMedian)}x${text}x`)}`;
    return [row.title, `${amount(row, figures.median)}${limit('median')}`, mean, ms(figures.cpu), ...cells];
  });
  return `${table(['', 'median', 'mean', 'CPU', ...Object.values(COLUMNS)], lines)}\n\n${origin(about, measured)}`;
}

/** Median, mean and CPU time, and the target. */
function against(rival) {
  if (rival === undefined) return '';
  const { times, target, isMet } = rival;
  const ratios = [times.median, times.mean, times.cpu].map(digits).join(' / ');
  return target === undefined ? ratios : `${ratios}, ${mark(isMet)} ${target}`;
}

function mark(isMet) {
  return isMet ? '✓' : '✗';
}

/** A full Lambda event in a few words, for who wants no more. */
function events({ about, rounds }) {
  const names = ['event-1kb', 'event-100b', 'event-100b-iterate', 'event-100b-text'];
  const rows = names.flatMap((name) => tableRows.filter((row) => row.name === name && rounds[name] !== undefined));
  if (rows.length === 0) return 'Not measured yet.';
  const lines = rows.map((row) => {
    const { figures, rivals } = evaluate(row, rounds[row.name]);
    const of = (contestant) =>
      rivals.filter((rival) => rival.contestant === contestant).map((rival) => ms(rival.figures.median));
    return [row.title, ms(figures.median), ...[INCUMBENT, BEST_JS, MD5].map((contestant) => of(contestant).join(''))];
  });
  return `${table(['', 'kinesis-agg', 'aws-kinesis-agg', 'best JS', 'MD5s alone'], lines)}\n\n${origin(about, rows)}`;
}

/** Every row beside the same row of another checkout: `--before`. */
function before(kept) {
  const runs = ['24', '22'].flatMap((major) =>
    [false, true].map((oneCore) => ({ major, oneCore, ...newest(kept, { major, oneCore }) })),
  );
  const has = ({ rounds }, name) => rounds[name]?.[BEFORE] !== undefined;
  const compared = runs.filter((run) => tableRows.some(({ name }) => has(run, name)));
  if (compared.length === 0) return 'Not measured yet.';
  const lines = tableRows
    .filter(({ name }) => compared.some((run) => has(run, name)))
    .map((row) => [
      row.title,
      ...compared.map((run) =>
        has(run, row.name)
          ? against(evaluate(row, run.rounds[row.name]).rivals.find(({ contestant }) => contestant === BEFORE))
          : '',
      ),
    ]);
  const names = compared.map(({ major, oneCore }) => `Node ${major}${oneCore ? ', one core' : ''}`);
  const commits = new Set(compared.flatMap(({ about }) => Object.values(about).flatMap((each) => each.before ?? [])));
  const origins = new Set(compared.map(({ about }) => origin(about, tableRows)));
  return `${table(['', ...names], lines)}\n\nBefore: commit ${[...commits].join(', ')}. ${[...origins].join(' ')}`;
}

/** What a user record takes, from few to many of them. */
function growth({ about, rounds }) {
  const measured = growthRows.filter(({ name, growth }) => growth?.of === 'userRecords' && rounds[name] !== undefined);
  if (measured.length === 0) return 'Not measured yet.';
  const counts = [...new Set(measured.map(({ growth }) => growth?.value ?? 0))];
  const series = ['deaggregate', 'aggregate'];
  const lines = counts.map((count) => [
    count.toLocaleString('en').replaceAll(',', ' '),
    ...series.flatMap((job) => {
      const row = measured.find((each) => each.job === job && each.growth?.value === count);
      if (row === undefined) return ['', '', ''];
      const { figures, rivals } = evaluate(row, rounds[row.name]);
      const of = (name) => rivals.find(({ contestant }) => contestant === name)?.figures;
      return [figures, of(INCUMBENT), of(BEST_JS)].map((each) =>
        each ? `${((1e6 * each.median) / count).toFixed(0)}` : '',
      );
    }),
  ]);
  const names = series.flatMap((job) => [`\`${job}()\``, 'aws-kinesis-agg', 'best JS']);
  return `${table(['user records', ...names], lines)}\n\nNanoseconds for each user record of 20 B. ${origin(about, measured)}`;
}

/** What the core takes on arm64 beside x64. Work that only one of them does has only its figures. */
function instructions(counts) {
  if (counts === undefined) return 'Not counted yet.';
  const { about, lines } = counts;
  const works = [...new Set(lines.map(({ work }) => work))];
  const of = (work, processor) => lines.find((line) => line.work === work && line.processor === processor);
  const perRecord = (line) => (line?.userRecords > 0 ? (line.instructions / line.userRecords).toFixed(0) : '');
  const perByte = (line) => (line === undefined ? '' : (line.instructions / line.bytes).toFixed(2));
  const rows = works.map((work) => {
    const [arm64, x64] = [of(work, 'arm64'), of(work, 'x64')];
    const ratio = arm64 && x64 ? digits(arm64.instructions / x64.instructions) : '';
    return [work, perRecord(arm64), perRecord(x64), perByte(arm64), perByte(x64), ratio];
  });
  const names = ['', 'arm64, a record', 'x64, a record', 'arm64, a byte', 'x64, a byte', 'arm64 / x64'];
  return `${table(names, rows)}\n\n${day(about)}, by \`${about.command}\`: qemu ${about.qemu} on ${about.machine}, ${about.rustc}.`;
}

/**
 * When and where rows were measured: more than once if they were not measured together.
 *
 * @param {import('./results').Newest['about']} about
 * @param {import('./rows').Row[]} rows
 */
function origin(about, rows) {
  const all = rows.flatMap(({ name }) => {
    const { node, cpu, machine, note, ...rest } = about[name] ?? {};
    return node === undefined ? [] : `${day(rest)}, Node ${node}, ${cpu} (${machine}).${note ? ` ${note}` : ''}`;
  });
  return [...new Set(all)].join(' ');
}

function day({ date }) {
  return new Date(date).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}

function amount({ measure }, value) {
  return measure === 'peakMemory' ? `${(value / 1e6).toFixed(1)} MB` : ms(value);
}

/** @param {number} value */
function ms(value) {
  return value < 0.2 ? `${(1000 * value).toPrecision(3)} us` : `${value.toPrecision(3)} ms`;
}

/** @param {number} value */
function digits(value) {
  return value.toFixed(value < 10 ? 2 : 1);
}

/**
 * Laid out as the formatter of this project has it: the first column to the left, the others to the right.
 *
 * @param {string[]} head
 * @param {string[][]} lines
 */
function table(head, lines) {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...lines].map((cells) => cells[i].length)));
  const row = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [row(head), row(rule), ...lines.map(row)].join('\n');
}

module.exports = { table, tables };
