// Places in a shard, and their order.

import type { Position } from '../../index';
import { KplError } from '../error';

/** A sequence number as Kinesis writes it: a decimal of any length without leading zeros. */
const SEQUENCE_NUMBER = /^(?:0|[1-9][0-9]*)$/;

/** A position that was checked. */
export interface Place {
  sequenceNumber: string;
  /** Infinity for the whole Kinesis record: it is after every user record in it. */
  subSequenceNumber: number;
}

export function comparePositions(a: Position, b: Position): -1 | 0 | 1 {
  const [left, right] = [placeOf('the first position', a), placeOf('the second position', b)];
  return (
    compareSequenceNumbers(left.sequenceNumber, right.sequenceNumber) ||
    order(left.subSequenceNumber, right.subSequenceNumber)
  );
}

/** Sequence numbers have up to 129 bits: they are compared as texts, never as numbers. Both must be decimals. */
export function compareSequenceNumbers(a: string, b: string): -1 | 0 | 1 {
  return order(a.length, b.length) || order(a, b);
}

function order<T extends number | string>(a: T, b: T): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

export function isSequenceNumber(value: unknown): value is string {
  return typeof value === 'string' && SEQUENCE_NUMBER.test(value);
}

export function isSubSequenceNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** @param name what the message calls the position */
export function placeOf(name: string, position: Position): Place {
  const { sequenceNumber, subSequenceNumber }: { sequenceNumber?: unknown; subSequenceNumber?: unknown } =
    position ?? {};
  if (!isSequenceNumber(sequenceNumber)) {
    const kind =
      typeof sequenceNumber === 'string' ? `one of ${sequenceNumber.length} characters` : typeof sequenceNumber;
    throw new KplError(
      'ERR_KPL_OPTION',
      `sequenceNumber of ${name} must be a decimal without leading zeros, as a string, got ${kind}`,
    );
  }
  if (subSequenceNumber === undefined || subSequenceNumber === null) {
    return { sequenceNumber, subSequenceNumber: Number.POSITIVE_INFINITY };
  }
  if (!isSubSequenceNumber(subSequenceNumber)) {
    const kind = typeof subSequenceNumber === 'number' ? String(subSequenceNumber) : typeof subSequenceNumber;
    throw new KplError('ERR_KPL_OPTION', `subSequenceNumber of ${name} must be an integer of 0 or more, got ${kind}`);
  }
  return { sequenceNumber, subSequenceNumber };
}
