import type { ProducerMetrics } from '../../producer';

/** Counters since the start. What is a gauge is read where it stands. */
export class Metrics {
  userRecords = { taken: 0, stored: 0, failed: 0, expired: 0, mayBeDuplicated: 0 };
  bytesStored = 0;
  entries = { sent: 0, stored: 0, throttled: 0, retried: 0 };
  requests = { sent: 0, failed: 0 };
  errors = new Map<string, number>();
  shardMapReads = 0;
  bufferingMs = { count: 0, sum: 0, max: 0 };
  requestMs = { count: 0, sum: 0, max: 0 };

  error(code: string, count = 1): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + count);
  }

  snapshot(gauges: Gauges): ProducerMetrics {
    return {
      userRecords: { ...this.userRecords },
      bytesStored: this.bytesStored,
      entries: { ...this.entries },
      requests: { ...this.requests },
      errors: Object.fromEntries(this.errors),
      shardMapReads: this.shardMapReads,
      bufferingMs: { ...this.bufferingMs },
      requestMs: { ...this.requestMs },
      ...gauges,
    };
  }
}

type Gauges = Pick<
  ProducerMetrics,
  'bufferedBytes' | 'bufferedRecords' | 'waitingPuts' | 'inFlightRequests' | 'oldestRecordAgeMs'
>;

export function observe(figure: { count: number; sum: number; max: number }, value: number): void {
  figure.count++;
  figure.sum += value;
  if (value > figure.max) figure.max = value;
}
