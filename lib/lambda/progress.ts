// How many leading user records of a Kinesis record are done, in the caller's store. Nothing that goes wrong with the store
// stops the event: then records are repeated, none is lost.

import type { ProgressStore } from '../../lambda';
import { KplError } from '../index';
import type { Deadline } from './deadline';

export class Progress {
  readonly #store: ProgressStore | undefined;
  readonly #deadline: Deadline;
  /** What the store is known to hold: for one Kinesis record, the one that was loaded or saved last. */
  #eventID: string | undefined;
  #handled = 0;
  /** One save after the other: the older number must not be the one that stays. */
  #saving: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | undefined;

  constructor(store: ProgressStore | undefined, deadline: Deadline) {
    this.#store = store;
    this.#deadline = deadline;
  }

  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  get isKept(): boolean {
    return this.#store !== undefined;
  }

  /** @returns how many user records of the Kinesis record are done; 0 if nothing is known of it */
  async load(eventID: string): Promise<number> {
    const handled = await this.#attempt(async (store) => {
      const loaded = await this.#inTime('load', () => store.load(eventID));
      if (loaded === undefined || (Number.isInteger(loaded) && loaded >= 0)) return loaded;
      const kind = typeof loaded === 'number' ? loaded : loaded === null ? 'null' : typeof loaded;
      throw new KplError(
        'ERR_KPL_OPTION',
        `progress.load must give an integer of 0 or more, or undefined, got ${kind}`,
      );
    });
    this.#eventID = eventID;
    this.#handled = handled ?? 0;
    return this.#handled;
  }

  /** Saves the number if the store does not hold it yet. */
  save(eventID: string, handled: number): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      if (handled <= this.#known(eventID)) return;
      await this.#attempt(async (store) => {
        await this.#inTime('save', () => store.save(eventID, handled));
        this.#eventID = eventID;
        this.#handled = handled;
      });
    });
    return this.#saving;
  }

  /** Whether the next delivery of the Kinesis record skips so many user records. */
  willSkip(eventID: string, handled: number): boolean {
    return this.isKept && handled <= this.#known(eventID);
  }

  #known(eventID: string): number {
    return eventID === this.#eventID ? this.#handled : 0;
  }

  async #attempt<T>(action: (store: ProgressStore) => Promise<T>): Promise<T | undefined> {
    if (this.#store === undefined) return undefined;
    try {
      return await action(this.#store);
    } catch (error) {
      this.#failure ??= { error };
      return undefined;
    }
  }

  /** A store that never answers has half of the time that is left: the other half is the event's. */
  async #inTime<T>(name: string, action: () => T | Promise<T>): Promise<T> {
    const limit = this.#deadline.timeLeft() / 2;
    const answer = action();
    if (limit === Infinity) return answer;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `progress.${name} took longer than half of the time that was left`;
      timer = setTimeout(() => reject(new DOMException(message, 'TimeoutError')), limit);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
