'use strict';

// What `aggregate` of aws-kinesis-agg 4.2.8 would do if its defects were repaired: the model of its `RecordAggregator`
// before the very queue that the older package uses.

const async = require(require.resolve('async', { paths: [require.resolve('aws-kinesis-agg')] }));
const { ModelAggregator } = require('./record-aggregator');

/** The model of the function; `deltas` collects what the aggregator's model notes. */
function modelAggregate(deltas) {
  return (records, encodedRecordHandler, afterPutAggregatedRecords, errorCallback, queueSize = 1) => {
    const queue = async.queue((encoded, done) => {
      encodedRecordHandler(encoded, (err, result) => {
        if (err) errorCallback(err, result);
        done();
      });
    }, queueSize);
    queue.drain = () => afterPutAggregatedRecords();
    const aggregator = new ModelAggregator((error, encoded) => {
      if (error) errorCallback(error, encoded);
      else queue.push(encoded);
    });
    aggregator.deltas = deltas;
    aggregator.aggregateRecords(records, true);
    if (!queue.started) {
      errorCallback(new Error('No records'));
      afterPutAggregatedRecords();
    }
  };
}

module.exports = { modelAggregate };
