'use strict';

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * All rounds of a contestant as one finding.
 *
 * @param {import('./child').Finding[]} rounds
 */
function summary(rounds) {
  return {
    median: median(rounds.map((round) => round.median)),
    mean: mean(rounds.map((round) => round.mean)),
    least: Math.min(...rounds.map((round) => round.least)),
    cpu: rounds[0].cpu === undefined ? undefined : median(rounds.map((round) => round.cpu ?? 0)),
  };
}

/**
 * How many times as much a rival needs. Each round is a ratio of its own, since what else the machine does hits
 * neighbours in time alike.
 *
 * @param {import('./child').Finding[]} rounds the package's
 * @param {import('./child').Finding[]} rivalRounds
 */
function ratio(rounds, rivalRounds) {
  /** @param {'median' | 'mean' | 'least' | 'cpu'} of */
  const ofRounds = (of) => median(rivalRounds.map((rival, i) => (rival[of] ?? 0) / (rounds[i][of] ?? 0)));
  const cpu = rounds[0].cpu === undefined ? undefined : ofRounds('cpu');
  return { median: ofRounds('median'), mean: ofRounds('mean'), least: ofRounds('least'), cpu };
}

module.exports = { mean, median, ratio, summary };
