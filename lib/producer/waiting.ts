import type { ReadUserRecord } from '../aggregate/input';
import type { Epoch } from './epochs';
import { ProducerError } from './errors';
import type { Owner } from './members';

const MOST_WAITING = 65_536;

/** A user record for which there was no room, with a copy of its data. */
export class Waiter {
  readonly read: ReadUserRecord;
  readonly cost: number;
  readonly at: number;
  /** Infinity where the time counts from the taking. */
  readonly deadline: number;
  readonly epoch: Epoch;
  readonly owner: Owner | undefined;
  /** It may be known before anybody has asked for the promise. */
  #outcome: { isTaken: boolean; reason?: unknown } | undefined;
  #settle: (() => void) | undefined;

  constructor(
    read: ReadUserRecord,
    { cost, at, deadline, epoch, owner }: Pick<Waiter, 'cost' | 'at' | 'deadline' | 'epoch' | 'owner'>,
  ) {
    const { data } = read;
    this.read = { ...read, data: typeof data === 'string' ? data : Buffer.from(data) };
    this.cost = cost;
    this.at = at;
    this.deadline = deadline;
    this.epoch = epoch;
    this.owner = owner;
  }

  taken(): void {
    this.#outcome = { isTaken: true };
    this.#settle?.();
  }

  refused(reason: unknown): void {
    this.#outcome = { isTaken: false, reason };
    this.owner?.refused(reason);
    this.#settle?.();
  }

  /** Resolves once the record is taken, and rejects if it will not be. */
  promise(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.#outcome?.isTaken) resolve();
        else reject(this.#outcome?.reason);
      };
      if (this.#outcome !== undefined) this.#settle();
    });
  }
}

/** Who waits for room, in order. */
export class WaitingRoom {
  #waiters = new Set<Waiter>();
  #bytes = 0;
  #maxBytes: number;
  #fullError: ProducerError | undefined;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#waiters.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): Waiter | undefined {
    if (this.#waiters.size === 0) return undefined;
    return this.#waiters.values().next().value;
  }

  /** Whether one more may wait. A record that is larger than the whole room waits alone. */
  admits(cost: number): boolean {
    return this.#waiters.size < MOST_WAITING && (this.#bytes === 0 || this.#bytes + cost <= this.#maxBytes);
  }

  /** The same for all until something changes: who does not wait for promises meets it by the million. */
  fullError(): ProducerError {
    this.#fullError ??= new ProducerError(
      'ERR_KPL_BUFFER_FULL',
      `no room to wait: ${this.#waiters.size} user records with ${this.#bytes} bytes do already; await add or put`,
    );
    return this.#fullError;
  }

  push(waiter: Waiter): void {
    this.#fullError = undefined;
    this.#waiters.add(waiter);
    this.#bytes += waiter.cost;
  }

  /** Says whether it was there. */
  remove(waiter: Waiter): boolean {
    this.#fullError = undefined;
    const wasThere = this.#waiters.delete(waiter);
    if (wasThere) this.#bytes -= waiter.cost;
    return wasThere;
  }

  drain(): Waiter[] {
    const all = [...this.#waiters];
    this.#waiters.clear();
    this.#bytes = 0;
    return all;
  }
}
