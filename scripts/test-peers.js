'use strict';

// npm run test:peers [-- --seed 1 --streams 1000]: what this package writes the other implementations read, and the other way round.

const { parseArgs } = require('node:util');
const { ensureBuilt } = require('./build.js');
const { startPeers } = require('./peers.js');
const { runTests } = require('../tests/report.js');

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, streams: { type: 'string', default: '1000' } },
});

runTests(async (report) => {
  const { peers, stop } = startPeers();
  try {
    ensureBuilt();
    // Only now: this loads the addon.
    const { testLossAtTheLimit, testReading, testWriting } = require('../tests/peers/peers.js');
    const seed = Number(values.seed);
    const streams = Number(values.streams);
    for (const peer of peers) {
      report.heading(`${peer.name}, seed ${seed}, ${streams} streams each way`);
      await testReading(report, peer, seed, streams);
      await testWriting(report, peer, seed, streams);
    }
    await testLossAtTheLimit(report, peers);
  } finally {
    stop();
  }
});
