'use strict';

// Partition keys in, hash keys out.

const { BEST_JS, CREATE_HASH, PACKAGE, load } = require('../contestants');
const { ofText } = require('./results');

/** @type {import('../contestants').Job} */
module.exports = {
  [PACKAGE]: (partitionKeys) => each(load.package().hashKey, partitionKeys),
  [CREATE_HASH](partitionKeys) {
    const { createHash } = require('node:crypto');
    const hashKey = (key) => BigInt(`0x${createHash('md5').update(key).digest('hex')}`).toString();
    return each(hashKey, partitionKeys);
  },
  [BEST_JS]: (partitionKeys) => each(load.bestJs().hashKey, partitionKeys),
};

/** @returns {import('../contestants').Contestant} */
function each(hashKey, partitionKeys) {
  return {
    ...ofText,
    run(visit) {
      for (let i = 0; i < partitionKeys.length; i++) visit(hashKey(partitionKeys[i]));
    },
  };
}
