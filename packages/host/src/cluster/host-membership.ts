import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { AppError } from '@weir/contract';
import { Loop, type Logger } from '@weir/runtime';
import type { WriteContext } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { toIso } from '../store/time.ts';
import { BeatWatch } from './beat-watch.ts';
import { beatHost, deleteHost, findHost, listHosts, upsertHost, type NewHost } from './host-store.ts';
import { writeAsLeader } from './leader-write.ts';
import type { Leadership } from './leadership.ts';
import { clearSessionHost, listNodesOfHost } from './session-store.ts';

/** Silence after which a host is taken for gone: so many periods, and no less than so long; its runners have found another one long before. */
const GONE_PERIODS = 6;
const GONE_MS = 10_000;
/** How long a host that begins looks whether another one lives under its id, in periods, and how often in each. */
const CLAIM_PERIODS = 3;
const CLAIM_LOOKS = 4;

export interface HostMembershipParts {
  readonly store: Store;
  readonly leadership: Leadership;
  readonly hostId: string;
  /** As `readHostPlace` gives it. */
  readonly place: string;
  readonly periodMs: number;
  readonly log: Logger;
}

/**
 * The list of hosts that share a store: each makes sure that no other one lives under its id, says that it lives and where it is reached, and
 * notices when another one takes its id all the same; the leader takes out those that fell silent.
 */
export class HostMembership {
  readonly loop: Loop;
  readonly #parts: HostMembershipParts;
  readonly #watch: BeatWatch;
  #url = '';
  #startedAt = 0;

  constructor(parts: HostMembershipParts) {
    this.#parts = parts;
    this.#watch = new BeatWatch(2 * parts.periodMs);
    this.loop = new Loop({ name: 'host-membership', periodMs: parts.periodMs, log: parts.log, run: () => this.#round() });
  }

  /**
   * Looks whether another process lives under this host's id: one in a copy of the Weir home. Takes no time after an earlier life in this
   * home, which is over, and three periods when the machine was started anew. Throws `state_conflict`; nothing is changed.
   */
  async claim(): Promise<void> {
    const { store, hostId, place, periodMs, log } = this.#parts;
    const entered = await findHost(store.read, hostId);
    if (entered === undefined || entered.place === place) return;
    log.info({ url: entered.url }, 'looking whether another host lives under the id of this one');
    for (let look = 0; look < CLAIM_PERIODS * CLAIM_LOOKS; look += 1) {
      await setTimeoutAsync(periodMs / CLAIM_LOOKS);
      const now = await findHost(store.read, hostId);
      if (now === undefined) return;
      if (now.beat !== entered.beat)
        throw new AppError(
          'state_conflict',
          `the host at ${now.url} lives under the id of this one, ${hostId}: this Weir home is a copy; delete its file host-id, and start again`,
          { field: 'host-id', value: hostId },
        );
    }
  }

  /** Enters this host. What an earlier life of it said of sessions is over. */
  async join(url: string): Promise<void> {
    this.#url = url;
    this.#startedAt = Date.now();
    const { store, hostId } = this.#parts;
    await store.write(async (context) => {
      await endSessionsOfHost(context, hostId);
      await upsertHost(context.db, this.#describe());
    });
  }

  async leave(): Promise<void> {
    const { store, hostId } = this.#parts;
    await store.write(({ db }) => deleteHost(db, hostId));
  }

  async #round(): Promise<void> {
    const { store, hostId, leadership } = this.#parts;
    const startedAt = await store.write(async ({ db }) => {
      const entered = await beatHost(db, hostId);
      if (entered === undefined) await upsertHost(db, this.#describe());
      return entered ?? this.#startedAt;
    });
    if (startedAt !== this.#startedAt)
      throw new AppError(
        'state_conflict',
        `another host has the id ${hostId} since ${toIso(startedAt)}: stop one of them, delete the file host-id of its Weir home, and start it again`,
      );
    if (leadership.isLeader) await this.#takeOutTheGone();
  }

  #describe(): NewHost {
    return { id: this.#parts.hostId, url: this.#url, place: this.#parts.place, startedAt: this.#startedAt };
  }

  async #takeOutTheGone(): Promise<void> {
    const { store, hostId, leadership, log, periodMs } = this.#parts;
    const goneMs = Math.max(GONE_MS, GONE_PERIODS * periodMs);
    const hosts = await listHosts(store.read);
    this.#watch.keepOnly(hosts.map(({ id }) => id));
    for (const host of hosts) {
      if (this.#watch.look(host.id, host.beat).silentMs < goneMs || host.id === hostId) continue;
      const gone = await writeAsLeader({ store, leadership }, async (context) => {
        const deleted = await deleteHost(context.db, host.id, host.beat);
        if (deleted) await endSessionsOfHost(context, host.id);
        return deleted;
      });
      if (gone === true) log.warn({ host: host.id, url: host.url }, 'a host is gone');
    }
  }
}

/** Notes in a write that a host has no sessions (any more). */
export async function endSessionsOfHost({ db, emit }: WriteContext, hostId: string): Promise<void> {
  for (const node of await listNodesOfHost(db, hostId)) {
    if (await clearSessionHost(db, node, hostId)) await emit({ type: 'node.offline', node, data: {} });
  }
}
