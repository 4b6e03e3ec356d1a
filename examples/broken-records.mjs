import { deaggregate, KplError } from 'kinesis-agg';

/** User records that are whole. `onBroken` hears of each record that claims to be an aggregate and is not one. */
export function wholeRecords(records, onBroken) {
  return deaggregate(records, { onBroken }).filter(({ decodeError }) => decodeError === undefined);
}

/** All or nothing. */
export function allOrNothing(records) {
  try {
    return deaggregate(records, { strict: true });
  } catch (error) {
    if (error instanceof KplError) console.error(`Kinesis record ${error.recordIndex}: ${error.code}`);
    throw error;
  }
}
