import { STORE_ID_PATTERN } from '@weir/contract/protocol';
import { readTextIfThere, writeFileAtomic, type Logger } from '@weir/runtime';

/** What the last welcome said of the store that the node's attempts are of. */
export interface Allegiance {
  readonly storeId: string;
  /** A node that is silent for so many ms loses its jobs. */
  readonly lostAfterMs: number;
}

const storeIdForm = new RegExp(STORE_ID_PATTERN);

/** The last welcome, kept in a file of the node: a runner that starts anew finds attempts and must know whose they are. */
export class WelcomeFile {
  readonly path: string;
  readonly #log: Logger;
  #last: Allegiance | undefined;

  constructor(path: string, log: Logger) {
    this.path = path;
    this.#log = log;
    this.#last = this.#read();
  }

  /** Undefined for a node that no host has welcomed yet. */
  get last(): Allegiance | undefined {
    return this.#last;
  }

  /** Whether a store is known to be another one than that of the last welcome. */
  isOfOther(storeId: string): boolean {
    return this.#last !== undefined && this.#last.storeId !== storeId;
  }

  /** Durable when it returns; a file that cannot be written is told in the log. */
  keep({ storeId, lostAfterMs }: Allegiance): void {
    if (this.#last?.storeId === storeId && this.#last.lostAfterMs === lostAfterMs) return;
    this.#last = { storeId, lostAfterMs };
    try {
      writeFileAtomic(this.path, JSON.stringify(this.#last), 0o600);
    } catch (error) {
      this.#log.error({ err: error, path: this.path }, 'cannot keep which store this node belongs to');
    }
  }

  #read(): Allegiance | undefined {
    try {
      const text = readTextIfThere(this.path);
      if (text === undefined) return undefined;
      return parseAllegiance(JSON.parse(text));
    } catch (error) {
      this.#log.warn({ err: error, path: this.path }, 'what the last host said of its store cannot be read');
      return undefined;
    }
  }
}

function parseAllegiance(value: unknown): Allegiance {
  if (typeof value === 'object' && value !== null && 'storeId' in value && 'lostAfterMs' in value) {
    const { storeId, lostAfterMs } = value;
    const isStore = typeof storeId === 'string' && storeIdForm.test(storeId);
    if (isStore && typeof lostAfterMs === 'number' && lostAfterMs > 0) return { storeId, lostAfterMs };
  }
  throw new Error('it is not {"storeId","lostAfterMs"}');
}
