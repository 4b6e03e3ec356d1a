import { iterDeaggregate } from 'kinesis-agg';

/** The first user record of a device; A Kinesis record behind it is not read. */
export function firstOf(records, device) {
  for (const record of iterDeaggregate(records)) {
    if (record.partitionKey === device) return record;
  }
  return undefined;
}
