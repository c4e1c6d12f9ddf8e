import type { Logger } from '@weir/runtime';
import { Loop } from '@weir/runtime';
import type { NodeState } from '@weir/contract';
import type { HostConfig } from '../config.ts';
import type { AttemptService } from '../jobs/attempt-service.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { Store } from '../store/store.ts';
import { changeNodeState, listNodes, type StoredNode } from './node-store.ts';

export interface LivenessParts {
  readonly config: HostConfig;
  readonly store: Store;
  readonly sessions: SessionRegistry;
  readonly attempts: AttemptService;
  readonly log: Logger;
}

/**
 * Notices nodes that fell silent: suspect after the lease, lost after the longer time; a lost node's jobs are lost.
 * Silence is counted from the last word in this host's life, so that a restart of the host loses nobody.
 */
export function makeLivenessLoop(parts: LivenessParts): Loop {
  const startedAt = Date.now();
  return new Loop({
    name: 'node-liveness',
    periodMs: Math.min(1_000, parts.config.leaseMs / 3),
    log: parts.log,
    run: async () => {
      for (const node of await listNodes(parts.store.read)) await judge(parts, node, startedAt);
    },
  });
}

async function judge(parts: LivenessParts, node: StoredNode, startedAt: number): Promise<void> {
  const lastSeenAt = Math.max(parts.sessions.lastSeenAt(node.name) ?? 0, startedAt, node.last_seen_at);
  const silentMs = Date.now() - lastSeenAt;
  const state = stateAfterSilence(node, silentMs, parts.config);
  if (state !== node.state) {
    const changed = await parts.store.write(async ({ db, emit }) => {
      if (!(await changeNodeState(db, node.name, { from: node.state, to: state, lastSeenAt }))) return false;
      await emit({ type: `node.${state}`, node: node.name, data: { silent_ms: silentMs } });
      return true;
    });
    if (changed) parts.log.warn({ node: node.name, state, silentMs }, 'node changed state');
  }
  if (state !== 'lost') return;
  // A runner that was only asleep must say hello again: its attempts are superseded now.
  parts.sessions.drop(node.name, 'silent for too long');
  await parts.attempts.loseNode(node.name);
}

function stateAfterSilence(node: StoredNode, silentMs: number, config: HostConfig): NodeState {
  if (silentMs > config.lostAfterMs && node.name !== config.localNode) return 'lost';
  return silentMs > config.leaseMs ? 'suspect' : 'online';
}
