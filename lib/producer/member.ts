import type { PutResult } from '../../producer';
import type { Epoch } from './epochs';
import type { ProducerError } from './errors';

/** Who is told what became of a user record: a `put` or a `putAll`. Nobody is, where it was `add`ed. */
export interface Owner {
  /** Whether its promise was cut off: then its records are as if they had been added. */
  readonly isGone: boolean;
  stored(result: () => PutResult): void;
  /** @param bytes of the entry */
  failed(error: ProducerError, userRecords: number, bytes: number): void;
}

/** A user record that was taken, as long as it is not settled. */
export interface Member {
  owner: Owner | undefined;
  /** When it was put, by the producer's clock. */
  at: number;
  /** The room that it takes. */
  cost: number;
  epoch: Epoch;
}
