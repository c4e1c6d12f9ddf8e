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

/** What the nodes of this host's sessions are doing: samples of the minute in memory, whole minutes in the store. */
export class UsageHistory {
  readonly #store: Store;
  readonly #samples = new Map<string, NodeUsage[]>();
  readonly #last = new Map<string, NodeUsage>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes a sample of a node. */
  add(node: string, usage: NodeUsage): void {
    this.#last.set(node, usage);
    const samples = this.#samples.get(node);
    if (samples === undefined) this.#samples.set(node, [usage]);
    else if (samples.length < MAX_SAMPLES) samples.push(usage);
  }

  /** The last sample that this host got. */
  last(node: string): NodeUsage | undefined {
    return this.#last.get(node);
  }

  /** Stores the means of what came since the last call, of all nodes in one write; a week is kept. Samples of a write that fails are lost. */
  async flush(now = Date.now()): Promise<void> {
    const minutes = [...this.#samples].flatMap(([node, samples]) => toMinute(node, samples, now) ?? []);
    this.#samples.clear();
    if (minutes.length > 0) await this.#store.write(({ db }) => insertUsage(db, minutes, now - KEPT_MS));
  }

  /** The last `minutes` minutes of a node, oldest first; minutes without a sample are not there. */
  async show(name: string, minutes: number): Promise<NodeUsageHistory> {
    const rows = await listUsage(this.#store.read, name, Date.now() - minutes * MINUTE_MS);
    return {
      name,
      minutes: rows.map((row) => ({
        at: toIso(row.minute),
        cpu_percent: row.cpu_percent,
        memory_used_bytes: row.memory_used_bytes,
        gpus: parseStored<NodeUsageMinute['gpus']>(row.gpus),
      })),
    };
  }
}

function toMinute(node: string, samples: readonly NodeUsage[], now: number): UsageMinute | undefined {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  const mean = meanUsage(samples);
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  return { row: { node, minute, ...mean, gpus: JSON.stringify(mean.gpus) }, last };
}
