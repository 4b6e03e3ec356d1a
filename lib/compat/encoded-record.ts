// @ts-nocheck
// What handlers and callbacks get for an aggregate.

/**
 * The older package gave an explicit hash key as `ExplicitHashKey` while its documentation read `explicitHashKey`:
 * here are both.
 *
 * @param {any} partitionKey
 * @param {Buffer} data
 * @param {any} explicitHashKey `undefined` for none
 */
function encodedRecord(partitionKey, data, explicitHashKey) {
  return explicitHashKey === undefined
    ? { partitionKey, data }
    : { partitionKey, data, ExplicitHashKey: explicitHashKey, explicitHashKey };
}

/** @typedef {ReturnType<typeof encodedRecord>} EncodedRecord */

export { encodedRecord };
