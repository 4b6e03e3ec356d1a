'use strict';

// A Lambda event in, its user records out one by one.

const { BEST_JS, INCUMBENT, MD5, PACKAGE, load } = require('../contestants');
const deaggregate = require('./deaggregate');
const { ofOldUserRecord, ofUserRecord } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE](records) {
    const { iterDeaggregate } = load.package();
    return {
      ...ofUserRecord,
      run(visit) {
        for (const userRecord of iterDeaggregate(records)) visit(userRecord);
      },
    };
  },
  [INCUMBENT](records) {
    const { deaggregate } = load.incumbent();
    return {
      ...ofOldUserRecord,
      run(visit) {
        const perRecord = (error, userRecord) => {
          if (error) throw error;
          visit(userRecord);
        };
        for (const { kinesis } of records) deaggregate(kinesis, true, perRecord, throwIfAny);
      },
    };
  },
  [BEST_JS](records) {
    const { iterDeaggregate } = load.bestJs();
    return {
      ...ofUserRecord,
      run(visit) {
        for (const userRecord of iterDeaggregate(records)) visit(userRecord);
      },
    };
  },
  [MD5]: deaggregate[MD5],
};

function throwIfAny(error) {
  if (error) throw error;
}
