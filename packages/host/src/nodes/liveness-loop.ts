import { Loop, type Logger } from '@weir/runtime';
import type { NodeState } from '@weir/contract';
import { BeatWatch } from '../cluster/beat-watch.ts';
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
  const watch = new BeatWatch();
  parts.leadership.onChange(() => watch.clear());
  return new Loop({
    name: 'node-liveness',
    periodMs: Math.min(1_000, parts.config.leaseMs / 3),
    log: parts.log,
    run: async () => {
      if (!parts.leadership.isLeader) return;
      const nodes = await listNodes(parts.store.read);
      watch.keepOnly(nodes.map(({ name }) => name));
      for (const node of nodes) await judge(parts, node, watch.look(node.name, node.beat).silentMs);
    },
  });
}

async function judge(parts: LivenessParts, node: StoredNode, silentMs: number): Promise<void> {
  const state = stateAfterSilence(node, silentMs, parts.config);
  if (state !== node.state) {
    const changed = await parts.store.write((context) => changeState(context, parts.leadership, { node, state, silentMs }));
    if (!changed) return;
    parts.log.warn({ node: node.name, state, silentMs }, 'node changed state');
  }
  // The host that has its session ends it: a runner that was only asleep must say hello again, its attempts are superseded now.
  if (state === 'lost') await parts.attempts.loseNode(node.name);
}

async function changeState(
  { db, emit }: WriteContext,
  leadership: Leadership,
  { node, state, silentMs }: { node: StoredNode; state: NodeState; silentMs: number },
): Promise<boolean> {
  await leadership.fence(db);
  if (!(await changeNodeState(db, node.name, { from: node.state, to: state, beat: node.beat }))) return false;
  if (state === 'lost' && node.session_host !== null) await clearSessionHost(db, node.name, node.session_host);
  await emit({ type: `node.${state}`, node: node.name, data: { silent_ms: Math.round(silentMs) } });
  return true;
}

/** A node that was silent before this leader looked stays what it was until its count changes or the time is over. */
function stateAfterSilence(node: StoredNode, silentMs: number, config: HostConfig): NodeState {
  if (silentMs > config.lostAfterMs && !node.local) return 'lost';
  if (silentMs > config.leaseMs) return node.state === 'lost' ? 'lost' : 'suspect';
  return node.state;
}
