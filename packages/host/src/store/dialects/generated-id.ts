import { PostgresAdapter, type CreateTableBuilder, type Kysely } from 'kysely';

type Builder = CreateTableBuilder<string>;

/** Adds a primary key that the store counts up: never used twice, not even after its row is gone. */
export function withId(db: Kysely<unknown>, table: Builder, name = 'id'): Builder {
  if (db.getExecutor().adapter instanceof PostgresAdapter) {
    return table.addColumn(name, 'bigint', (column) => column.primaryKey().generatedByDefaultAsIdentity());
  }
  return table.addColumn(name, 'integer', (column) => column.primaryKey().autoIncrement());
}
