import { AppError } from '@weir/contract';
import { insertImplicitAccounts } from '../accounts/account-store.ts';
import type { Store } from '../store/store.ts';
import { AttemptLimit } from './attempt-limit.ts';
import type { Identity } from './identity.ts';
import { OpenCalls, type OpenCall } from './open-calls.ts';
import { RecentIdentities } from './recent-identities.ts';
import { deleteExpiredTokens, findToken, insertToken, takeToken, touchTokens, type TokenRow } from './token-store.ts';
import { findUser, insertUser } from './user-store.ts';

export type { Identity };

const TICKET_MS = 10 * 60_000;
const BROWSER_SESSION_MS = 12 * 3_600_000;
/** A secret cannot be guessed; a program that goes on with a wrong one is told to wait. */
const WRONG_TOKENS = { most: 1_000, windowMs: 60_000 };

/** Tokens in, identities out. */
export class IdentityService {
  readonly #store: Store;
  readonly #recent = new RecentIdentities();
  readonly #calls = new OpenCalls();
  readonly #wrong = new AttemptLimit(WRONG_TOKENS);
  /** Ids of tokens used since they were last noted. */
  #used = new Set<number>();

  constructor(store: Store) {
    this.#store = store;
    store.onEvents((committed) => {
      if (!committed.some(({ event }) => event.type === 'policy.changed')) return;
      this.#recent.forget();
      void this.#calls.review((secret) => this.#identify(secret));
    });
  }

  /**
   * The user that a token belongs to; what another host changed counts within a second, what this host changed at once.
   * Throws `unauthenticated`, or `too_many_requests` when the address has sent too many wrong ones.
   */
  async authenticateUser(secret: string | undefined, address: string): Promise<Identity> {
    const recent = secret === undefined ? undefined : this.#recent.find(secret);
    if (recent !== undefined) return recent;
    const { generation } = this.#recent;
    const token = await this.#find(secret, 'user', address);
    const user = token && (await findUser(this.#store.read, token.subject));
    if (secret === undefined || user === undefined) {
      throw new AppError(
        'unauthenticated',
        'no valid token: send "Authorization: Bearer TOKEN" (the CLI reads it from the credential file of the Weir home)',
      );
    }
    const identity: Identity = { user: user.name, role: user.role };
    this.#recent.remember(secret, identity, generation);
    return identity;
  }

  /**
   * Gives what `work` gives; stops it and throws `unauthenticated` as soon as the call's token is taken back, or its user removed or no admin
   * any more. What another host took back counts when its event is heard here.
   */
  whileGood<T>(call: OpenCall, work: () => T): Promise<Awaited<T>> {
    const answer = this.#calls.run(call, work);
    // Something changed since the call was let in.
    if (this.#recent.find(call.secret) === undefined) void this.#calls.review((secret) => this.#identify(secret), [call]);
    return answer;
  }

  /** The node that a token belongs to; throws as `authenticateUser`. */
  async authenticateNode(secret: string | undefined, address: string): Promise<string> {
    const token = await this.#find(secret, 'node', address);
    if (token === undefined) {
      throw new AppError(
        'unauthenticated',
        'no valid node token: the node was removed or its token revoked; join again with "weir node join"',
      );
    }
    return token.subject;
  }

  /** Makes sure that the user exists and returns a token: `known` when that still works, else a new one. */
  async issueUserToken(user: string, known: string | undefined): Promise<string> {
    return this.#issue('user', user, known);
  }

  /** As `issueUserToken`, for a node. */
  async issueNodeToken(node: string, known: string | undefined): Promise<string> {
    return this.#issue('node', node, known);
  }

  /** A secret for a link that opens the pages in the user's browser, once. */
  async createTicket(identity: Identity): Promise<{ ticket: string; expiresAt: number }> {
    const expiresAt = Date.now() + TICKET_MS;
    const ticket = await this.#store.write(async ({ db }) => {
      await deleteExpiredTokens(db);
      return insertToken(db, { kind: 'ticket', subject: identity.user, expiresAt });
    });
    return { ticket, expiresAt };
  }

  /** Trades a ticket for a browser's session token; throws `unauthenticated` when it was used or is too old. */
  async redeemTicket(ticket: string): Promise<{ token: string; maxAgeSeconds: number }> {
    const token = await this.#store.write(async ({ db, audit }) => {
      const found = await takeToken(db, ticket, 'ticket');
      if (found === undefined) return undefined;
      await audit({ actor: found.subject, action: 'session.open', subject: `user:${found.subject}` });
      const expiresAt = Date.now() + BROWSER_SESSION_MS;
      return insertToken(db, { kind: 'user', subject: found.subject, expiresAt, label: 'browser session' });
    });
    if (token === undefined)
      throw new AppError('unauthenticated', 'this link was used already or is too old: get a new one with "weir open"');
    return { token, maxAgeSeconds: BROWSER_SESSION_MS / 1000 };
  }

  /** Stores when tokens were last used, all in one write. */
  async noteUse(): Promise<void> {
    if (this.#used.size === 0) return;
    const used = [...this.#used];
    this.#used = new Set();
    await this.#store.write(({ db }) => touchTokens(db, used, Date.now()));
  }

  async #identify(secret: string): Promise<Identity | undefined> {
    const token = await findToken(this.#store.read, secret);
    const user = token?.kind === 'user' ? await findUser(this.#store.read, token.subject) : undefined;
    return user && { user: user.name, role: user.role };
  }

  async #find(secret: string | undefined, kind: 'user' | 'node', address: string): Promise<TokenRow | undefined> {
    if (secret === undefined) return undefined;
    const token = await findToken(this.#store.read, secret);
    if (token?.kind !== kind) {
      // Good tokens are never refused for what others send from the same address: a job may run beside the runner of its node.
      this.#wrong.check(address);
      this.#wrong.fail(address);
      return undefined;
    }
    this.#used.add(token.id);
    return token;
  }

  async #issue(kind: 'user' | 'node', subject: string, known: string | undefined): Promise<string> {
    const token = known === undefined ? undefined : await findToken(this.#store.read, known);
    const works = token?.kind === kind && token.subject === subject;
    return this.#store.write(async ({ db, audit }) => {
      if (kind === 'user') {
        await insertUser(db, { name: subject, role: 'admin' });
        await insertImplicitAccounts(db);
      }
      if (known !== undefined && works) return known;
      await audit({ actor: 'host', action: 'token.issue', subject: `${kind}:${subject}` });
      return insertToken(db, { kind, subject, expiresAt: null, label: 'issued by the host on its own machine' });
    });
  }
}
