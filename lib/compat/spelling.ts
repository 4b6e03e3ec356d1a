// @ts-nocheck
// The older package's two spellings of records: camelCase as Lambda has it, PascalCase as the SDK has it.

/**
 * What the older package reads of a Kinesis record, and gives of a user record.
 *
 * @typedef {object} Fields
 * @property {any} [partitionKey]
 * @property {any} [explicitPartitionKey]
 * @property {any} [sequenceNumber]
 * @property {number} [subSequenceNumber]
 * @property {any} [data]
 */

/** @typedef {(fields: Fields) => object} Spell */

/**
 * A record's fields, whichever spelling it has, and how to spell a record like it. One with `Data` is taken for
 * PascalCase.
 *
 * @param {any} record
 * @returns {{ fields: Fields, spell: Spell }}
 */
function readSpelling(record) {
  if (typeof record.Data === 'undefined') return { fields: record, spell: (fields) => fields };
  // Name by name, as the older package does it: where both spellings are there, the later one counts.
  const entries = Object.entries(record).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]);
  return { fields: Object.fromEntries(entries), spell: inPascalCase };
}

/** @type {Spell} */
function inPascalCase(fields) {
  const { partitionKey, explicitPartitionKey, sequenceNumber, subSequenceNumber, data } = fields;
  const spelled = { PartitionKey: partitionKey, ExplicitPartitionKey: explicitPartitionKey };
  return subSequenceNumber === undefined
    ? { ...spelled, SequenceNumber: sequenceNumber, Data: data }
    : { ...spelled, SequenceNumber: sequenceNumber, SubSequenceNumber: subSequenceNumber, Data: data };
}

export { readSpelling };
