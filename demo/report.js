'use strict';

// The tables at the end.

const { count, duration, percent, size } = require('./style');
const { fitted, table } = require('./table');

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
    ...deliveryTable(result, style),
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
function recordsTable({ userRecords, balance, order }, style) {
  const { missing, doubled, doubledSilently } = balance;
  /** @param {number} value */
  const fault = (value) => (value === 0 ? style.green('0') : style.red(count(value)));
  const overtaken = `${count(order.overtaken)} overtaken`;
  const orderText = order.kept ? style.green('kept') : order.promised ? style.red(overtaken) : overtaken;
  const announced = style.dim(' (all announced as possible)');
  return table(style, 'User records', [
    ['in', count(userRecords.in)],
    ['out', count(userRecords.out)],
    ['missing', fault(missing)],
    ['doubled', doubled > 0 && doubledSilently === 0 ? `${style.yellow(count(doubled))}${announced}` : fault(doubled)],
    ['changed', fault(userRecords.changed)],
    ['order per partition key', `${orderText}${order.promised ? '' : style.dim(' (--routing lanes keeps it)')}`],
  ]);
}

/**
 * @param {Result} result
 * @param {Style} style
 */
function deliveryTable({ delivery }, style) {
  const { requests, answersLost, entries, sentAgain, mayBeDuplicated, latency } = delivery;
  const share = style.dim(` (${percent(entries.throttled, entries.sent)})`);
  return table(style, 'Delivered', [
    [
      'requests',
      `${count(requests)}${answersLost > 0 ? style.yellow(`, ${count(answersLost)} without an answer`) : ''}`,
    ],
    ['entries sent', count(entries.sent)],
    ['entries throttled', entries.throttled === 0 ? '0' : `${style.yellow(count(entries.throttled))}${share}`],
    ['entries sent again', count(entries.retried)],
    ['user records in them', count(sentAgain)],
    ['possibly duplicated', mayBeDuplicated === 0 ? style.green('0') : style.yellow(count(mayBeDuplicated))],
    ['from put to stored', `${duration(latency.median)}, 99 % within ${duration(latency.p99)}`],
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
  return table(style, 'Stored', [
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
function shardsTable({ shards, kcl, userRecords }, style, columns) {
  /**
   * @param {number} kept
   * @param {number} whole
   */
  const keeps = (kept, whole) => {
    if (whole === 0) return style.dim('-');
    const text = `${count(kept)} (${percent(kept, whole)})`;
    return kept === whole ? style.green(text) : style.red(text);
  };
  const rows = shards.map((row) => [
    String(row.shard),
    stateOf(row),
    `${(100 * row.hashKeyShare).toFixed(1)} %`,
    count(row.kinesisRecords),
    count(row.userRecords),
    count(row.sentAgain),
    keeps(row.kclKeeps, row.userRecords),
    count(row.first.userRecords),
    keeps(row.first.kept, row.first.userRecords),
  ]);
  /** @param {(row: Result['shards'][number]) => number} column */
  const sum = (column) => count(shards.reduce((total, row) => total + column(row), 0));
  const total = [
    'all',
    '',
    '',
    sum((row) => row.kinesisRecords),
    sum((row) => row.userRecords),
    sum((row) => row.sentAgain),
    keeps(kcl.kept, userRecords.out),
    sum((row) => row.first.userRecords),
    keeps(kcl.first.kept, userRecords.in),
  ];
  const heads = [
    ...['shard', 'state', 'hash keys', 'Kinesis records', 'user records', 'retried', 'KCL keeps'],
    ...["with 'first'", "keeps of 'first'"],
  ];
  const spare = ['hash keys', "with 'first'", 'Kinesis records', 'retried', "keeps of 'first'"];
  const all = fitted([heads, ...rows, total], columns, spare);
  return table(style, 'Shards, and what a KCL consumer of each keeps', all, 2);
}

/** @param {{ parents: number[], children: number[] }} shard */
function stateOf({ parents, children }) {
  return [
    parents.length > 0 && `from ${parents.join(' and ')}`,
    children.length > 0 ? `closed: now ${children.join(' and ')}` : 'open',
  ]
    .filter(Boolean)
    .join(', ');
}

/**
 * @param {Result} result
 * @param {Style} style
 */
function timeTable({ milliseconds, userRecords }, style) {
  /** @param {number} value */
  const each = (value) => style.dim(`${((1000 * value) / userRecords.in).toFixed(2)} µs per user record`);
  const { put, deaggregate, requests, total } = milliseconds;
  return table(style, 'Time', [
    ['putting, aggregation included', duration(put), each(put)],
    ['deaggregating', duration(deaggregate), each(deaggregate)],
    ['requests: SDK and endpoints', duration(requests), ''],
    ['in all', duration(total), ''],
  ]);
}

/**
 * @param {Result} result
 * @param {Style} style
 */
function verdict({ checks, kcl, userRecords }, style) {
  const { dropped } = kcl.first;
  const loss = dropped === 0 ? 'none, with so few records' : `${count(dropped)} (${percent(dropped, userRecords.in)})`;
  return [
    '',
    ...checks.map(({ ok, text }) => (ok ? style.green(`  ✔ ${text}`) : style.red(`  ✘ ${text}`))),
    `  ${style.dim('·')} under the older packages' routing a KCL would drop ${loss}`,
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
  const rows = results.map(({ ok, routing, userRecords, balance, aggregated, unaggregated, delivery, order }) => [
    routing,
    count(aggregated.kinesisRecords),
    percent(unaggregated.payloadUnits - aggregated.payloadUnits, unaggregated.payloadUnits),
    order.kept ? style.green('kept') : 'not kept',
    count(delivery.entries.retried),
    duration(delivery.latency.median),
    ok ? style.green(`${count(userRecords.in - balance.missing)} of ${count(userRecords.in)}`) : style.red('failed'),
  ]);
  const heads = [
    ...['routing', 'Kinesis records', 'payload units saved', 'order per key', 'entries retried', 'put to stored'],
    'came back',
  ];
  const all = fitted([heads, ...rows], columns, ['payload units saved', 'entries retried', 'put to stored']);
  return table(style, 'All routings', all).join('\n');
}

/**
 * How many checks of all runs held: the last line.
 *
 * @param {Result[]} results
 */
function tally(results) {
  const checks = results.flatMap((result) => result.checks);
  const passed = checks.filter(({ ok }) => ok).length;
  return `${passed} passed, ${checks.length - passed} failed`;
}

module.exports = { comparison, report, tally };
