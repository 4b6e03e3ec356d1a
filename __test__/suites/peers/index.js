'use strict';

// What this package writes the other implementations read, and the other way round:
// `npm test -- peers [--seed 1 --streams 1000]`.

const { parseArgs } = require('node:util');
const { startPeers } = require('./peers');
const { ready } = require('../../../scripts/setup');

ready();
const { testLossAtTheLimit, testReading, testWriting } = require('./exchange');
const { testPage } = require('./page');
const { runTests } = require('../../support/report');

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, streams: { type: 'string', default: '1000' } },
});

runTests(async (report) => {
  const { peers, stop } = startPeers();
  const seed = Number(values.seed);
  const streams = Number(values.streams);
  try {
    for (const peer of peers) {
      report.heading(`${peer.name}, seed ${seed}, ${streams} streams each way`);
      await testReading(report, peer, seed, streams);
      await testWriting(report, peer, seed, streams);
    }
    await testLossAtTheLimit(report, peers);
    testPage(report);
  } finally {
    stop();
  }
});
