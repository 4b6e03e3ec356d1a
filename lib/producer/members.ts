import type { PutResult } from '../../producer';
import type { Epoch } from './epochs';
import type { ProducerError } from './errors';

/** Where an entry was stored: the same for all of its user records. */
export type Landing = Omit<PutResult, 'subSequenceNumber'>;

/** Who is told what became of a user record: a `put` or a `putAll`. Nobody is, where it was `add`ed. */
export interface Owner {
  /** Whether its promise was cut off: then its records are as if they had been added. */
  readonly isGone: boolean;
  /** A record of its that waited, or did not have to, was taken. */
  taken(): void;
  /** A record of its that waited will not be taken. */
  refused(reason: unknown): void;
  stored(landing: Landing, subSequenceNumber: number): void;
  /** @param bytes of the entry */
  failed(error: ProducerError, userRecords: number, bytes: number): void;
}

/** The user records of an entry, by their places in it, in columns: an object for each would be most of what it costs. */
export class Members {
  readonly owners: (Owner | undefined)[] = [];
  /** When each was put, by the producer's clock. */
  readonly times: number[] = [];
  /** The room that each takes. */
  readonly costs: number[] = [];
  readonly epochs: Epoch[] = [];

  static one(owner: Owner | undefined, at: number, cost: number, epoch: Epoch): Members {
    const members = new Members();
    members.push(owner, at, cost, epoch);
    return members;
  }

  get length(): number {
    return this.owners.length;
  }

  push(owner: Owner | undefined, at: number, cost: number, epoch: Epoch): void {
    this.owners.push(owner);
    this.times.push(at);
    this.costs.push(cost);
    this.epochs.push(epoch);
  }

  /** The one in that place, alone. */
  only(i: number): Members {
    return Members.one(this.owners[i], this.times[i] as number, this.costs[i] as number, this.epochs[i] as Epoch);
  }
}
