'use strict';

// The tables at the end.

const { count, duration, percent, size } = require('./style');

const INDENT = '  ';
const GAP = '   ';

/** @typedef {Awaited<ReturnType<typeof import('./run').runDemo>>} Result */
/** @typedef {import('./style').Style} Style */

/**
 * @param {Result} result
 * @param {Style} style
 * @param {number} columns how wide a line may be
 */
function report(result, style, columns) {
  return [
    ...recordsTable(result, style),
    ...savingsTable(result, style),
    ...shardsTable(result, style, columns),
    ...timeTable(result, style),
    ...verdict(result, style),
  ].join('\n');
}

/**
 * @param {Result} result
 * @param {Style} style
 */
function recordsTable({ userRecords, order }, style) {
  const { missing, doubled, changed } = userRecords;
  /** @param {number} value */
  const fault = (value) => (value === 0 ? style.green('0') : style.red(count(value)));
  const overtaken = `${count(order.overtaken)} overtaken`;
  const orderText = order.kept ? style.green('kept') : order.promised ? style.red(overtaken) : overtaken;
  return table(style, 'User records', [
    ['in', count(userRecords.in)],
    ['out', count(userRecords.out)],
    ['missing', fault(missing)],
    ['doubled', fault(doubled)],
    ['changed', fault(changed)],
    ['order per partition key', `${orderText}${order.promised ? '' : style.dim(' (not promised by this routing)')}`],
  ]);
}

/**
 * @param {Result} result
 * @param {Style} style
 */
function savingsTable({ aggregated, unaggregated }, style) {
  /**
   * @param {string} name
   * @param {number} a
   * @param {number} b
   * @param {(value: number) => string} format
   */
  const row = (name, a, b, format) => {
    const saved = a <= b ? style.green(percent(b - a, b)) : style.yellow(`${percent(a - b, b)} more`);
    return [name, format(a), format(b), saved];
  };
  return table(style, 'Sent', [
    ['', 'aggregated', 'one by one', 'saved'],
    row('Kinesis records', aggregated.kinesisRecords, unaggregated.kinesisRecords, count),
    row('PUT payload units of 25 KB', aggregated.payloadUnits, unaggregated.payloadUnits, count),
    row('bytes, partition keys included', aggregated.bytes, unaggregated.bytes, size),
  ]);
}

/**
 * @param {Result} result
 * @param {Style} style
 * @param {number} columns
 */
function shardsTable({ shards, kcl, userRecords, routing }, style, columns) {
  /**
   * @param {number} kept
   * @param {number} whole
   */
  const keeps = (kept, whole) => {
    if (whole === 0) return style.dim('-');
    const text = `${count(kept)} (${percent(kept, whole)})`;
    return kept === whole ? style.green(text) : style.red(text);
  };
  const rows = shards.map(
    ({ shard, parents, children, hashKeyShare, kinesisRecords, userRecords: own, kclKeeps, first }) => [
      String(shard),
      [
        parents.length > 0 && `from ${parents.join(' and ')}`,
        children.length > 0 ? `closed: now ${children.join(' and ')}` : 'open',
      ]
        .filter(Boolean)
        .join(', '),
      `${(100 * hashKeyShare).toFixed(1)} %`,
      count(kinesisRecords),
      count(own),
      keeps(kclKeeps, own),
      ...(routing === 'first' ? [] : [count(first.userRecords), keeps(first.kept, first.userRecords)]),
    ],
  );
  /** @param {(row: Result['shards'][number]) => number} column */
  const sum = (column) => count(shards.reduce((total, row) => total + column(row), 0));
  const total = [
    'all',
    '',
    '',
    sum((row) => row.kinesisRecords),
    sum((row) => row.userRecords),
    keeps(kcl.kept, userRecords.out),
    ...(routing === 'first' ? [] : [sum((row) => row.first.userRecords), keeps(kcl.first.kept, userRecords.in)]),
  ];
  const heads = ['shard', 'state', 'hash keys', 'Kinesis records', 'user records', 'KCL keeps'];
  if (routing !== 'first') heads.push("with 'first'", "keeps of 'first'");
  const all = fitted([heads, ...rows, total], columns, [
    'hash keys',
    "with 'first'",
    'Kinesis records',
    'user records',
  ]);
  return table(style, 'Shards, and what a KCL consumer of each would have kept', all, 2);
}

/**
 * @param {Result} result
 * @param {Style} style
 */
function timeTable({ milliseconds, userRecords }, style) {
  /** @param {number} value */
  const each = (value) => style.dim(`${((1000 * value) / userRecords.in).toFixed(2)} µs per user record`);
  const { add, deaggregate, requests, total } = milliseconds;
  return table(style, 'Time', [
    ['adding and closing', duration(add), each(add)],
    ['deaggregating', duration(deaggregate), each(deaggregate)],
    ['requests: SDK and endpoint', duration(requests), ''],
    ['in all', duration(total), ''],
  ]);
}

/**
 * @param {Result} result
 * @param {Style} style
 */
function verdict({ ok, userRecords, kcl, routing, order }, style) {
  const { missing, doubled, changed } = userRecords;
  const lines = [''];
  if (missing + doubled + changed === 0) {
    lines.push(
      style.green(
        `  ✔ ${count(userRecords.in)} of ${count(userRecords.in)} user records came back exactly once, unchanged`,
      ),
    );
  } else {
    lines.push(
      style.red(
        `  ✘ of ${count(userRecords.in)} user records, ${count(missing)} missing, ${count(doubled)} doubled, ${count(changed)} changed`,
      ),
    );
  }
  if (order.promised && !order.kept)
    lines.push(style.red('  ✘ the order per partition key, which this routing promises, was not kept'));
  lines.push(...kclVerdict({ kcl, routing, userRecords }, style));
  if (!ok) lines.push(style.red('  ✘ failed'));
  return lines;
}

/**
 * @param {Pick<Result, 'kcl' | 'routing' | 'userRecords'>} result
 * @param {Style} style
 */
function kclVerdict({ kcl, routing, userRecords }, style) {
  const loss = (/** @type {number} */ dropped) => `${count(dropped)} (${percent(dropped, userRecords.in)})`;
  if (routing === 'first') {
    return [
      kcl.dropped === 0
        ? '  ✔ a KCL consumer would have kept them too, this time'
        : style.yellow(`  ! a KCL consumer would have dropped ${loss(kcl.dropped)} of them, silently`),
    ];
  }
  return [
    kcl.dropped === 0
      ? style.green('  ✔ a KCL consumer would have kept all of them, before and after the reshard')
      : style.red(`  ✘ a KCL consumer would have dropped ${loss(kcl.dropped)} of them`),
    `  ${style.dim('·')} 'first', the older packages' routing, would have dropped ${kcl.first.dropped === 0 ? 'none, with so few records' : loss(kcl.first.dropped)}`,
  ];
}

/**
 * The runs of `--routing all` side by side.
 *
 * @param {Result[]} results
 * @param {Style} style
 * @param {number} columns
 */
function comparison(results, style, columns) {
  const rows = results.map(({ ok, routing, userRecords, aggregated, unaggregated, order, kcl }) => [
    routing,
    count(aggregated.kinesisRecords),
    percent(unaggregated.payloadUnits - aggregated.payloadUnits, unaggregated.payloadUnits),
    order.kept ? style.green('kept') : 'not kept',
    kcl.dropped === 0 ? style.green('0') : style.yellow(count(kcl.dropped)),
    ok ? style.green(`${count(userRecords.out)} of ${count(userRecords.in)}`) : style.red('failed'),
  ]);
  const heads = ['routing', 'Kinesis records', 'payload units saved', 'order per key', 'a KCL drops', 'came back once'];
  const all = fitted([heads, ...rows], columns, ['payload units saved', 'Kinesis records']);
  return table(style, 'All routings', all).join('\n');
}

/**
 * The rows, of which those columns are left out that are too much for a line.
 *
 * @param {string[][]} rows the heads first
 * @param {number} columns
 * @param {string[]} spare heads of what may be left out, in this order
 */
function fitted(rows, columns, spare) {
  let left = rows;
  for (const head of spare) {
    if (lineWidth(left) <= columns) break;
    const out = left[0].indexOf(head);
    left = left.map((row) => row.filter((_, column) => column !== out));
  }
  return left;
}

/**
 * A title and aligned columns. The first columns are words, set left; the others numbers, set right.
 *
 * @param {Style} style
 * @param {string} title
 * @param {string[][]} rows
 * @param {number} words
 */
function table(style, title, rows, words = 1) {
  const widths = columnWidths(rows);
  const isHeaded = rows[0].length > 3 && rows.length > 1;
  const lines = rows.map((row, index) => {
    const cells = row.map((cell, column) => {
      const padding = ' '.repeat(widths[column] - width(cell));
      return column < words || row.length < 3 ? cell + padding : padding + cell;
    });
    const line = `${INDENT}${cells.join(GAP)}`.trimEnd();
    return isHeaded && index === 0 ? style.dim(line) : line;
  });
  return ['', style.bold(title), ...lines];
}

/** @param {string[][]} rows */
function columnWidths(rows) {
  return rows[0].map((_, column) => Math.max(...rows.map((row) => width(row[column]))));
}

/** @param {string[][]} rows */
function lineWidth(rows) {
  const widths = columnWidths(rows);
  return widths.reduce((sum, columnWidth) => sum + columnWidth + GAP.length, INDENT.length - GAP.length);
}

/** @param {string} text */
function width(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out
  return text.replace(/\x1b\[\d+m/g, '').length;
}

module.exports = { comparison, report };
