// What handlers and callbacks get for an aggregate.

import type { EncodedRecord } from '../../compat';

/**
 * The older package gave an explicit hash key as `ExplicitHashKey` while its documentation read `explicitHashKey`:
 * here are both. The keys are handed out as they were given, whatever they are.
 *
 * @param explicitHashKey `undefined` for none
 */
export function encodedRecord(partitionKey: unknown, data: Buffer, explicitHashKey: unknown): EncodedRecord {
  const encoded =
    explicitHashKey === undefined
      ? { partitionKey, data }
      : { partitionKey, data, ExplicitHashKey: explicitHashKey, explicitHashKey };
  return encoded as EncodedRecord;
}
