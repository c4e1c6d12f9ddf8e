import { Loop, type Logger } from '@weir/runtime';
import { endSessionsOfHost } from '../cluster/host-membership.ts';
import { beatNodes, clearSessionHost, listNodesOfHost } from '../cluster/session-store.ts';
import { findNode } from '../nodes/node-store.ts';
import type { Store } from '../store/store.ts';
import type { RunnerSession } from './runner-session.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface SessionBookParts {
  readonly store: Store;
  readonly sessions: SessionRegistry;
  readonly hostId: string;
  /** How often the nodes that were heard from are counted up, ms. */
  readonly periodMs: number;
  readonly log: Logger;
}

/**
 * What the store knows of the sessions on this host: which nodes have one here, and that they were heard from. A session that the store
 * does not know to be here (its node is connected to another host by now, or was given up as lost) is closed.
 */
export class SessionBook {
  readonly loop: Loop;
  readonly #parts: SessionBookParts;
  /** Frames of each session that are counted already. */
  readonly #counted = new WeakMap<RunnerSession, number>();
  #closed = false;

  constructor(parts: SessionBookParts) {
    this.#parts = parts;
    this.loop = new Loop({ name: 'session-book', periodMs: parts.periodMs, log: parts.log, run: () => this.#round() });
    parts.store.onEvents((committed) => {
      const concerns = committed.some(
        ({ event }) => (event.type === 'node.online' || event.type === 'node.lost') && parts.sessions.find(event.node ?? '') !== undefined,
      );
      if (concerns) this.loop.wake();
    });
  }

  /** Ends what the store remembers of an earlier life of this host. */
  async open(): Promise<void> {
    await this.#parts.store.write((context) => endSessionsOfHost(context, this.#parts.hostId));
  }

  /** Notes that no session is here any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.open();
  }

  /** Notes that a node's session is over, unless it has another one here or elsewhere. */
  async ended(node: string): Promise<void> {
    const { store, sessions, hostId, log } = this.#parts;
    if (this.#closed) return;
    try {
      await store.write(async ({ db, emit }) => {
        if (sessions.expects(node) || !(await clearSessionHost(db, node, hostId))) return;
        await emit({ type: 'node.offline', node, data: {} });
      });
    } catch (error) {
      // The store is away: the round notices it when it is back.
      log.warn({ node, err: error }, 'the end of a session is not noted yet');
    }
  }

  /** The event of a removal may still be on its way from the host that removed the node. */
  async #close(node: string): Promise<void> {
    const { store, sessions } = this.#parts;
    if ((await findNode(store.read, node)) === undefined) sessions.expel(node);
    else sessions.drop(node, 'its node is lost or connected elsewhere');
  }

  async #round(): Promise<void> {
    const { store, sessions, hostId } = this.#parts;
    const heard = sessions.list().filter((session) => session.frames !== this.#counted.get(session));
    const counts = heard.map((session) => [session, session.frames] as const);
    if (heard.length > 0) {
      await store.write(({ db }) =>
        beatNodes(
          db,
          hostId,
          heard.map(({ node }) => node),
        ),
      );
      for (const [session, frames] of counts) this.#counted.set(session, frames);
    }
    const connected = sessions.list();
    const here = new Set(await listNodesOfHost(store.read, hostId));
    for (const { node } of connected) if (!here.has(node)) await this.#close(node);
    for (const node of here) if (!sessions.expects(node)) await this.ended(node);
  }
}
