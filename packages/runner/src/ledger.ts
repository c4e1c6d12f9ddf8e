import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readTextIfThere } from '@weir/runtime';
import { attemptKey, parseAttemptKey, type AttemptId } from './executors/executor.ts';

/** What must be known of an attempt after a restart of the runner. */
export interface AttemptRecord {
  /** The boot during which it was begun: its processes are gone after another. */
  readonly bootId: string;
  readonly stage: boolean;
  readonly memoryBytes: number | null;
}

export interface LedgerEntry {
  readonly id: AttemptId;
  readonly folder: string;
  /** Undefined when the runner ended while it wrote the record: nothing was begun then. */
  readonly record: AttemptRecord | undefined;
}

/** The attempts that the host has not acknowledged as ended: a folder for each, which survives the runner. */
export class Ledger {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  folder(id: AttemptId): string {
    return `${this.#root}/${attemptKey(id)}`;
  }

  /** Opens an attempt's folder; throws when there is one already. */
  open(id: AttemptId, record: AttemptRecord): string {
    const folder = this.folder(id);
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(`${folder}/record`, JSON.stringify(record), { mode: 0o600 });
    return folder;
  }

  list(): LedgerEntry[] {
    return readdirSync(this.#root).flatMap((name) => {
      const id = parseAttemptKey(name);
      const folder = `${this.#root}/${name}`;
      return id === undefined ? [] : [{ id, folder, record: parseRecord(readTextIfThere(`${folder}/record`)) }];
    });
  }

  remove(id: AttemptId): void {
    rmSync(this.folder(id), { recursive: true, force: true });
  }
}

function parseRecord(text: string | undefined): AttemptRecord | undefined {
  if (text === undefined || !text.endsWith('}')) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('bootId' in value && 'stage' in value && 'memoryBytes' in value)) return undefined;
  const { bootId, memoryBytes } = value;
  if (typeof bootId !== 'string') return undefined;
  return { bootId, stage: value.stage === true, memoryBytes: typeof memoryBytes === 'number' ? memoryBytes : null };
}
