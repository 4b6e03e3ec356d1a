'use strict';

// A Lambda event in, the text of each user record out. The old package hands out base64: its users decode it.

const { BEST_JS, INCUMBENT, MD5, PACKAGE, load } = require('../contestants');
const deaggregate = require('./deaggregate');
const { ofText } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE](records) {
    const { decode } = load.package();
    return {
      ...ofText,
      run(visit) {
        const batch = decode(records);
        for (let i = 0; i < batch.length; i++) visit(batch.text(i));
      },
    };
  },
  [INCUMBENT](records) {
    const { deaggregate } = load.incumbent();
    return {
      ...ofText,
      run(visit) {
        const perRecord = (error, userRecord) => {
          if (error) throw error;
          visit(Buffer.from(userRecord.data, 'base64').toString());
        };
        for (const { kinesis } of records) deaggregate(kinesis, true, perRecord, throwIfAny);
      },
    };
  },
  [BEST_JS](records) {
    const { texts } = load.bestJs();
    return { ...ofText, run: (visit) => texts(records, visit) };
  },
  [MD5]: deaggregate[MD5],
};

function throwIfAny(error) {
  if (error) throw error;
}
