import { AppError } from '@weir/contract';
import type { Identity } from './identity.ts';
import type { Store } from '../store/store.ts';
import { RecentIdentities } from './recent-identities.ts';
import { findToken, insertToken, takeToken, deleteExpiredTokens } from './token-store.ts';
import { findUser, insertUser } from './user-store.ts';

export type { Identity };

const TICKET_MS = 10 * 60_000;
const BROWSER_SESSION_MS = 12 * 3_600_000;

/** Tokens in, identities out. */
export class IdentityService {
  readonly #store: Store;
  readonly #recent = new RecentIdentities();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The user that a token belongs to, as of at most a second ago; throws `unauthenticated`. */
  async authenticateUser(secret: string | undefined): Promise<Identity> {
    const recent = secret === undefined ? undefined : this.#recent.find(secret);
    if (recent !== undefined) return recent;
    const token = secret === undefined ? undefined : await findToken(this.#store.read, secret);
    const user = token?.kind === 'user' ? await findUser(this.#store.read, token.subject) : undefined;
    if (secret === undefined || user === undefined) {
      throw new AppError(
        'unauthenticated',
        'no valid token: send "Authorization: Bearer TOKEN" (the CLI reads it from the credential file of the Weir home)',
      );
    }
    const identity: Identity = { user: user.name, role: user.role };
    this.#recent.remember(secret, identity);
    return identity;
  }

  /** The node that a token belongs to; throws `unauthenticated`. */
  async authenticateNode(secret: string | undefined): Promise<string> {
    const token = secret === undefined ? undefined : await findToken(this.#store.read, secret);
    if (token?.kind !== 'node') throw new AppError('unauthenticated', 'no valid node token');
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
      return insertToken(db, { kind: 'user', subject: found.subject, expiresAt: Date.now() + BROWSER_SESSION_MS });
    });
    if (token === undefined)
      throw new AppError('unauthenticated', 'this link was used already or is too old: get a new one with "weir open"');
    return { token, maxAgeSeconds: BROWSER_SESSION_MS / 1000 };
  }

  async #issue(kind: 'user' | 'node', subject: string, known: string | undefined): Promise<string> {
    const token = known === undefined ? undefined : await findToken(this.#store.read, known);
    if (known !== undefined && token?.kind === kind && token.subject === subject) return known;
    return this.#store.write(async ({ db, audit }) => {
      if (kind === 'user' && (await findUser(db, subject)) === undefined) await insertUser(db, { name: subject, role: 'admin' });
      await audit({ actor: 'host', action: 'token.issue', subject: `${kind}:${subject}` });
      return insertToken(db, { kind, subject, expiresAt: null });
    });
  }
}
