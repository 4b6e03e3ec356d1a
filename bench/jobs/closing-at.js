'use strict';

const { load } = require('../contestants');

/**
 * The option that closes aggregates at a size. A package of before 0.2 (`--before`) knows it as `maxBytes` alone, and ignores
 * names that it does not know.
 *
 * @param {number} maxAggregateBytes
 */
function closingAt(maxAggregateBytes) {
  const record = { partitionKey: 'a', data: Buffer.alloc(64) };
  const isKnown = load.package().aggregate([record, record], { maxAggregateBytes: 128 }).length === 2;
  return isKnown ? { maxAggregateBytes } : { maxBytes: maxAggregateBytes };
}

module.exports = { closingAt };
