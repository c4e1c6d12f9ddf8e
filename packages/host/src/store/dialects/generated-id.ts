import { PostgresAdapter, type CreateTableBuilder, type Kysely } from 'kysely';

type Builder = CreateTableBuilder<string>;

/** Adds a primary key that the store counts up: never used twice, not even after its row is gone. */
export function withId(db: Kysely<unknown>, table: Builder, name = 'id'): Builder {
  if (isPostgres(db)) return table.addColumn(name, 'bigint', (column) => column.primaryKey().generatedByDefaultAsIdentity());
  return table.addColumn(name, 'integer', (column) => column.primaryKey().autoIncrement());
}

/** The type of a column that holds an id of another table: SQLite's integers are as wide as ids, PostgreSQL's are not. */
export function idType(db: Kysely<unknown>): 'integer' | 'bigint' {
  return isPostgres(db) ? 'bigint' : 'integer';
}

function isPostgres(db: Kysely<unknown>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
