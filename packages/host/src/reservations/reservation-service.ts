import { AppError, type Reservation, type ReservationCreate } from '@weir/contract';
import { listAccounts } from '../accounts/account-store.ts';
import { listUsers } from '../identity/user-store.ts';
import { listNodeNames } from '../nodes/node-store.ts';
import type { Queries, Store } from '../store/store.ts';
import { readInstant, toIso } from '../store/time.ts';
import {
  deleteReservation,
  deleteReservationsBefore,
  insertReservation,
  listReservations,
  type StoredReservation,
} from './reservation-store.ts';

/** Nodes that are kept for some during a time. */
export class ReservationService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Those that are not over. */
  async list(): Promise<Reservation[]> {
    return (await listReservations(this.#store.read, Date.now())).map(toReservation);
  }

  /** Throws `invalid_input`, `node_not_found`, `user_not_found`, `account_not_found`, `already_exists` for the name, and `state_conflict` when nodes are kept already at that time. */
  async create(actor: string, create: ReservationCreate): Promise<Reservation> {
    const wanted = readWanted(create);
    return this.#store.write(async ({ db, emit, audit }) => {
      await deleteReservationsBefore(db, Date.now());
      await refuseUnknown(db, wanted);
      refuseOverlap(wanted, await listReservations(db, Date.now()));
      const stored = await insertReservation(db, {
        name: wanted.name,
        nodes: wanted.nodes === null ? null : JSON.stringify(wanted.nodes),
        users: JSON.stringify(wanted.users),
        accounts: JSON.stringify(wanted.accounts),
        starts_at: wanted.starts_at,
        ends_at: wanted.ends_at,
        reason: create.reason ?? null,
        created_by: actor,
      });
      await emit({ type: 'policy.changed', owner: 'host', data: { of: 'reservations' } });
      await audit({ actor, action: 'reservation.create', subject: `reservation:${wanted.name}`, detail: { ...create } });
      return toReservation(stored);
    });
  }

  /** Throws `reservation_not_found`. */
  async remove(actor: string, name: string): Promise<void> {
    await this.#store.write(async ({ db, emit, audit }) => {
      if (!(await deleteReservation(db, name)))
        throw new AppError('reservation_not_found', `there is no reservation "${name}"`, { field: 'name', value: name });
      await emit({ type: 'policy.changed', owner: 'host', data: { of: 'reservations' } });
      await audit({ actor, action: 'reservation.remove', subject: `reservation:${name}` });
    });
  }
}

type Wanted = Pick<StoredReservation, 'name' | 'nodes' | 'users' | 'accounts' | 'starts_at' | 'ends_at'>;

function readWanted(create: ReservationCreate): Wanted {
  const startsAt = readInstant('starts_at', create.starts_at);
  const endsAt = readInstant('ends_at', create.ends_at);
  const refused = { field: 'ends_at', value: create.ends_at };
  if (endsAt <= startsAt)
    throw new AppError('invalid_input', `ends_at ${create.ends_at} is not after starts_at ${create.starts_at}`, refused);
  if (endsAt <= Date.now()) throw new AppError('invalid_input', `ends_at ${create.ends_at} is over already`, refused);
  return {
    name: create.name,
    nodes: create.nodes === undefined || create.nodes === null ? null : [...new Set(create.nodes)],
    users: [...new Set(create.users)],
    accounts: [...new Set(create.accounts)],
    starts_at: startsAt,
    ends_at: endsAt,
  };
}

async function refuseUnknown(db: Queries, { nodes, users, accounts }: Wanted): Promise<void> {
  const node = findUnknown(nodes ?? [], await listNodeNames(db));
  if (node !== undefined) throw new AppError('node_not_found', `there is no node "${node}"`, { field: 'nodes', value: node });
  const user = findUnknown(users, namesOf(await listUsers(db)));
  if (user !== undefined)
    throw new AppError('user_not_found', `there is no user "${user}": add it first with "weir user create"`, {
      field: 'users',
      value: user,
    });
  const account = findUnknown(accounts, namesOf(await listAccounts(db)));
  if (account !== undefined)
    throw new AppError('account_not_found', `there is no account "${account}": add it first with "weir account create"`, {
      field: 'accounts',
      value: account,
    });
}

function findUnknown(wanted: readonly string[], known: readonly string[]): string | undefined {
  const names = new Set(known);
  return wanted.find((name) => !names.has(name));
}

function namesOf(rows: readonly { readonly name: string }[]): string[] {
  return rows.map(({ name }) => name);
}

function refuseOverlap(wanted: Wanted, others: readonly StoredReservation[]): void {
  if (others.some((other) => other.name === wanted.name)) {
    throw new AppError('already_exists', `there is a reservation "${wanted.name}" already: remove it first, or choose another name`, {
      field: 'name',
      value: wanted.name,
    });
  }
  for (const other of others) {
    if (other.starts_at >= wanted.ends_at || other.ends_at <= wanted.starts_at) continue;
    const { nodes } = other;
    const both =
      wanted.nodes === null || nodes === null ? (wanted.nodes ?? nodes ?? []) : wanted.nodes.filter((node) => nodes.includes(node));
    if (both.length === 0 && wanted.nodes !== null && nodes !== null) continue;
    const what = both[0] === undefined ? 'every node' : `node "${both[0]}"`;
    const during = `from ${toIso(other.starts_at)} to ${toIso(other.ends_at)}`;
    throw new AppError(
      'state_conflict',
      `reservation "${other.name}" keeps ${what} ${during} already: choose other nodes or another time`,
      {
        field: 'nodes',
        value: both[0] ?? null,
      },
    );
  }
}

function toReservation(stored: StoredReservation): Reservation {
  const { id, name, nodes, users, accounts, starts_at, ends_at, reason, created_by } = stored;
  return {
    id,
    name,
    nodes: nodes === null ? null : [...nodes],
    users: [...users],
    accounts: [...accounts],
    starts_at: toIso(starts_at),
    ends_at: toIso(ends_at),
    reason,
    created_by,
  };
}
