import type { AggregatedRecord } from '../../index';

/**
 * An entry of PutRecords: a plain object, but not made by an object literal. V8 would find that those of this place live
 * long, make them among the long-lived objects from then on, and keep what dead ones hold until the next full collection.
 */
const PlainAggregatedRecord = function (
  this: { -readonly [name in keyof AggregatedRecord]: AggregatedRecord[name] },
  partitionKey: string,
  explicitHashKey: string | null,
  data: Buffer,
  userRecordCount: number,
): void {
  this.PartitionKey = partitionKey;
  if (explicitHashKey !== null) this.ExplicitHashKey = explicitHashKey;
  this.Data = data;
  this.userRecordCount = userRecordCount;
} as unknown as new (
  partitionKey: string,
  explicitHashKey: string | null,
  data: Buffer,
  userRecordCount: number,
) => AggregatedRecord;
PlainAggregatedRecord.prototype = Object.prototype;

export function aggregatedRecord(
  partitionKey: string,
  explicitHashKey: string | null,
  data: Buffer,
  userRecordCount: number,
): AggregatedRecord {
  return new PlainAggregatedRecord(partitionKey, explicitHashKey, data, userRecordCount);
}
