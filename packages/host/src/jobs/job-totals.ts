import type { Queries } from '../store/store.ts';
import { countJobs, type JobFilter } from './job-store.ts';

/** Smaller totals are counted each time. */
const LARGE = 10_000;
/** Most of the time that counting the same again and again may take. */
const LARGEST_SHARE = 0.05;
const KEPT_FILTERS = 50;

interface Counted {
  readonly total: number;
  readonly at: number;
  readonly tookMs: number;
}

/** How many jobs there are for the filters that are asked for; a total of more than 10,000 may be some moments old. */
export class JobTotals {
  readonly #db: Queries;
  readonly #counted = new Map<string, Counted>();

  constructor(db: Queries) {
    this.#db = db;
  }

  async count(filter: JobFilter): Promise<number> {
    const key = JSON.stringify({ ...filter, before: undefined, limit: undefined });
    const known = this.#counted.get(key);
    const from = performance.now();
    if (known !== undefined && known.tookMs > (from - known.at) * LARGEST_SHARE) return known.total;
    const total = await countJobs(this.#db, filter);
    this.#counted.delete(key);
    const at = performance.now();
    if (total > LARGE) this.#keep(key, { total, at, tookMs: at - from });
    return total;
  }

  #keep(key: string, counted: Counted): void {
    const oldest = this.#counted.keys().next();
    if (this.#counted.size >= KEPT_FILTERS && oldest.done !== true) this.#counted.delete(oldest.value);
    this.#counted.set(key, counted);
  }
}
