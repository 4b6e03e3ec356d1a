import { Members, type Run } from './members';

/** In so many low bits the ordinals of a page differ. */
const PAGE_BITS = 10;
const PAGE = 1 << PAGE_BITS;

/** As many user records as there are ordinals in a page. Columns, since an object for each would be most of what it costs. */
class Page {
  readonly number: number;
  readonly runs: (Run | undefined)[] = new Array(PAGE);
  readonly costs = new Float64Array(PAGE);
  count = 0;

  constructor(number: number) {
    this.number = number;
  }
}

/** What is known of the user records in open aggregates, by their ordinals: those count up, so that pages come and go. */
export class OpenRecords {
  #pages = new Map<number, Page>();
  /** The one that was looked at last. It stays when it is empty: most often the next record is of it. */
  #page: Page | undefined;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ordinal: number, run: Run, cost: number): void {
    const page = this.#pageOf(ordinal);
    const i = ordinal % PAGE;
    page.runs[i] = run;
    page.costs[i] = cost;
    page.count++;
    this.#count++;
  }

  /** When the user record was put. */
  at(ordinal: number): number {
    return (this.#pageOf(ordinal).runs[ordinal % PAGE] as Run).at;
  }

  /** They are open no longer. */
  remove(ordinals: Uint32Array): Members {
    const runs: Run[] = [];
    const ends: number[] = [];
    let last: Run | undefined;
    let cost = 0;
    for (let place = 0; place < ordinals.length; place++) {
      const ordinal = ordinals[place] as number;
      const page = this.#pageOf(ordinal);
      const i = ordinal % PAGE;
      const run = page.runs[i] as Run;
      if (run !== last) {
        if (last !== undefined) ends.push(place);
        runs.push(run);
        last = run;
      }
      cost += page.costs[i] as number;
      page.runs[i] = undefined;
      page.count--;
    }
    ends.push(ordinals.length);
    this.#count -= ordinals.length;
    return new Members(runs, ends, cost);
  }

  #pageOf(ordinal: number): Page {
    const number = ordinal >>> PAGE_BITS;
    const last = this.#page;
    if (last?.number === number) return last;
    if (last?.count === 0) this.#pages.delete(last.number);
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Page(number);
      this.#pages.set(number, page);
    }
    this.#page = page;
    return page;
  }
}
