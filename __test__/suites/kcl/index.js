'use strict';

// This package against the real Amazon Kinesis Client Library:
// `npm test -- kcl [--seed 1 --streams 1000 --blobs 30000]`; streams are counted per routing.

const { parseArgs } = require('node:util');
const { startKcl } = require('./library');
const { ready } = require('../../../scripts/setup');

ready();
const { testCommandLine } = require('./command-line');
const { testHostileBlobs } = require('./hostile');
const { testRoutings } = require('./routings');
const { testVectors } = require('./vectors');
const { runTests } = require('../../support/report');

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    streams: { type: 'string', default: '1000' },
    blobs: { type: 'string', default: '30000' },
  },
});

runTests(async (report) => {
  const kcl = startKcl();
  const seed = Number(values.seed);
  try {
    report.heading(`Amazon Kinesis Client Library ${kcl.version}, seed ${seed}`);
    await testVectors(report, kcl);
    await testHostileBlobs(report, kcl, seed, Number(values.blobs));
    await testCommandLine(report, kcl, seed);
    await testRoutings(report, kcl, seed, Number(values.streams));
  } finally {
    kcl.stop();
  }
});
