// A user record as a plain object.

import type { UserRecord } from '../../index';

/**
 * What an object literal makes, since the prototype is that of all objects, but for V8: it takes the place of a literal
 * that lives as long as an event does for one whose objects are best made in old space, and then frees them late.
 */
export const PlainUserRecord = function (
  this: UserRecord,
  partitionKey: string | null,
  explicitHashKey: string | null,
  data: Buffer,
  sequenceNumber: string,
  subSequenceNumber: number,
  aggregated: boolean,
) {
  this.partitionKey = partitionKey;
  this.explicitHashKey = explicitHashKey;
  this.data = data;
  this.sequenceNumber = sequenceNumber;
  this.subSequenceNumber = subSequenceNumber;
  this.aggregated = aggregated;
} as unknown as new (
  partitionKey: string | null,
  explicitHashKey: string | null,
  data: Buffer,
  sequenceNumber: string,
  subSequenceNumber: number,
  aggregated: boolean,
) => UserRecord;
PlainUserRecord.prototype = Object.prototype;
