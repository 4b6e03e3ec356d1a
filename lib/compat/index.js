'use strict';

// A drop-in for aws-kinesis-agg 4.2.8.

const { deaggregate, deaggregateSync } = require('./deaggregate');
const { RecordAggregator } = require('./record-aggregator');
const { aggregate } = require('./aggregate');

// A literal with plain names: ESM finds its named imports in it.
module.exports = { RecordAggregator, aggregate, deaggregate, deaggregateSync };
