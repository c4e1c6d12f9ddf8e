import type { Kysely } from 'kysely';
import type { Committed } from '../store/group-commit.ts';
import type { Database } from '../store/schema.ts';
import { listEvents } from './event-store.ts';

type Listener = (events: readonly Committed[]) => void;

const PAGE = 1_000;

/**
 * Tells this process of every committed event, once and in commit order: those of this host at once, those of others when somebody asks
 * to catch up. Writers are serialised, so that the numbers of events grow with commits: before an event of our own is told, what others
 * committed before it is read from the table. A number that was never committed leaves a gap that means nothing.
 */
export class CommitFeed {
  readonly #db: Kysely<Database>;
  /** Nobody else writes to this store. */
  readonly #alone: boolean;
  readonly #listeners: Listener[] = [];
  /** Ours that could not be told yet, by number. */
  readonly #own = new Map<number, Committed>();
  #lastSeq: number;
  #reading: Promise<void> | undefined;
  #again = false;

  constructor(db: Kysely<Database>, options: { lastSeq: number; alone: boolean }) {
    this.#db = db;
    this.#lastSeq = options.lastSeq;
    this.#alone = options.alone;
  }

  subscribe(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Tells what this host has committed, after what others committed before. */
  publish(events: readonly Committed[]): void {
    const [first] = events;
    if (this.#alone || (this.#reading === undefined && first?.event.seq === this.#lastSeq + 1)) {
      this.#tell(events);
      return;
    }
    for (const committed of events) this.#own.set(committed.event.seq, committed);
    // What cannot be read now is told by whoever catches up next.
    this.catchUp().catch(() => undefined);
  }

  /** Tells what was committed since; rejects when the store cannot be read. */
  catchUp(): Promise<void> {
    if (this.#alone) return Promise.resolve();
    this.#again = true;
    this.#reading ??= this.#readAll();
    return this.#reading;
  }

  async drain(): Promise<void> {
    await this.#reading?.catch(() => undefined);
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        const page = await listEvents(this.#db, { after: this.#lastSeq, limit: PAGE });
        this.#again ||= page.length === PAGE;
        if (page.length > 0) this.#tell(page.map((event) => this.#own.get(event.seq) ?? { event, job: undefined }));
      }
    } finally {
      // In the same turn as the last look at `#again`: a call that came between the two would be forgotten.
      this.#reading = undefined;
    }
  }

  #tell(events: readonly Committed[]): void {
    this.#lastSeq = events.at(-1)?.event.seq ?? this.#lastSeq;
    for (const seq of this.#own.keys()) if (seq <= this.#lastSeq) this.#own.delete(seq);
    try {
      for (const listener of this.#listeners) listener(events);
    } catch (error) {
      // A listener that throws is a bug: it ends the process, it must not leave writers waiting for ever.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
