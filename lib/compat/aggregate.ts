// @ts-nocheck
// `aggregate` of aws-kinesis-agg 4.2.8: records in, a handler called for each encoded record, errors to a callback.

import { HandlerQueue } from './handler-queue';
import { RecordAggregator } from './record-aggregator';

/** @typedef {import('../../index').AggregatorOptions} AggregatorOptions */

/**
 * @param {{ forEach(each: (record: any) => void): void }} records
 * @param {(encodedRecord: any, callback: (err?: any, data?: any) => void) => unknown} encodedRecordHandler
 * @param {() => void} afterPutAggregatedRecords
 * @param {(error: any, data?: any) => void} errorCallback
 * @param {number | AggregatorOptions} [queueSize]
 * @param {AggregatorOptions} [options]
 */
function aggregate(records, encodedRecordHandler, afterPutAggregatedRecords, errorCallback, queueSize, options) {
  const hasQueueSize = typeof queueSize !== 'object';
  const queue = new HandlerQueue(
    {
      encodedRecordHandler,
      onError: (error, result) => errorCallback(error, result),
      onDrained: () => afterPutAggregatedRecords(),
    },
    hasQueueSize ? queueSize : undefined,
  );
  const onReadyCallback = (/** @type {any} */ error, /** @type {any} */ encoded) => {
    if (error) errorCallback(error, encoded);
    else queue.push(encoded);
  };
  const aggregator = new RecordAggregator(onReadyCallback, hasQueueSize ? options : (queueSize ?? options));
  aggregator.aggregateRecords(records, true);
  if (!queue.isStarted) {
    errorCallback(new Error('No records'));
    afterPutAggregatedRecords();
  }
}

export { aggregate };
