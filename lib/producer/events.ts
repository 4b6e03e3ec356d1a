// What `node:diagnostics_channel` carries, for whoever has subscribed.

import { channel } from 'node:diagnostics_channel';
import type { Log } from './log';

const REQUESTS = channel('kinesis-agg:producer:request');
const FAILURES = channel('kinesis-agg:producer:failure');
const SHARDS = channel('kinesis-agg:producer:shards');

type Channel = ReturnType<typeof channel>;

export class Events {
  readonly #stream: string;
  readonly #log: Log;
  readonly #whenWhole: (publish: () => void) => void;

  /** @param whenWhole calls what it is given once the state is whole: a subscriber may call the producer again */
  constructor(stream: string, log: Log, whenWhole: (publish: () => void) => void) {
    this.#stream = stream;
    this.#log = log;
    this.#whenWhole = whenWhole;
  }

  request(event: () => object): void {
    this.#publish(REQUESTS, event);
  }

  failure(event: () => object): void {
    this.#publish(FAILURES, event);
  }

  shards(shards: number): void {
    this.#publish(SHARDS, () => ({ shards }));
  }

  #publish(to: Channel, event: () => object): void {
    if (!to.hasSubscribers) return;
    const message = { stream: this.#stream, ...event() };
    this.#whenWhole(() => {
      // A subscriber that throws changes nothing: Node hands its error to the process, which is the subscriber's.
      try {
        to.publish(message);
      } catch (error) {
        this.#log.error('SUBSCRIBER', 'a subscriber of diagnostics_channel has thrown', {
          error: error instanceof Error ? error.name : typeof error,
        });
      }
    });
  }
}
