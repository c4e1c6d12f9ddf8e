import { AppError } from '@weir/contract';
import type { RunnerSession } from './runner-session.ts';

/** The runners that are connected to this host now, one per node. */
export class SessionRegistry {
  readonly #sessions = new Map<string, RunnerSession>();
  /** The last session of each node that said hello, answered or not. */
  readonly #newest = new Map<string, RunnerSession>();

  /** Notes that a session said hello: whatever older ones of its node do from now on concerns nobody. */
  greet(session: RunnerSession): void {
    this.#newest.set(session.node, session);
  }

  /**
   * Takes a session in that said hello, and closes an older one of the same node; false when it closed or a newer one said hello meanwhile:
   * what it told is old.
   */
  add(session: RunnerSession): boolean {
    if (!session.isOpen) return false;
    const isNewest = this.#newest.get(session.node) === session;
    (isNewest ? this.#sessions.get(session.node) : session)?.close('replaced by a newer session of the same node');
    if (isNewest) this.#sessions.set(session.node, session);
    return isNewest;
  }

  /** Forgets a session that closed, unless a newer one took its place. */
  remove(session: RunnerSession): void {
    if (this.#sessions.get(session.node) === session) this.#sessions.delete(session.node);
    if (this.#newest.get(session.node) === session) this.#newest.delete(session.node);
  }

  /** True while a session of the node is there or about to be. */
  expects(node: string): boolean {
    return this.#newest.has(node) || this.#sessions.has(node);
  }

  /** Ends a node's session; the runner has to begin a new one. */
  drop(node: string, reason: string): void {
    const session = this.#sessions.get(node);
    if (session === undefined) return;
    session.close(reason);
    this.remove(session);
  }

  /** As `shutOut`, of a node that was removed: its runner is told to end what it has. */
  expel(node: string): void {
    this.#sessions.get(node)?.send({ type: 'removed' });
    this.shutOut(node, 'its node was removed');
  }

  /** As `drop`, of a node that may have no session any more: also the one whose hello is being answered. */
  shutOut(node: string, reason: string): void {
    for (const session of [this.#sessions.get(node), this.#newest.get(node)]) {
      session?.close(reason);
      if (session !== undefined) this.remove(session);
    }
  }

  find(node: string): RunnerSession | undefined {
    return this.#sessions.get(node);
  }

  /** Throws `node_unreachable` when the node's runner is not connected. */
  require(node: string): RunnerSession {
    const session = this.#sessions.get(node);
    if (session === undefined)
      throw new AppError('node_unreachable', `node "${node}" is not connected: try again when it is back`, { field: 'node', value: node });
    return session;
  }

  /** When the node last said anything to this host; undefined = not connected here. Milliseconds since the epoch. */
  lastSeenAt(node: string): number | undefined {
    return this.#sessions.get(node)?.lastSeenAt;
  }

  /** Every session, in no order. */
  list(): RunnerSession[] {
    return [...this.#sessions.values()];
  }

  get size(): number {
    return this.#sessions.size;
  }

  closeAll(): void {
    for (const session of this.#sessions.values()) session.close('the host is stopping');
  }
}
