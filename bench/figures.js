'use strict';

// The newest of the kept figures as one SVG.

const { BEST_JS, INCUMBENT, PACKAGE } = require('./contestants');
const { newest } = require('./results');
const { growthRows, tableRows } = require('./rows');
const { evaluate } = require('./statistics');
const {
  BLUE,
  LINE,
  ORANGE,
  TEXT,
  VIOLET,
  WIDTH,
  drawing,
  keys,
  level,
  polyline,
  round,
  text,
  upright,
} = require('./svg');

const COLOURS = { [PACKAGE]: BLUE, [INCUMBENT]: VIOLET, [BEST_JS]: ORANGE };

const LABELS = 350;
const RIGHT = WIDTH - 50;
const BAR = 11;
const ROW = 2 * BAR + 10;
const TOP = 64;
const CHART_HEIGHT = 200;

/**
 * @param {import('./results').Results[]} kept
 * @param {string} major of Node
 */
function drawFigures(kept, major) {
  const { about, rounds } = newest(kept, { major });
  const drawn = (/** @type {import('./rows').Row[]} */ rows) =>
    rows.flatMap((row) => (rounds[row.name] === undefined ? [] : [drawnRow(row, rounds[row.name])]));
  const bars = drawn(tableRows).filter(({ ratios }) => ratios[INCUMBENT] ?? ratios[BEST_JS]);
  const curves = drawn(growthRows).filter(({ growth }) => growth?.of === 'userRecords');
  const chartsTop = TOP + bars.length * ROW + 70;
  const height = chartsTop + (curves.length > 0 ? CHART_HEIGHT + 60 : -40);
  const { node, cpu } = about[tableRows[0].name];
  const title = `How many times as fast kinesis-agg is, or as little memory it takes (Node ${node}, ${cpu})`;
  return drawing(title, height, [
    legend(36, [INCUMBENT, BEST_JS], 'against '),
    ...barChart(bars),
    ...(curves.length > 0 ? growthCharts(curves, chartsTop) : []),
  ]);
}

function drawnRow(row, rounds) {
  const { figures, rivals } = evaluate(row, rounds);
  const medians = rivals.map((rival) => [rival.contestant, rival.figures.median]);
  return {
    title: row.title.replaceAll('`', ''),
    growth: row.growth,
    medians: { [PACKAGE]: figures.median, ...Object.fromEntries(medians) },
    ratios: Object.fromEntries(rivals.map((rival) => [rival.contestant, rival.times])),
  };
}

/** Bars to the right of 1x where the package wins, to its left where the rival does. */
function barChart(bars) {
  const ratios = bars.flatMap(({ ratios }) => [INCUMBENT, BEST_JS].flatMap((rival) => ratios[rival]?.median ?? []));
  const most = Math.max(2, ...ratios);
  const least = Math.min(0.8, ...ratios);
  const x = logScale(least, most, LABELS, RIGHT);
  const bottom = TOP + bars.length * ROW;
  const marks = [0.25, 0.5, 1, 2, 4, 8, 16, 32].filter((mark) => mark >= least && mark <= most);
  return [
    ...marks.map(
      (mark) =>
        upright(x(mark), TOP - 6, bottom, mark === 1 ? TEXT : LINE) +
        text(x(mark), bottom + 12, `${mark}x`, 'text-anchor="middle"'),
    ),
    ...bars.flatMap(({ title, ratios }, index) => {
      const y = TOP + index * ROW;
      const drawn = [INCUMBENT, BEST_JS].filter((rival) => ratios[rival] !== undefined);
      const label = text(LABELS - 10, y + BAR + 4, title, 'text-anchor="end"');
      return [label, ...drawn.map((rival, at) => bar(x, y + at * (BAR + 1), ratios[rival].median, COLOURS[rival]))];
    }),
  ];
}

function bar(x, y, ratio, colour) {
  const [from, to] = [x(1), x(ratio)].sort((a, b) => a - b);
  const rectangle = `<rect x="${round(from)}" y="${y}" width="${round(Math.max(to - from, 1))}" height="${BAR}" fill="${colour}"/>`;
  return rectangle + text(to + 4, y + BAR - 2, ratio.toFixed(ratio < 10 ? 2 : 1), 'font-size="10"');
}

/** What a user record takes, from few to many of them: level is linear growth. */
function growthCharts(curves, top) {
  const series = [...new Set(curves.map(({ growth }) => growth.series))];
  const width = (RIGHT - 40) / series.length;
  return [
    text(
      0,
      top - 22,
      'Nanoseconds for each user record, from 10 to 1 700 000 of them: level is linear',
      'font-size="14"',
    ),
    legend(top - 4, [PACKAGE, INCUMBENT, BEST_JS], ''),
    ...series.flatMap((name, index) =>
      growthChart(
        curves.filter(({ growth }) => growth.series === name),
        40 + index * width,
        width - 40,
        top + 20,
      ),
    ),
  ];
}

function growthChart(curve, left, width, top) {
  const bottom = top + CHART_HEIGHT - 20;
  const nanoseconds = (row, contestant) => (1e6 * row.medians[contestant]) / row.growth.value;
  const all = curve.flatMap((row) => Object.keys(row.medians).map((contestant) => nanoseconds(row, contestant)));
  const y = logScale(
    10 ** Math.floor(Math.log10(Math.min(...all))),
    10 ** Math.ceil(Math.log10(Math.max(...all))),
    bottom,
    top,
  );
  const x = logScale(10, 2_000_000, left, left + width);
  const marks = [10, 100, 1000, 10_000, 100_000].filter((mark) => y(mark) >= top - 1 && y(mark) <= bottom + 1);
  return [
    text(left, top - 4, curve[0].title.replace(/ \d+ /, ' ')),
    ...marks.map(
      (mark) =>
        level(left, left + width, y(mark)) +
        text(left - 4, y(mark) + 4, short(mark), 'text-anchor="end" font-size="10"'),
    ),
    // 1M and 1.7M would stand in each other's way.
    ...curve
      .filter(({ growth }) => growth.value !== 1e6)
      .map((row) =>
        text(x(row.growth.value), bottom + 14, short(row.growth.value), 'text-anchor="middle" font-size="10"'),
      ),
    ...[INCUMBENT, BEST_JS, PACKAGE].map((contestant) => {
      const points = curve.map((row) => [x(row.growth.value), y(nanoseconds(row, contestant))]);
      return polyline(points, COLOURS[contestant]);
    }),
  ];
}

function legend(y, names, before) {
  return keys(
    y,
    names.map((name) => [before + name, COLOURS[name]]),
  );
}

function logScale(from, to, start, end) {
  return (/** @type {number} */ value) => start + ((end - start) * Math.log(value / from)) / Math.log(to / from);
}

function short(value) {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 ? `${value / 1000}k` : String(value);
}

module.exports = { drawFigures };
