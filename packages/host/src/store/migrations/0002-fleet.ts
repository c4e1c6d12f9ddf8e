import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { withId } from '../dialects/generated-id.ts';

/** A fleet: who may charge what, where jobs may run, several nodes a job, arrays, dependencies, reservations, several hosts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await extendIdentity(db);
  await extendNodes(db);
  await extendJobs(db);
  await replaceAllocations(db);
  await createFleet(db);
  await nameStore(db);
}

async function extendIdentity(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'users', { default_account: sql`text not null default 'default'`, limits: sql`text not null default '{}'` });
  await addColumns(db, 'tokens', { label: sql`text`, last_used_at: sql`bigint`, uses_left: sql`integer`, labels: sql`text` });
  await db.schema.createIndex('tokens_by_subject').on('tokens').columns(['kind', 'subject']).execute();
}

async function extendNodes(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'nodes', {
    address: sql`text not null default ''`,
    labels: sql`text not null default '{}'`,
    numa: sql`text not null default '[]'`,
    executors: sql`text not null default '[]'`,
    drained: sql`integer not null default 0`,
    drain_reason: sql`text`,
    session_host: sql`text`,
    beat: sql`bigint not null default 0`,
    usage: sql`text`,
  });
}

async function extendJobs(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'jobs', {
    stop_by: sql`text`,
    pause_wanted: sql`integer not null default 0`,
    account: sql`text not null default 'default'`,
    class: sql`text not null default 'normal'`,
    executor: sql`text not null default 'process'`,
    request: sql`text not null default '{}'`,
    batch_id: sql`bigint`,
    array: sql`text`,
    array_id: sql`bigint`,
    array_index: sql`integer`,
    begin_at: sql`bigint`,
    preemptions: sql`integer not null default 0`,
    master_port: sql`integer`,
  });
  await sql`update jobs set stop_by = 'user' where cancel_requested = 1`.execute(db);
  await db.schema.alterTable('jobs').dropColumn('cancel_requested').execute();
  await sql`create index jobs_by_state on jobs (state, id)`.execute(db);
  await sql`create index jobs_by_batch on jobs (batch_id, id) where batch_id is not null`.execute(db);
  await sql`create index jobs_by_array on jobs (array_id, state) where array_id is not null`.execute(db);
  await sql`create index jobs_by_account on jobs (account, id)`.execute(db);
  await sql`create index jobs_by_name on jobs (name, id)`.execute(db);
  await sql`create index jobs_by_last_node on jobs (node, id) where node is not null`.execute(db);
  // What a user, or an account, has in the queue: counted at each submit of somebody who has a limit.
  const open = sql`state in ('pending', 'starting', 'running', 'paused')`;
  await sql`create index jobs_open_by_user on jobs ("user", state) where ${open}`.execute(db);
  await sql`create index jobs_open_by_account on jobs (account, state) where ${open}`.execute(db);
  await sql`create index jobs_open_arrays on jobs ("user", account) where "array" is not null and ended_at is null`.execute(db);
  await sql`create index jobs_ended on jobs (ended_at) where ended_at is not null`.execute(db);
  await db.schema
    .createTable('job_dependencies')
    .addColumn('job_id', 'bigint', (column) => column.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('on_job_id', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('job_dependencies_key', ['job_id', 'on_job_id', 'kind'])
    .execute();
  await db.schema.createIndex('job_dependencies_by_cause').on('job_dependencies').column('on_job_id').execute();
}

/** One row per attempt and node instead of one per attempt: SQLite cannot drop the old constraint, so the table is built anew. */
async function replaceAllocations(db: Kysely<unknown>): Promise<void> {
  await withId(db, db.schema.createTable('allocations_next'))
    .addColumn('job_id', 'bigint', (column) => column.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('rank', 'integer', (column) => column.notNull())
    .addColumn('node_name', 'text', (column) => column.notNull())
    .addColumn('allocated_cpus', 'integer', (column) => column.notNull())
    .addColumn('cpu_ids', 'text', (column) => column.notNull())
    .addColumn('numa', 'integer')
    .addColumn('memory_bytes', 'bigint', (column) => column.notNull())
    .addColumn('gpu_ids', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('outcome', 'text')
    .addColumn('released', 'integer', (column) => column.notNull())
    .addColumn('allocated_at', 'bigint', (column) => column.notNull())
    .addColumn('released_at', 'bigint')
    .addUniqueConstraint('one_allocation_per_member', ['job_id', 'attempt', 'node_name'])
    .execute();
  await sql`insert into allocations_next
      (id, job_id, attempt, rank, node_name, allocated_cpus, cpu_ids, memory_bytes, gpu_ids, released, allocated_at, released_at)
    select id, job_id, attempt, 0, node_name, allocated_cpus, '[]', memory_bytes, gpu_ids, released, allocated_at, released_at
    from resource_allocations`.execute(db);
  await db.schema.dropTable('resource_allocations').execute();
  await db.schema.alterTable('allocations_next').renameTo('resource_allocations').execute();
  await sql`create index allocations_held on resource_allocations (node_name) where released = 0`.execute(db);
  await sql`create index allocations_of_gangs on resource_allocations (node_name, job_id) where rank > 0`.execute(db);
  await sql`create index events_of_fleet on events (at) where job_id is null and workflow_id is null`.execute(db);
}

async function createFleet(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('accounts')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('shares', 'integer', (column) => column.notNull())
    .addColumn('limits', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('account_members')
    .addColumn('account', 'text', (column) => column.notNull().references('accounts.name').onDelete('cascade'))
    .addColumn('user', 'text', (column) => column.notNull().references('users.name').onDelete('cascade'))
    .addPrimaryKeyConstraint('account_members_key', ['account', 'user'])
    .execute();
  await db.schema
    .createTable('usage')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('usage', 'double precision', (column) => column.notNull())
    .addColumn('as_of', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('usage_key', ['account', 'user'])
    .execute();
  await withId(db, db.schema.createTable('reservations'))
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('nodes', 'text')
    .addColumn('users', 'text', (column) => column.notNull())
    .addColumn('accounts', 'text', (column) => column.notNull())
    .addColumn('starts_at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('created_by', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('node_usage')
    .addColumn('node', 'text', (column) => column.notNull())
    .addColumn('minute', 'bigint', (column) => column.notNull())
    .addColumn('cpu_percent', 'double precision', (column) => column.notNull())
    .addColumn('memory_used_bytes', 'bigint', (column) => column.notNull())
    .addColumn('gpus', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('node_usage_key', ['node', 'minute'])
    .execute();
  await db.schema
    .createTable('idempotency_keys')
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotency_keys_key', ['user', 'key'])
    .execute();
  await db.schema.createIndex('idempotency_keys_by_age').on('idempotency_keys').column('created_at').execute();
  await db.schema
    .createTable('hosts')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('beat', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('leases')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('holder', 'text', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('beat', 'bigint', (column) => column.notNull())
    .execute();
}

/** Runners tell by it whose refusals concern them. */
async function nameStore(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('store_identity')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .execute();
  await sql`insert into store_identity (id) values (${randomUUID()})`.execute(db);
}

/** Column by column: SQLite adds one at a time. */
async function addColumns(db: Kysely<unknown>, table: string, columns: Readonly<Record<string, ReturnType<typeof sql>>>): Promise<void> {
  for (const [name, type] of Object.entries(columns)) {
    await sql`alter table ${sql.table(table)} add column ${sql.ref(name)} ${type}`.execute(db);
  }
}
