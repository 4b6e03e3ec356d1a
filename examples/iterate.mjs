import { iterDeaggregate } from 'kinesis-agg';

/** The first user record of a device; Kinesis records behind it are not even looked at. */
export function firstOf(records, device) {
  for (const record of iterDeaggregate(records)) {
    if (record.partitionKey === device) return record;
  }
  return undefined;
}
