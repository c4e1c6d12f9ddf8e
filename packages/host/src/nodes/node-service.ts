import { AppError, type Inventory, type Labels, type Node, type NodeUsage, type NodeUsageHistory } from '@weir/contract';
import type { HostConfig } from '../config.ts';
import { findNodeToken } from '../identity/token-store.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { Store } from '../store/store.ts';
import { parseStored } from '../store/parse-json.ts';
import { sumHeld, type Held } from './held-store.ts';
import { findNode, listNodes, upsertNode, type StoredNode } from './node-store.ts';
import { toNode } from './node-view.ts';
import type { UsageHistory } from './usage-history.ts';

export interface NodeParts {
  readonly store: Store;
  readonly sessions: SessionRegistry;
  readonly usage: UsageHistory;
  readonly config: Pick<HostConfig, 'localNode' | 'hostId'>;
}

/** What is known of nodes, and what they have free. */
export class NodeService {
  readonly #parts: NodeParts;

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  /**
   * Stores what a runner found at the start of its session with this host; `seenAddress` counts where the runner names no address.
   * Throws `unauthenticated` when the node was removed meanwhile, and `state_conflict` while another machine is connected under its name.
   */
  async register(name: string, inventory: Inventory, seenAddress: string): Promise<void> {
    const { store, config } = this.#parts;
    await store.write(async ({ db, emit }) => {
      const token = await findNodeToken(db, name);
      if (token === undefined) throw new AppError('unauthenticated', `node "${name}" was removed: join again with "weir node join"`);
      const known = await findNode(db, name);
      if (known !== undefined && this.#isConnected(known)) refuseTwin(known, inventory);
      await upsertNode(db, name, {
        inventory,
        local: name === config.localNode,
        address: inventory.address === '' ? seenAddress : inventory.address,
        sessionHost: config.hostId,
        labels: token.labels === null ? {} : parseStored<Labels>(token.labels),
      });
      await emit({ type: 'node.online', node: name, data: { cpus: inventory.cpus, memory_bytes: inventory.memoryBytes } });
    });
  }

  /** What a node is doing, from a heartbeat. */
  onUsage(name: string, usage: NodeUsage): void {
    this.#parts.usage.add(name, usage);
  }

  /** Every node, by name. */
  async list(): Promise<Node[]> {
    const { read } = this.#parts.store;
    const [nodes, held] = await Promise.all([listNodes(read), sumHeld(read)]);
    return nodes.map((node) => this.#view(node, held));
  }

  /** Throws `node_not_found`. */
  async show(name: string): Promise<Node> {
    const { read } = this.#parts.store;
    const node = await findNode(read, name);
    if (node === undefined) throw unknownNode(name);
    return this.#view(node, await sumHeld(read, name));
  }

  /** What a node was doing in the last `minutes` minutes; throws `node_not_found`. */
  async showUsage(name: string, minutes: number): Promise<NodeUsageHistory> {
    if ((await findNode(this.#parts.store.read, name)) === undefined) throw unknownNode(name);
    const [usage = { name, minutes: [] }] = await this.listUsage([name], minutes);
    return usage;
  }

  /** As `showUsage`, of several nodes that are known. */
  listUsage(names: readonly string[], minutes: number): Promise<NodeUsageHistory[]> {
    return this.#parts.usage.list(names, minutes);
  }

  /**
   * Largest number of CPUs and whether any GPU is to be had on one node that runs stages, or on any while none does; where a node is named,
   * on that one. 0 and false while no such node is known.
   */
  async describeLargest(name?: string): Promise<{ cpus: number; hasGpu: boolean }> {
    const known = (await listNodes(this.#parts.store.read)).filter((node) => name === undefined || node.name === name);
    const able = known.filter(({ executors }) => executors.some(({ kind, usable }) => kind === 'stages' && usable));
    const nodes = able.length > 0 ? able : known;
    return { cpus: Math.max(0, ...nodes.map((node) => node.cpus)), hasGpu: nodes.some((node) => node.gpus.length > 0) };
  }

  /** As far as is known: of sessions on this host more than the store says. */
  #isConnected({ name, state, session_host: sessionHost }: StoredNode): boolean {
    const { sessions, config } = this.#parts;
    return state === 'online' && sessionHost !== null && (sessionHost !== config.hostId || sessions.find(name) !== undefined);
  }

  #view(node: StoredNode, held: ReadonlyMap<string, Held>): Node {
    const session = this.#parts.sessions.find(node.name);
    return toNode(node, {
      held: held.get(node.name),
      lastSeenAt: session?.lastSeenAt,
      usage: session && this.#parts.usage.last(node.name),
    });
  }
}

/**
 * Two machines under one name would each be asked for the other's jobs, which would be taken for vanished and run again. A machine that
 * started anew is let in as soon as its earlier life is missed.
 */
function refuseTwin(known: StoredNode, inventory: Inventory): void {
  if (known.boot_id === inventory.bootId) return;
  throw new AppError(
    'state_conflict',
    `another machine (${known.hostname}) is connected as node "${known.name}": give this one a name of its own with WEIR_NODE_NAME`,
    { field: 'name', value: known.name },
  );
}

/** The refusal of a name that no node has. */
export function unknownNode(name: string): AppError {
  return new AppError('node_not_found', `there is no node "${name}"`, { field: 'name', value: name });
}
