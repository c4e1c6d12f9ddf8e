import { AppError, type NewToken, type Token, type TokenCreate } from '@weir/contract';
import type { Store } from '../store/store.ts';
import { toIso, toIsoOrNull } from '../store/time.ts';
import type { Identity } from './identity.ts';
import {
  countUserTokens,
  createToken,
  deleteExpiredTokens,
  deleteToken,
  findTokenById,
  listTokens,
  type NewToken as TokenToStore,
  type TokenRow,
} from './token-store.ts';
import { findUser } from './user-store.ts';

const JOIN_TOKEN_MS = 86_400_000;
/** More is a script that makes one for each of its runs. */
const MAX_TOKENS_OF_USER = 1_000;

/** What users do with tokens. */
export class TokenService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The asker's valid tokens; an admin sees those of everybody, of nodes, and those that machines join with. */
  async list(identity: Identity): Promise<Token[]> {
    const rows = await listTokens(this.#store.read, identity.role === 'admin' ? undefined : identity.user);
    return rows.flatMap((row) => toToken(row) ?? []);
  }

  /** Makes a token; throws `forbidden`, `user_not_found`, `limit_exceeded`. */
  async create(identity: Identity, create: TokenCreate): Promise<NewToken> {
    const wanted = describeToken(identity, create);
    return this.#store.write(async ({ db, audit }) => {
      await deleteExpiredTokens(db);
      if (wanted.kind === 'user') {
        if ((await findUser(db, wanted.subject)) === undefined)
          throw new AppError('user_not_found', `there is no user "${wanted.subject}"`, { field: 'user', value: wanted.subject });
        if ((await countUserTokens(db, wanted.subject)) >= MAX_TOKENS_OF_USER)
          throw new AppError(
            'limit_exceeded',
            `${wanted.subject} has ${MAX_TOKENS_OF_USER} tokens: revoke some that are not used any more`,
          );
      }
      const { row, secret } = await createToken(db, wanted);
      const detail = { kind: row.kind, user: row.subject, label: row.label, expires_at: toIsoOrNull(row.expires_at), uses: row.uses_left };
      await audit({ actor: identity.user, action: 'token.create', subject: `token:${row.id}`, detail });
      return { token: showToken(row), secret };
    });
  }

  /** Makes a token useless at once: an own one, or any for an admin. A node's session ends with its token. Throws `token_not_found`. */
  async revoke(identity: Identity, id: number): Promise<void> {
    await this.#store.write(async ({ db, emit, audit }) => {
      const token = await findTokenById(db, id);
      const own = token?.kind === 'user' && token.subject === identity.user;
      if (token === undefined || (!own && identity.role !== 'admin'))
        throw new AppError('token_not_found', `there is no token ${id}`, { field: 'id', value: id });
      await deleteToken(db, id);
      const node = token.kind === 'node' ? token.subject : null;
      await emit({ type: 'policy.changed', node, owner: 'host', data: { of: 'tokens' } });
      await audit({
        actor: identity.user,
        action: 'token.revoke',
        subject: `token:${id}`,
        detail: { kind: token.kind, user: token.subject, label: token.label },
      });
    });
  }
}

function describeToken(identity: Identity, create: TokenCreate): TokenToStore {
  const isAdmin = identity.role === 'admin';
  const label = create.label ?? null;
  if (create.kind === 'join') {
    if (!isAdmin) throw new AppError('forbidden', 'only an admin may let machines join');
    if (create.user !== undefined)
      throw new AppError('invalid_input', 'a join token belongs to nobody: leave user out', { field: 'user', value: create.user });
    const expiresAt = Date.now() + (create.expires_in_ms ?? JOIN_TOKEN_MS);
    return { kind: 'join', subject: identity.user, label, expiresAt, usesLeft: create.uses === undefined ? 1 : create.uses };
  }
  if (create.uses !== undefined)
    throw new AppError('invalid_input', 'uses are counted of join tokens only', { field: 'uses', value: create.uses });
  const subject = create.user ?? identity.user;
  if (subject !== identity.user && !isAdmin)
    throw new AppError('forbidden', "only an admin may make another user's token", { field: 'user', value: subject });
  return { kind: 'user', subject, label, expiresAt: create.expires_in_ms === undefined ? null : Date.now() + create.expires_in_ms };
}

function showToken(row: TokenRow): Token {
  const token = toToken(row);
  if (token === undefined) throw new TypeError(`a ${row.kind} is never shown`);
  return token;
}

/** Undefined for a ticket. */
function toToken(row: TokenRow): Token | undefined {
  if (row.kind === 'ticket') return undefined;
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    label: row.label,
    created_at: toIso(row.created_at),
    expires_at: toIsoOrNull(row.expires_at),
    last_used_at: toIsoOrNull(row.last_used_at),
    uses_left: row.uses_left,
  };
}
