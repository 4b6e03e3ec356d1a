// The older package's two spellings of records: camelCase as Lambda has it, PascalCase as the SDK has it.

import { makerOfPlainObjects } from '../deaggregate/plain-record';

/** What the older package reads of a Kinesis record, and gives of a user record: values of any kind. */
export interface Fields {
  partitionKey?: unknown;
  explicitPartitionKey?: unknown;
  sequenceNumber?: unknown;
  /** Of a user record. */
  subSequenceNumber?: number;
  data?: unknown;
}

/** How to spell what comes out. */
export interface Spelling {
  /** Makes a record that was not taken apart. */
  whole(fields: Fields): object;
  UserRecord: new (
    partitionKey: unknown,
    explicitPartitionKey: unknown,
    sequenceNumber: unknown,
    subSequenceNumber: number,
    data: unknown,
  ) => object;
}

/**
 * A record's fields, whichever spelling it has, and how to spell a record like it. One with `Data` is taken for
 * PascalCase.
 */
export function readSpelling(record: object): { fields: Fields; spelling: Spelling } {
  if ((record as { Data?: unknown }).Data === undefined) return { fields: record, spelling: CAMEL_CASE };
  // Name by name, as the older package does it: where both spellings are there, the later one counts.
  const entries = Object.entries(record).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]);
  return { fields: Object.fromEntries(entries), spelling: PASCAL_CASE };
}

const CAMEL_CASE: Spelling = {
  whole: ({ partitionKey, explicitPartitionKey, sequenceNumber, data }) => ({
    partitionKey,
    explicitPartitionKey,
    sequenceNumber,
    data,
  }),
  UserRecord: makerOfPlainObjects(function (
    this: Fields,
    partitionKey: unknown,
    explicitPartitionKey: unknown,
    sequenceNumber: unknown,
    subSequenceNumber: number,
    data: unknown,
  ) {
    this.partitionKey = partitionKey;
    this.explicitPartitionKey = explicitPartitionKey;
    this.sequenceNumber = sequenceNumber;
    this.subSequenceNumber = subSequenceNumber;
    this.data = data;
  }),
};

const PASCAL_CASE: Spelling = {
  whole: ({ partitionKey, explicitPartitionKey, sequenceNumber, data }) => ({
    PartitionKey: partitionKey,
    ExplicitPartitionKey: explicitPartitionKey,
    SequenceNumber: sequenceNumber,
    Data: data,
  }),
  UserRecord: makerOfPlainObjects(function (
    this: Record<string, unknown>,
    partitionKey: unknown,
    explicitPartitionKey: unknown,
    sequenceNumber: unknown,
    subSequenceNumber: number,
    data: unknown,
  ) {
    this.PartitionKey = partitionKey;
    this.ExplicitPartitionKey = explicitPartitionKey;
    this.SequenceNumber = sequenceNumber;
    this.SubSequenceNumber = subSequenceNumber;
    this.Data = data;
  }),
};
