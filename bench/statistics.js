'use strict';

const { PACKAGE } = require('./contestants');

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @typedef {import('./child').Finding} Finding */

/**
 * All rounds of a contestant as one finding.
 *
 * @param {Finding[]} rounds
 */
function summary(rounds) {
  const of = (/** @type {'median' | 'mean' | 'least' | 'cpu'} */ what) => rounds.map((round) => round[what]);
  return {
    median: median(of('median')),
    mean: median(of('mean')),
    least: Math.min(...of('least')),
    cpu: median(of('cpu')),
    /** Of the worst round: it is there to find the process that has gone bad. */
    meanToMedian: Math.max(...rounds.map((round) => round.mean / round.median)),
  };
}

/**
 * How many times as much a rival needs. Each round is a ratio of its own, since what else the machine does hits
 * neighbours in time alike.
 *
 * @param {Finding[]} rounds the package's
 * @param {Finding[]} rivalRounds
 */
function ratio(rounds, rivalRounds) {
  const of = (/** @type {'median' | 'mean' | 'cpu'} */ what) =>
    median(rivalRounds.map((rival, i) => rival[what] / rounds[i][what]));
  return { median: of('median'), mean: of('mean'), cpu: of('cpu') };
}

/**
 * A row's figures: each contestant's, its ratio to the package's, and whether what the row asks for is met.
 *
 * @param {import('./rows').Row} row
 * @param {Record<string, Finding[]>} rounds by contestant
 */
function evaluate({ against, atMost = {} }, rounds) {
  const { [PACKAGE]: ours, ...others } = rounds;
  const figures = summary(ours);
  return {
    figures,
    rivals: Object.entries(others).map(([contestant, theirs]) => {
      const target = against[contestant] ?? undefined;
      const times = ratio(ours, theirs);
      const isMet = target === undefined ? undefined : times.median >= target && times.mean >= target;
      return { contestant, figures: summary(theirs), times, target, isMet };
    }),
    limits: Object.entries(atMost).map(([what, most]) => ({ what, most, isMet: figures[what] <= most })),
  };
}

module.exports = { evaluate, median, ratio, summary };
