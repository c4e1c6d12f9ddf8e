import { createHash, randomBytes } from 'node:crypto';
import { sql, type ExpressionBuilder, type Selectable } from 'kysely';
import type { Labels } from '@weir/contract';
import type { Queries } from '../store/store.ts';
import type { Database, TokenTable } from '../store/schema.ts';

export type TokenKind = TokenTable['kind'];
export type TokenRow = Omit<Selectable<TokenTable>, 'hash'>;

export interface NewToken {
  readonly kind: TokenKind;
  /** A user's or a node's name; of a join token: who made it. */
  readonly subject: string;
  /** Milliseconds since the epoch; null = never. */
  readonly expiresAt: number | null;
  readonly label?: string | null;
  /** Of a join token; absent or null = any number. */
  readonly usesLeft?: number | null;
  /** Of a node token: the labels that its node begins with. */
  readonly labels?: Labels;
}

const PREFIX: Record<TokenKind, string> = { user: 'weir_u_', node: 'weir_n_', ticket: 'weir_t_', join: 'weir_j_' };
const COLUMNS = ['id', 'kind', 'subject', 'label', 'created_at', 'expires_at', 'last_used_at', 'uses_left', 'labels'] as const;
/** Tokens of one statement: far below the number of parameters that any store takes. */
const CHUNK = 500;

/** Stores a new token and returns it with its secret, which can be read nowhere afterwards. 256 random bits, so a plain hash is enough. */
export async function createToken(db: Queries, token: NewToken): Promise<{ row: TokenRow; secret: string }> {
  const secret = PREFIX[token.kind] + randomBytes(32).toString('base64url');
  const row = await db
    .insertInto('tokens')
    .values({
      hash: hashSecret(secret),
      kind: token.kind,
      subject: token.subject,
      label: token.label ?? null,
      created_at: Date.now(),
      expires_at: token.expiresAt,
      uses_left: token.usesLeft ?? null,
      labels: token.labels === undefined ? null : JSON.stringify(token.labels),
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow();
  return { row, secret };
}

/** As `createToken`; gives the secret alone. */
export async function insertToken(db: Queries, token: NewToken): Promise<string> {
  return (await createToken(db, token)).secret;
}

/** Finds a valid token by its secret. */
export async function findToken(db: Queries, secret: string): Promise<TokenRow | undefined> {
  return db.selectFrom('tokens').select(COLUMNS).where('hash', '=', hashSecret(secret)).where(notExpired).executeTakeFirst();
}

/** Finds a token that can be shown, by its id. */
export async function findTokenById(db: Queries, id: number): Promise<TokenRow | undefined> {
  return db.selectFrom('tokens').select(COLUMNS).where('id', '=', id).where('kind', '!=', 'ticket').executeTakeFirst();
}

/** Valid tokens that can be shown, by id: everybody's, or one user's. */
export async function listTokens(db: Queries, user?: string): Promise<TokenRow[]> {
  let query = db.selectFrom('tokens').select(COLUMNS).where('kind', '!=', 'ticket').where(notExpired);
  if (user !== undefined) query = query.where('kind', '=', 'user').where('subject', '=', user);
  return query.orderBy('id').execute();
}

/** The valid token that speaks for a node. */
export async function findNodeToken(db: Queries, node: string): Promise<TokenRow | undefined> {
  return db
    .selectFrom('tokens')
    .select(COLUMNS)
    .where('kind', '=', 'node')
    .where('subject', '=', node)
    .where(notExpired)
    .orderBy('id', 'desc')
    .executeTakeFirst();
}

/** How many valid tokens a user has. */
export async function countUserTokens(db: Queries, user: string): Promise<number> {
  const row = await db
    .selectFrom('tokens')
    .select((select) => select.fn.countAll().as('count'))
    .where('kind', '=', 'user')
    .where('subject', '=', user)
    .where(notExpired)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Takes a valid token out, so that it can be used once only. */
export async function takeToken(db: Queries, secret: string, kind: TokenKind): Promise<TokenRow | undefined> {
  return db
    .deleteFrom('tokens')
    .where('hash', '=', hashSecret(secret))
    .where('kind', '=', kind)
    .where(notExpired)
    .returning(COLUMNS)
    .executeTakeFirst();
}

/** Uses a join token up by one machine, and deletes it with its last use; undefined when it is not valid. */
export async function spendJoinToken(db: Queries, secret: string): Promise<TokenRow | undefined> {
  const token = await findToken(db, secret);
  if (token?.kind !== 'join') return undefined;
  if (token.uses_left === 1) await deleteToken(db, token.id);
  else {
    const uses = { uses_left: sql<number | null>`uses_left - 1`, last_used_at: Date.now() };
    await db.updateTable('tokens').set(uses).where('id', '=', token.id).execute();
  }
  return token;
}

/** Deletes a token. */
export async function deleteToken(db: Queries, id: number): Promise<void> {
  await db.deleteFrom('tokens').where('id', '=', id).execute();
}

/** Deletes all that lets a user in, and the join tokens that the user made. */
export async function deleteTokensOfUser(db: Queries, user: string): Promise<void> {
  await db.deleteFrom('tokens').where('kind', '!=', 'node').where('subject', '=', user).execute();
}

/** Deletes the join tokens that a user made. */
export async function deleteJoinTokensOfUser(db: Queries, user: string): Promise<void> {
  await db.deleteFrom('tokens').where('kind', '=', 'join').where('subject', '=', user).execute();
}

/** Deletes a node's tokens; tells whether there was one. */
export async function deleteTokensOfNode(db: Queries, node: string): Promise<boolean> {
  const result = await db.deleteFrom('tokens').where('kind', '=', 'node').where('subject', '=', node).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Notes that tokens were used. */
export async function touchTokens(db: Queries, ids: readonly number[], usedAt: number): Promise<void> {
  for (let from = 0; from < ids.length; from += CHUNK) {
    const some = ids.slice(from, from + CHUNK);
    await db.updateTable('tokens').set({ last_used_at: usedAt }).where('id', 'in', some).execute();
  }
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
