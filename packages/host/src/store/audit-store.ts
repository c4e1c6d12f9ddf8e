import { sql, type Kysely, type Selectable } from 'kysely';
import type { AuditTable, Database } from './schema.ts';

/** One line of the audit log: who did what to what. Never a secret in `detail`. */
export interface AuditEntry {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Which lines a reader asks for. `before` is an id: pages go from new to old. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Reads a page of the audit log, newest first. */
export async function listAudit(db: Kysely<Database>, filter: AuditFilter): Promise<Selectable<AuditTable>[]> {
  let query = db.selectFrom('audit_log').selectAll().orderBy('id', 'desc').limit(filter.limit);
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject);
  if (filter.before !== undefined) query = query.where('id', '<', filter.before);
  return query.execute();
}

/** Adds a line to the audit log. Every change that somebody asks for does: the text is written out to spare its building. */
export async function insertAudit(db: Kysely<Database>, entry: AuditEntry): Promise<void> {
  await sql`
    insert into audit_log (at, actor, action, subject, detail)
    values (${Date.now()}, ${entry.actor}, ${entry.action}, ${entry.subject}, ${JSON.stringify(entry.detail ?? {})})`.execute(db);
}
