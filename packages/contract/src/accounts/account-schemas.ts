import { Type, type Static } from 'typebox';
import { Identifier, IdNumber, Timestamp } from '../ids.ts';

const Amount = Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()]));

/** The most that a user or an account may have at once; absent or null = no limit. */
export const Limits = Type.Object(
  {
    running_jobs: Amount,
    /** Waiting and running; a submit beyond it is refused. */
    queued_jobs: Amount,
    cpus: Amount,
    memory_bytes: Amount,
    gpus: Amount,
    /** Longest time limit that a job may ask for; jobs without one get it. */
    time_limit_ms: Amount,
  },
  { additionalProperties: false },
);
export type Limits = Static<typeof Limits>;

/** Who is charged: a project, a group. Every user also has an account of the own name, and may charge `default`. */
export const Account = Type.Object({
  name: Identifier,
  /** Its share of the fleet beside the other accounts' shares. */
  shares: Type.Integer(),
  members: Type.Array(Type.String()),
  limits: Limits,
  /** CPU-seconds (weighted), halved with every half-life. */
  usage: Type.Number(),
  /** From 0 (used far more than its share) to 1. */
  fair_share: Type.Number(),
  created_at: Timestamp,
});
export type Account = Static<typeof Account>;

const Shares = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 }));
const Members = Type.Optional(Type.Array(Identifier, { maxItems: 10_000, uniqueItems: true }));

export const AccountCreate = Type.Object(
  { name: Identifier, shares: Shares, members: Members, limits: Type.Optional(Limits) },
  { additionalProperties: false },
);
export type AccountCreate = Static<typeof AccountCreate>;

export const AccountUpdate = Type.Object(
  { shares: Shares, members: Members, limits: Type.Optional(Limits) },
  { additionalProperties: false },
);
export type AccountUpdate = Static<typeof AccountUpdate>;

/**
 * Nodes that are kept for some users and accounts, or (with neither) for maintenance, during a time.
 * Jobs that could run into it do not start there.
 */
export const Reservation = Type.Object({
  id: IdNumber,
  name: Identifier,
  /** Null = every node. */
  nodes: Type.Union([Type.Array(Identifier), Type.Null()]),
  users: Type.Array(Type.String()),
  accounts: Type.Array(Type.String()),
  starts_at: Timestamp,
  ends_at: Timestamp,
  reason: Type.Union([Type.String(), Type.Null()]),
  created_by: Type.String(),
});
export type Reservation = Static<typeof Reservation>;

export const ReservationCreate = Type.Object(
  {
    name: Identifier,
    nodes: Type.Optional(Type.Union([Type.Array(Identifier, { minItems: 1, maxItems: 10_000 }), Type.Null()])),
    users: Type.Optional(Type.Array(Identifier, { maxItems: 1000 })),
    accounts: Type.Optional(Type.Array(Identifier, { maxItems: 1000 })),
    starts_at: Timestamp,
    ends_at: Timestamp,
    reason: Type.Optional(Type.String({ maxLength: 1000, pattern: '^[^\\u0000]*$' })),
  },
  { additionalProperties: false },
);
export type ReservationCreate = Static<typeof ReservationCreate>;
