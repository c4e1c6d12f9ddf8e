import { Loop, type Logger } from '@weir/runtime';
import type { NodeState } from '@weir/contract';
import { BeatWatch, type Look } from '../cluster/beat-watch.ts';
import { writeAsLeader } from '../cluster/leader-write.ts';
import type { Leadership } from '../cluster/leadership.ts';
import { clearSessionHost } from '../cluster/session-store.ts';
import type { HostConfig } from '../config.ts';
import type { AttemptService } from '../jobs/attempt-service.ts';
import type { WriteContext } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { changeNodeState, listNodes, type StoredNode } from './node-store.ts';

export interface LivenessParts {
  readonly config: HostConfig;
  readonly store: Store;
  readonly leadership: Leadership;
  readonly attempts: AttemptService;
  readonly log: Logger;
}

/**
 * Notices nodes that fell silent: suspect after the lease, lost after the longer time; a lost node's jobs are lost. Only the leader judges,
 * by the counts of nodes and its own monotonic clock, from the first look in this leadership: a restart of a host, another leader or
 * a step of a clock loses nobody.
 */
export function makeLivenessLoop(parts: LivenessParts): Loop {
  const periodMs = Math.min(1_000, parts.config.leaseMs / 3);
  const judge = new NodeJudge(parts, new BeatWatch(2 * periodMs));
  parts.leadership.onChange(() => judge.forget());
  const run = async () => (parts.leadership.isLeader ? judge.round() : undefined);
  return new Loop({ name: 'node-liveness', periodMs, log: parts.log, run });
}

class NodeJudge {
  readonly #parts: LivenessParts;
  readonly #watch: BeatWatch;
  /** Lost nodes of which no job is left. */
  readonly #settled = new Set<string>();

  constructor(parts: LivenessParts, watch: BeatWatch) {
    this.#parts = parts;
    this.#watch = watch;
  }

  forget(): void {
    this.#watch.clear();
    this.#settled.clear();
  }

  async round(): Promise<void> {
    const nodes = await listNodes(this.#parts.store.read);
    this.#watch.keepOnly(nodes.map(({ name }) => name));
    for (const node of nodes) await this.#judge(node);
  }

  async #judge(node: StoredNode): Promise<void> {
    const { store, leadership, attempts, log } = this.#parts;
    const look = this.#watch.look(node.name, node.beat);
    const state = this.#stateAfter(node, look);
    if (state !== 'lost') this.#settled.delete(node.name);
    if (state !== node.state) {
      const change = { node, state, silentMs: look.silentMs };
      if ((await writeAsLeader({ store, leadership }, (context) => this.#change(context, change))) !== true) return;
      log.warn({ node: node.name, state, silentMs: look.silentMs }, 'node changed state');
    }
    if (state !== 'lost' || this.#settled.has(node.name)) return;
    // The host that has its session ends it: a runner that was only asleep must say hello again, its attempts are superseded now.
    await attempts.loseNode(node.name);
    this.#settled.add(node.name);
  }

  async #change({ db, emit }: WriteContext, to: { node: StoredNode; state: NodeState; silentMs: number }): Promise<boolean> {
    const { node, state, silentMs } = to;
    if (!(await changeNodeState(db, node.name, { from: node.state, to: state }))) return false;
    if (state === 'lost' && node.session_host !== null) await clearSessionHost(db, node.name, node.session_host);
    await emit({ type: `node.${state}`, node: node.name, data: { silent_ms: Math.round(silentMs) } });
    return true;
  }

  /** A lost node comes back by its hello alone; a suspect one when it is heard from again. */
  #stateAfter(node: StoredNode, { silentMs, changed }: Look): NodeState {
    const { config, store } = this.#parts;
    if (node.state === 'lost') return 'lost';
    // The only host of a store runs on the local node: its runner follows the jobs again when both are back.
    const mayBeLost = !(node.local && store.kind === 'sqlite');
    if (silentMs > config.lostAfterMs && mayBeLost) return 'lost';
    if (silentMs > config.leaseMs) return 'suspect';
    return node.state === 'suspect' && changed ? 'online' : node.state;
  }
}
