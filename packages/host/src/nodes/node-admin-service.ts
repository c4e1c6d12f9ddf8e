import { AppError, type EventType, type Labels, type Node, type NodeJoined } from '@weir/contract';
import { AttemptLimit } from '../identity/attempt-limit.ts';
import { createToken, deleteTokensOfNode, findNodeToken, spendJoinToken } from '../identity/token-store.ts';
import type { AttemptService } from '../jobs/attempt-service.ts';
import type { Store } from '../store/store.ts';
import { cancelRemovals } from '../workflows/removal-jobs.ts';
import { sumHeld } from './held-store.ts';
import { changeLabels } from './core/labels.ts';
import { unknownNode, type NodeService } from './node-service.ts';
import { deleteNode, findNode, updateNode, type StoredNode } from './node-store.ts';
import { deleteUsageOfNode } from './usage-store.ts';

/** Join tokens are handed around by people: few are mistyped more often than that. */
const WRONG_JOINS = { most: 10, windowMs: 60_000 };

export interface NodeAdminParts {
  readonly store: Store;
  readonly nodes: NodeService;
  readonly attempts: Pick<AttemptService, 'loseAttempts'>;
}

/** What admins do with nodes, and how machines become nodes. */
export class NodeAdminService {
  readonly #parts: NodeAdminParts;
  readonly #wrongJoins = new AttemptLimit(WRONG_JOINS);

  constructor(parts: NodeAdminParts) {
    this.#parts = parts;
  }

  /**
   * Trades a join token for the token of a node; both happen or neither.
   * Throws `unauthenticated`, `too_many_requests` after wrong tokens, and `already_exists` while another token speaks for that name.
   */
  async join(join: { name: string; token: string; labels?: Labels | undefined }, address: string): Promise<NodeJoined> {
    this.#wrongJoins.check(address);
    const { name, labels = {} } = join;
    const secret = await this.#parts.store.write(async ({ db, emit, audit }) => {
      const spent = await spendJoinToken(db, join.token);
      if (spent === undefined) return undefined;
      if ((await findNodeToken(db, name)) !== undefined) throw nameTaken(name);
      const created = await createToken(db, { kind: 'node', subject: name, expiresAt: null, labels });
      if (join.labels !== undefined && (await updateNode(db, name, { labels })))
        await emit({ type: 'node.labelled', node: name, data: { labels } });
      const detail = { token: created.row.id, join_token: spent.id, address, labels };
      await audit({ actor: spent.subject, action: 'node.join', subject: `node:${name}`, detail });
      return created.secret;
    });
    if (secret !== undefined) return { node: name, secret };
    this.#wrongJoins.fail(address);
    throw new AppError('unauthenticated', 'this join token is not valid, used up or too old: make one with "weir token create --join"');
  }

  /** Starts nothing more on a node. */
  async drain(actor: string, name: string, reason: string | undefined): Promise<Node> {
    const drainReason = reason ?? null;
    return this.#change(name, { type: 'node.drained', actor, action: 'node.drain', detail: { reason: drainReason } }, () => ({
      drained: true,
      drainReason,
    }));
  }

  /** Lets a drained node take jobs again. */
  async resume(actor: string, name: string): Promise<Node> {
    const resumed = { drained: false, drainReason: null };
    return this.#change(name, { type: 'node.undrained', actor, action: 'node.resume', detail: {} }, (node) =>
      node.drained ? resumed : undefined,
    );
  }

  /** Sets labels and takes labels away; throws `invalid_input` when that leaves more than a node can have. */
  async label(actor: string, name: string, change: { set?: Labels | undefined; remove?: readonly string[] | undefined }): Promise<Node> {
    const detail = { set: change.set ?? {}, remove: change.remove ?? [] };
    return this.#change(name, { type: 'node.labelled', actor, action: 'node.label', detail }, (node) => ({
      labels: changeLabels(node.labels, change),
    }));
  }

  /**
   * Forgets a node and its token; its runner is told to end what it has, and its name is free. With jobs: throws `state_conflict`, or, with
   * `force`, loses them. Removals of files that wait for it are cancelled. Throws `node_not_found`.
   */
  async remove(actor: string, name: string, force: boolean): Promise<void> {
    await this.#parts.store.write(async (context) => {
      const { db, emit, audit } = context;
      const node = await findNode(db, name);
      const jobs = (await sumHeld(db, name)).get(name)?.jobs ?? 0;
      if (jobs > 0 && !force) throw hasJobs(name, jobs);
      const hadToken = await deleteTokensOfNode(db, name);
      if (node === undefined && !hadToken) throw unknownNode(name);
      await deleteNode(db, name);
      await deleteUsageOfNode(db, name);
      // Before what becomes of its jobs: whoever hears of them in this order stops them here first.
      await emit({ type: 'node.removed', node: name, data: { removed_by: actor } });
      await this.#parts.attempts.loseAttempts(context, name, 'node_removed');
      await cancelRemovals(context, name);
      await audit({ actor, action: 'node.remove', subject: `node:${name}`, detail: { force, jobs } });
    });
  }

  /** Changes a node as `decide` says; undefined = nothing to do. */
  async #change(
    name: string,
    note: { type: EventType; actor: string; action: string; detail: Readonly<Record<string, unknown>> },
    decide: (node: StoredNode) => Parameters<typeof updateNode>[2] | undefined,
  ): Promise<Node> {
    await this.#parts.store.write(async ({ db, emit, audit }) => {
      const node = await findNode(db, name);
      if (node === undefined) throw unknownNode(name);
      const changes = decide(node);
      if (changes === undefined) return;
      await updateNode(db, name, changes);
      await emit({ type: note.type, node: name, data: note.detail });
      await audit({ actor: note.actor, action: note.action, subject: `node:${name}`, detail: note.detail });
    });
    return this.#parts.nodes.show(name);
  }
}

function hasJobs(name: string, jobs: number): AppError {
  return new AppError(
    'state_conflict',
    `node "${name}" has ${jobs} jobs: drain it and wait for them, or remove it by force and lose them`,
    {
      field: 'force',
      value: 'false',
    },
  );
}

function nameTaken(name: string): AppError {
  return new AppError(
    'already_exists',
    `node "${name}" has joined already: choose another name with --name, or let an admin remove it first with "weir node remove ${name}"`,
    { field: 'name', value: name },
  );
}
