import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hasErrorCode } from '../../error-code.ts';
import { attemptKey, type AttemptId, type StopOrder } from '../executor.ts';
import { entryName, parseEntry, parseStopCause, type AttemptEntry } from './attempt-entry.ts';

/** More would only lie around. */
const MOST_SPARES = 256;
const SPARE = 'spare.';

/**
 * The files of attempts: one per attempt, whose name tells its state; orders beside it; a folder for what few attempts need besides.
 * Files of forgotten attempts are kept as spares and used again: making and deleting files all the time is slow on ext4, which looks
 * through the lately deleted inodes each time it makes one.
 */
export class AttemptFiles {
  readonly root: string;
  readonly #spares: string[] = [];
  #made = 0;

  constructor(root: string) {
    this.root = root;
    for (const name of readdirSync(root)) if (name.startsWith(SPARE)) this.#spares.push(this.path(name));
    this.#made = Math.max(0, ...this.#spares.map((path) => Number(path.slice(path.lastIndexOf('.') + 1))));
  }

  /** The entries of all attempts. */
  list(): AttemptEntry[] {
    return readdirSync(this.root).flatMap((name) => parseEntry(name) ?? []);
  }

  /** The entry of one attempt. */
  find(id: AttemptId): AttemptEntry | undefined {
    return this.list().find((entry) => attemptKey(entry.id) === attemptKey(id));
  }

  /** Where an attempt keeps what does not fit its file: scripts, specs, events. It is made by whoever needs it. */
  folder(id: AttemptId): string {
    return `${this.root}/${attemptKey(id)}`;
  }

  path(name: string): string {
    return `${this.root}/${name}`;
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  /** Writes an attempt down as new: what is there is whole. */
  create(id: AttemptId, content: string): AttemptEntry {
    const spare = this.#takeSpare();
    const file = openSync(spare, 'r+');
    try {
      const bytes = Buffer.from(content);
      writeFileSync(file, bytes);
      ftruncateSync(file, bytes.length);
    } finally {
      closeSync(file);
    }
    const name = entryName(id, 'new');
    renameSync(spare, this.path(name));
    return { id, name, state: { kind: 'new' } };
  }

  /** Enters a state; false when the attempt is no longer in the state named. */
  enter(entry: { id: AttemptId; name: string }, state: string): boolean {
    try {
      renameSync(this.path(entry.name), this.path(entryName(entry.id, state)));
      return true;
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** Drops an attempt's file; what it held is gone. */
  remove(name: string): void {
    if (this.#spares.length >= MOST_SPARES) {
      unlinkSync(this.path(name));
      return;
    }
    const spare = this.#nextSpare();
    truncateSync(this.path(name), 1); // the variables of a job are nobody's business after it; a byte stays, as ext4 syncs what grows from none
    renameSync(this.path(name), spare);
    this.#spares.push(spare);
  }

  /** Drops the orders and the folder of an attempt. */
  removeExtras(id: AttemptId): void {
    this.withdrawOrder(id, 'stop');
    this.withdrawOrder(id, 'pause');
    rmSync(this.folder(id), { recursive: true, force: true });
  }

  /** Orders a stop. The first order's cause stands, unless the user's comes; a later one may only shorten the grace. */
  orderStop(id: AttemptId, order: StopOrder): void {
    const before = this.#readOrder(id, 'stop')?.split('.');
    const by = before === undefined || order.by === 'user' ? order.by : parseStopCause(before[0] ?? '');
    const graceMs = before === undefined ? order.graceMs : Math.min(order.graceMs, Number(before[1]));
    const beside = `${this.#order(id, 'stop')}.next`;
    symlinkSync(`${by}.${graceMs}.${order.signal}`, beside);
    renameSync(beside, this.#order(id, 'stop'));
  }

  orderPause(id: AttemptId): void {
    if (this.#readOrder(id, 'pause') === undefined) symlinkSync('paused', this.#order(id, 'pause'));
  }

  /** Takes an order back; does nothing when there is none. */
  withdrawOrder(id: AttemptId, order: 'stop' | 'pause'): void {
    if (this.#readOrder(id, order) !== undefined) unlinkSync(this.#order(id, order));
  }

  #order(id: AttemptId, order: 'stop' | 'pause'): string {
    return this.path(entryName(id, order));
  }

  #readOrder(id: AttemptId, order: 'stop' | 'pause'): string | undefined {
    try {
      return readlinkSync(this.#order(id, order));
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  #takeSpare(): string {
    const spare = this.#spares.pop();
    if (spare !== undefined) return spare;
    const made = this.#nextSpare();
    closeSync(openSync(made, 'w', 0o600));
    return made;
  }

  #nextSpare(): string {
    this.#made += 1;
    return this.path(`${SPARE}${this.#made}`);
  }
}
