import type { NodeUsage, NodeUsageHistory, NodeUsageMinute } from '@weir/contract';
import type { Store } from '../store/store.ts';
import { parseStored } from '../store/parse-json.ts';
import { toIso } from '../store/time.ts';
import { meanUsage } from './core/mean-usage.ts';
import { insertUsage, listUsage, type UsageMinute } from './usage-store.ts';

const MINUTE_MS = 60_000;
const KEPT_MS = 7 * 86_400_000;
/** Samples of one node in a minute that count: heartbeats come every few seconds. */
const MAX_SAMPLES = 1_000;
/** Minutes that wait for a store that is away. */
const MAX_MINUTES = 60;

/** What the nodes of this host's sessions are doing: samples of the minute in memory, whole minutes in the store. */
export class UsageHistory {
  readonly #store: Store;
  /** Start of a minute to the samples of each node, oldest minute first. */
  readonly #minutes = new Map<number, Map<string, NodeUsage[]>>();
  readonly #last = new Map<string, NodeUsage>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes a sample of a node. */
  add(node: string, usage: NodeUsage, now = Date.now()): void {
    this.#last.set(node, usage);
    const minute = toMinute(now);
    const nodes = this.#minutes.get(minute) ?? new Map<string, NodeUsage[]>();
    this.#minutes.set(minute, nodes);
    const samples = nodes.get(node) ?? [];
    nodes.set(node, samples);
    if (samples.length < MAX_SAMPLES) samples.push(usage);
  }

  /** The last sample that this host got. */
  last(node: string): NodeUsage | undefined {
    return this.#last.get(node);
  }

  /** Stores the means of the minutes that are over, of all nodes in one write; a week is kept. What cannot be stored waits for the next call. */
  async flush(now = Date.now()): Promise<void> {
    const over = [...this.#minutes.keys()].filter((minute) => minute !== toMinute(now));
    for (const minute of over.splice(0, Math.max(0, over.length - MAX_MINUTES))) this.#minutes.delete(minute);
    const rows = over.flatMap((minute) =>
      [...(this.#minutes.get(minute) ?? [])].flatMap(([node, samples]) => toRow(node, minute, samples)),
    );
    if (rows.length > 0) await this.#store.write(({ db }) => insertUsage(db, rows, now - KEPT_MS));
    for (const minute of over) this.#minutes.delete(minute);
  }

  /** The last `minutes` minutes of each node, oldest first; minutes without a sample are not there. */
  async list(names: readonly string[], minutes: number): Promise<NodeUsageHistory[]> {
    const rows = await listUsage(this.#store.read, names, toMinute(Date.now()) - minutes * MINUTE_MS);
    const rowsOf = Map.groupBy(rows, ({ node }) => node);
    return names.map((name) => ({
      name,
      minutes: (rowsOf.get(name) ?? []).map((row) => ({
        at: toIso(row.minute),
        cpu_percent: row.cpu_percent,
        memory_used_bytes: row.memory_used_bytes,
        gpus: parseStored<NodeUsageMinute['gpus']>(row.gpus),
      })),
    }));
  }
}

function toMinute(now: number): number {
  return Math.floor(now / MINUTE_MS) * MINUTE_MS;
}

function toRow(node: string, minute: number, samples: readonly NodeUsage[]): UsageMinute[] {
  const last = samples.at(-1);
  if (last === undefined) return [];
  const mean = meanUsage(samples);
  return [{ row: { node, minute, ...mean, gpus: JSON.stringify(mean.gpus) }, last }];
}
