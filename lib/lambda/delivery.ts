import type { Delivery, EventRecord } from '../../lambda';
import { eventIdOf, payloadOf } from './event';

/** Beside a user record; id and time are made when they are read, which most handlers never do. */
export class UserRecordDelivery<R extends EventRecord> implements Delivery<R> {
  readonly source: R;
  readonly signal: AbortSignal;
  readonly #subSequenceNumber: number;

  constructor(source: R, subSequenceNumber: number, signal: AbortSignal) {
    this.source = source;
    this.signal = signal;
    this.#subSequenceNumber = subSequenceNumber;
  }

  get id(): string {
    return `${eventIdOf(this.source)}:${this.#subSequenceNumber}`;
  }

  get arrivedAt(): Date | undefined {
    const { approximateArrivalTimestamp: seconds } = payloadOf(this.source);
    return typeof seconds === 'number' ? new Date(Math.round(seconds * 1000)) : undefined;
  }
}
