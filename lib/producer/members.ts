import type { PutResult } from '../../producer';
import type { Epoch } from './epochs';
import type { ProducerError } from './errors';

/** Where an entry was stored: the same for all of its user records. */
export type Landing = Omit<PutResult, 'subSequenceNumber'>;

/** Who is told what became of user records: a `put` of one, a `putAll` of many. Nobody is, where they were `add`ed. */
export interface Owner {
  /** Whether its promise was cut off: then its records are as if they had been added. */
  readonly isGone: boolean;
  /** Of a record of its that is taken. */
  runOf(at: number, epoch: Epoch): Run;
  /** A record of its that waited, or did not have to, was taken. */
  taken(): void;
  /** A record of its that waited will not be taken. */
  refused(reason: unknown): void;
  /** Its records that follow one another in an entry, from the first one's place on. */
  stored(landing: Landing, first: number, userRecords: number): void;
  /** @param bytes of the entry */
  failed(error: ProducerError, userRecords: number, bytes: number): void;
}

/** What user records have in common that were put one after the other. */
export interface Run {
  readonly owner: Owner | undefined;
  /** When the first of them was put, by the producer's clock, and the others within a millisecond. */
  readonly at: number;
  readonly epoch: Epoch;
}

/** So late a record may be put and still belong to a run. */
const RUN_MS = 1;

/** The runs of one owner, or of records without any. */
export class Runs {
  readonly #owner: Owner | undefined;
  #last: Run | undefined;

  constructor(owner: Owner | undefined) {
    this.#owner = owner;
  }

  of(at: number, epoch: Epoch): Run {
    const last = this.#last;
    if (last?.epoch === epoch && at >= last.at && at < last.at + RUN_MS) return last;
    const run = { owner: this.#owner, at, epoch };
    this.#last = run;
    return run;
  }
}

/** The user records of an entry, by their places in it. Books are kept by the run: there are hundreds of records in one. */
export class Members {
  readonly length: number;
  /** The room that they take. */
  readonly cost: number;
  readonly #runs: readonly Run[];
  /** Where in the entry each run ends. */
  readonly #ends: readonly number[];

  constructor(runs: readonly Run[], ends: readonly number[], cost: number) {
    this.#runs = runs;
    this.#ends = ends;
    this.length = ends.at(-1) ?? 0;
    this.cost = cost;
  }

  static one(run: Run, cost: number): Members {
    return new Members([run], [1], cost);
  }

  forEachRun(visit: (run: Run, first: number, userRecords: number) => void): void {
    let first = 0;
    for (const [i, run] of this.#runs.entries()) {
      const end = this.#ends[i] as number;
      visit(run, first, end - first);
      first = end;
    }
  }

  runAt(place: number): Run {
    return this.#runs[this.#ends.findIndex((end) => place < end)] as Run;
  }
}
