import { Type, type Static } from 'typebox';
import { Identifier, IdNumber, NullableTimestamp, Timestamp } from '../ids.ts';
import { Labels } from '../jobs/job-request.ts';
import { Limits } from '../accounts/account-schemas.ts';

export const ROLES = ['user', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** A person or a program that may ask for something. */
export const User = Type.Object({
  name: Identifier,
  role: Type.Enum([...ROLES]),
  /** Accounts that the user may charge besides the own one. */
  accounts: Type.Array(Type.String()),
  default_account: Type.String(),
  limits: Limits,
  created_at: Timestamp,
});
export type User = Static<typeof User>;

export const UserCreate = Type.Object(
  {
    name: Identifier,
    role: Type.Optional(Type.Enum([...ROLES])),
    default_account: Type.Optional(Identifier),
    limits: Type.Optional(Limits),
  },
  { additionalProperties: false },
);
export type UserCreate = Static<typeof UserCreate>;

export const UserUpdate = Type.Object(
  { role: Type.Optional(Type.Enum([...ROLES])), default_account: Type.Optional(Identifier), limits: Type.Optional(Limits) },
  { additionalProperties: false },
);
export type UserUpdate = Static<typeof UserUpdate>;

export const TOKEN_KINDS = ['user', 'node', 'join'] as const;

/** A token as it can be shown: never its secret. */
export const Token = Type.Object({
  id: IdNumber,
  /** user = acts as a user; node = a runner's own; join = lets machines join as nodes. */
  kind: Type.Enum([...TOKEN_KINDS]),
  /** The user or node it belongs to; of a join token: who made it. */
  subject: Type.String(),
  label: Type.Union([Type.String(), Type.Null()]),
  created_at: Timestamp,
  expires_at: NullableTimestamp,
  last_used_at: NullableTimestamp,
  /** Machines that may still join with it; null = any number. */
  uses_left: Type.Union([Type.Integer(), Type.Null()]),
});
export type Token = Static<typeof Token>;

export const TokenCreate = Type.Object(
  {
    kind: Type.Union([Type.Literal('user'), Type.Literal('join')]),
    /** Of a user token: whose; absent = the asker's own. */
    user: Type.Optional(Identifier),
    label: Type.Optional(Type.String({ maxLength: 100, pattern: '^[^\\u0000-\\u001f]*$' })),
    /** Absent: a join token lives for a day, a user token for ever. */
    expires_in_ms: Type.Optional(Type.Integer({ minimum: 1000, maximum: 10 * 365 * 86_400_000 })),
    /** Of a join token; absent = 1, null = any number. */
    uses: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 10_000 }), Type.Null()])),
  },
  { additionalProperties: false },
);
export type TokenCreate = Static<typeof TokenCreate>;

/** A new token; the secret is shown this once. */
export const NewToken = Type.Object({ token: Token, secret: Type.String() });
export type NewToken = Static<typeof NewToken>;

/** A machine asks to become a node; `token` is the secret of a join token. */
export const NodeJoin = Type.Object(
  { name: Identifier, token: Type.String({ minLength: 1, maxLength: 200 }), labels: Type.Optional(Labels) },
  { additionalProperties: false },
);

/** The node's own token: the only one that speaks for that name from now on. */
export const NodeJoined = Type.Object({ node: Identifier, secret: Type.String() });
export type NodeJoined = Static<typeof NodeJoined>;
