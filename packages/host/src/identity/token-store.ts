import { createHash, randomBytes } from 'node:crypto';
import type { ExpressionBuilder } from 'kysely';
import type { Queries } from '../store/store.ts';
import type { Database, TokenTable } from '../store/schema.ts';

export type TokenKind = TokenTable['kind'];

export interface NewToken {
  readonly kind: TokenKind;
  /** A user's or a node's name. */
  readonly subject: string;
  /** Milliseconds since the epoch; null = never. */
  readonly expiresAt: number | null;
}

export interface FoundToken {
  readonly kind: TokenKind;
  readonly subject: string;
}

const PREFIX: Record<TokenKind, string> = { user: 'weir_u_', node: 'weir_n_', ticket: 'weir_t_', join: 'weir_j_' };

/** Stores a new token and returns its secret, which can be read nowhere afterwards. 256 random bits, so a plain hash is enough. */
export async function insertToken(db: Queries, token: NewToken): Promise<string> {
  const secret = PREFIX[token.kind] + randomBytes(32).toString('base64url');
  await db
    .insertInto('tokens')
    .values({ hash: hashSecret(secret), kind: token.kind, subject: token.subject, created_at: Date.now(), expires_at: token.expiresAt })
    .execute();
  return secret;
}

/** Finds a valid token by its secret. */
export async function findToken(db: Queries, secret: string): Promise<FoundToken | undefined> {
  return db.selectFrom('tokens').select(['kind', 'subject']).where('hash', '=', hashSecret(secret)).where(notExpired).executeTakeFirst();
}

/** Takes a valid token out, so that it can be used once only. */
export async function takeToken(db: Queries, secret: string, kind: TokenKind): Promise<FoundToken | undefined> {
  return db
    .deleteFrom('tokens')
    .where('hash', '=', hashSecret(secret))
    .where('kind', '=', kind)
    .where(notExpired)
    .returning(['kind', 'subject'])
    .executeTakeFirst();
}

/** Deletes tokens whose time is over. */
export async function deleteExpiredTokens(db: Queries): Promise<void> {
  await db.deleteFrom('tokens').where('expires_at', '<=', Date.now()).execute();
}

function notExpired(where: ExpressionBuilder<Database, 'tokens'>) {
  return where.or([where('expires_at', 'is', null), where('expires_at', '>', Date.now())]);
}

function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
