import { deaggregateRecords } from 'kinesis-agg';
import { createHandler, type PipesRecord } from 'kinesis-agg/lambda';

/** The target of an EventBridge pipe: its response names the events by their ids, which is what Pipes wants. */
export const target = createHandler<PipesRecord>(({ partitionKey, data }) => {
  console.log(partitionKey, JSON.parse(data.toString()).celsius.toFixed(1));
});

/** The enrichment of a pipe: user records for the target, which keep the id of their Kinesis record. */
export const enrichment = async (records: PipesRecord[]) => deaggregateRecords(records);
