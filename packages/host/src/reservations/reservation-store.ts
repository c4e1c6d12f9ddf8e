import type { Insertable, Selectable } from 'kysely';
import type { ReservationWindow } from '../scheduler/core/model.ts';
import { parseStored } from '../store/parse-json.ts';
import type { ReservationTable } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/** A reservation as it is stored, its lists parsed. */
export interface StoredReservation extends Omit<Selectable<ReservationTable>, 'nodes' | 'users' | 'accounts'> {
  readonly nodes: readonly string[] | null;
  readonly users: readonly string[];
  readonly accounts: readonly string[];
}

/** Reservations that are not over at `now`, by their start. */
export async function listReservations(db: Queries, now: number): Promise<StoredReservation[]> {
  const rows = await db.selectFrom('reservations').selectAll().where('ends_at', '>', now).orderBy('starts_at').orderBy('id').execute();
  return rows.map(parseReservation);
}

/** What the scheduler has to keep free, now or later. */
export async function loadReservations(db: Queries): Promise<ReservationWindow[]> {
  const stored = await listReservations(db, Date.now());
  return stored.map((reservation) => ({
    name: reservation.name,
    nodes: reservation.nodes === null ? null : new Set(reservation.nodes),
    users: new Set(reservation.users),
    accounts: new Set(reservation.accounts),
    startsAt: reservation.starts_at,
    endsAt: reservation.ends_at,
  }));
}

/** Adds a reservation and returns it with its id. */
export async function insertReservation(db: Queries, reservation: Insertable<ReservationTable>): Promise<StoredReservation> {
  return parseReservation(await db.insertInto('reservations').values(reservation).returningAll().executeTakeFirstOrThrow());
}

/** Deletes a reservation; tells whether there was one. */
export async function deleteReservation(db: Queries, name: string): Promise<boolean> {
  const result = await db.deleteFrom('reservations').where('name', '=', name).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Deletes the reservations that were over before `before`. */
export async function deleteReservationsBefore(db: Queries, before: number): Promise<void> {
  await db.deleteFrom('reservations').where('ends_at', '<=', before).execute();
}

function parseReservation(row: Selectable<ReservationTable>): StoredReservation {
  return {
    ...row,
    nodes: row.nodes === null ? null : parseStored<string[]>(row.nodes),
    users: parseStored<string[]>(row.users),
    accounts: parseStored<string[]>(row.accounts),
  };
}
