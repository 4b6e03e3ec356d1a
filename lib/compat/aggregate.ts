// `aggregate` of aws-kinesis-agg 4.2.8: records in, a handler called for each encoded record, errors to a callback.

import type { AggregatorOptions, EncodedRecord } from '../../compat';
import { type Callbacks, HandlerQueue } from './handler-queue';
import { RecordAggregator } from './record-aggregator';
import type { LooseUserRecord } from './user-record';

/** @param queueSize the options may stand in its place */
export function aggregate(
  records: { forEach(each: (record: LooseUserRecord) => void): void },
  encodedRecordHandler: Callbacks['encodedRecordHandler'],
  afterPutAggregatedRecords: () => void,
  errorCallback: (error: Error, data?: EncodedRecord) => void,
  queueSize?: number | AggregatorOptions | null,
  options?: AggregatorOptions,
): void {
  const hasQueueSize = typeof queueSize !== 'object';
  const queue = new HandlerQueue(
    {
      encodedRecordHandler,
      // Whatever a handler says it is.
      onError: (error, result) => errorCallback(error as Error, result as EncodedRecord | undefined),
      onDrained: () => afterPutAggregatedRecords(),
    },
    hasQueueSize ? queueSize : undefined,
  );
  const aggregator = new RecordAggregator(
    (error, encoded) => {
      if (error) errorCallback(error, encoded);
      else if (encoded) queue.push(encoded);
    },
    hasQueueSize ? options : (queueSize ?? options),
  );
  aggregator.aggregateRecords(records, true);
  if (!queue.isStarted) {
    errorCallback(new Error('No records'));
    afterPutAggregatedRecords();
  }
}
