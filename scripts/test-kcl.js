'use strict';

// npm run test:kcl [-- --seed 1 --streams 1000 --blobs 30000]: this package against the real Amazon Kinesis Client Library.
// Streams are counted per routing.

const { parseArgs } = require('node:util');
const { ensureBuilt } = require('./build.js');
const { startKcl } = require('./kcl.js');
const { runTests } = require('../tests/report.js');

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    streams: { type: 'string', default: '1000' },
    blobs: { type: 'string', default: '30000' },
  },
});

runTests(async (report) => {
  const kcl = startKcl();
  try {
    ensureBuilt();
    // Only now: these load the addon.
    const { testVectors } = require('../tests/kcl/vectors.js');
    const { testHostileBlobs } = require('../tests/kcl/hostile.js');
    const { testRoutings } = require('../tests/kcl/routings.js');
    const seed = Number(values.seed);
    report.heading(`Amazon Kinesis Client Library ${kcl.version}, seed ${seed}`);
    await testVectors(report, kcl);
    await testHostileBlobs(report, kcl, seed, Number(values.blobs));
    await testRoutings(report, kcl, seed, Number(values.streams));
  } finally {
    kcl.stop();
  }
});
