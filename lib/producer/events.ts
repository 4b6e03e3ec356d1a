// What `node:diagnostics_channel` carries, for whoever has subscribed.

import { channel } from 'node:diagnostics_channel';

const REQUESTS = channel('kinesis-agg:producer:request');
const FAILURES = channel('kinesis-agg:producer:failure');
const SHARDS = channel('kinesis-agg:producer:shards');

type Channel = ReturnType<typeof channel>;

export class Events {
  readonly #stream: string;
  readonly #whenWhole: (publish: () => void) => void;

  /** @param whenWhole calls what it is given once the state is whole: a subscriber may call the producer again */
  constructor(stream: string, whenWhole: (publish: () => void) => void) {
    this.#stream = stream;
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
    // It does not throw: Node hands a subscriber's error to the process.
    this.#whenWhole(() => to.publish(message));
  }
}
