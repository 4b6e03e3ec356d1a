// User records as plain objects, and yet made by constructors.

import type { UserRecord } from '../../index';

/**
 * A constructor of what an object literal makes, since the prototype is that of all objects. V8 notes of every literal whether
 * what it makes lives on: after the first events it would make all user records in old space, and then free them late.
 *
 * @param fill sets the fields of `this`
 */
export function makerOfPlainObjects<T, Values extends unknown[]>(fill: (this: T, ...values: Values) => void) {
  fill.prototype = Object.prototype;
  return fill as unknown as new (
    ...values: Values
  ) => T;
}

export const PlainUserRecord = makerOfPlainObjects(function (
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
});
