import type { Epoch } from './epochs';
import { Members, type Owner } from './members';

const PAGE = 1024;

/** As many user records as there are ordinals in a page. Columns, since an object for each would be most of what it costs. */
class Page {
  readonly number: number;
  readonly owners: (Owner | undefined)[] = new Array(PAGE);
  readonly times = new Float64Array(PAGE);
  readonly costs = new Float64Array(PAGE);
  readonly epochs: (Epoch | undefined)[] = new Array(PAGE);
  count = 0;

  constructor(number: number) {
    this.number = number;
  }
}

/** What is known of the user records in open aggregates, by their ordinals: those count up, so that pages come and go. */
export class OpenRecords {
  #pages = new Map<number, Page>();
  /** The one that was looked at last. */
  #page: Page | undefined;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ordinal: number, owner: Owner | undefined, at: number, cost: number, epoch: Epoch): void {
    const page = this.#pageOf(ordinal);
    const i = ordinal % PAGE;
    page.owners[i] = owner;
    page.times[i] = at;
    page.costs[i] = cost;
    page.epochs[i] = epoch;
    page.count++;
    this.#count++;
  }

  /** When the user record was put. */
  at(ordinal: number): number {
    return this.#pageOf(ordinal).times[ordinal % PAGE] as number;
  }

  /** They are open no longer. */
  remove(ordinals: Uint32Array): Members {
    const members = new Members();
    for (const ordinal of ordinals) {
      const page = this.#pageOf(ordinal);
      const i = ordinal % PAGE;
      members.push(page.owners[i], page.times[i] as number, page.costs[i] as number, page.epochs[i] as Epoch);
      page.owners[i] = undefined;
      page.epochs[i] = undefined;
      page.count--;
      if (page.count === 0) {
        this.#pages.delete(page.number);
        this.#page = undefined;
      }
    }
    this.#count -= ordinals.length;
    return members;
  }

  #pageOf(ordinal: number): Page {
    const number = Math.floor(ordinal / PAGE);
    if (this.#page?.number === number) return this.#page;
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = new Page(number);
      this.#pages.set(number, page);
    }
    this.#page = page;
    return page;
  }
}
