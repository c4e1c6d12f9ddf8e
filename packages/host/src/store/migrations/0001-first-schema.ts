import { sql, type Kysely } from 'kysely';
import { idType, withId } from '../dialects/generated-id.ts';

/** The schema of the first version. Integers of time are milliseconds since the epoch; JSON is text. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createIdentity(db);
  await createNodes(db);
  await createJobs(db);
  await createEvents(db);
  await createWorkflows(db);
}

async function createIdentity(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await withId(db, db.schema.createTable('tokens'))
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .execute();
  await withId(db, db.schema.createTable('audit_log'))
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute();
}

async function createNodes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('nodes')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('local', 'integer', (column) => column.notNull())
    .addColumn('cpus', 'integer', (column) => column.notNull())
    .addColumn('memory_bytes', 'bigint', (column) => column.notNull())
    .addColumn('gpus', 'text', (column) => column.notNull())
    .addColumn('hostname', 'text', (column) => column.notNull())
    .addColumn('os', 'text', (column) => column.notNull())
    .addColumn('boot_id', 'text', (column) => column.notNull())
    .addColumn('runner_version', 'text', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .execute();
}

async function createJobs(db: Kysely<unknown>): Promise<void> {
  await withId(db, db.schema.createTable('jobs'))
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('node', 'text')
    .addColumn('cpus', 'integer', (column) => column.notNull())
    .addColumn('memory_bytes', 'bigint')
    .addColumn('gpus', 'integer', (column) => column.notNull())
    .addColumn('gpu_ids', 'text', (column) => column.notNull())
    .addColumn('priority', 'integer', (column) => column.notNull())
    .addColumn('time_limit_ms', 'bigint')
    .addColumn('grace_ms', 'bigint', (column) => column.notNull())
    .addColumn('requeue', 'integer', (column) => column.notNull())
    .addColumn('program', 'text', (column) => column.notNull())
    .addColumn('env', 'text', (column) => column.notNull())
    .addColumn('workdir', 'text')
    .addColumn('comment', 'text')
    .addColumn('submitted_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('outcome', 'text')
    .addColumn('exit_code', 'integer')
    .addColumn('exit_signal', 'integer')
    .addColumn('error_message', 'text')
    .addColumn('cancel_requested', 'integer', (column) => column.notNull())
    .addColumn('events_offset', 'bigint', (column) => column.notNull())
    .addColumn('workflow_id', idType(db))
    .addColumn('stage', 'text')
    .execute();
  // The queue: only jobs that are not over, in the order they are looked at.
  await sql`create index jobs_queue on jobs (state, priority desc, id) where state in ('pending', 'starting', 'running', 'paused')`.execute(
    db,
  );
  await sql`create index jobs_by_node on jobs (node, id) where state in ('starting', 'running', 'paused')`.execute(db);
  await db.schema.createIndex('jobs_by_workflow').on('jobs').column('workflow_id').execute();
  await db.schema.createIndex('jobs_by_user').on('jobs').columns(['user', 'id']).execute();
  await withId(db, db.schema.createTable('resource_allocations'))
    .addColumn('job_id', idType(db), (column) => column.notNull().references('jobs.id').onDelete('cascade'))
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('node_name', 'text', (column) => column.notNull())
    .addColumn('allocated_cpus', 'integer', (column) => column.notNull())
    .addColumn('memory_bytes', 'bigint', (column) => column.notNull())
    .addColumn('gpu_ids', 'text', (column) => column.notNull())
    .addColumn('released', 'integer', (column) => column.notNull())
    .addColumn('allocated_at', 'bigint', (column) => column.notNull())
    .addColumn('released_at', 'bigint')
    .addUniqueConstraint('one_allocation_per_attempt', ['job_id', 'attempt'])
    .execute();
  await sql`create index allocations_held on resource_allocations (node_name) where released = 0`.execute(db);
}

async function createEvents(db: Kysely<unknown>): Promise<void> {
  await withId(db, db.schema.createTable('events'), 'seq')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('job_id', idType(db))
    .addColumn('workflow_id', idType(db))
    .addColumn('node', 'text')
    .addColumn('owner', 'text')
    .addColumn('data', 'text', (column) => column.notNull())
    .execute();
  await sql`create index events_by_job on events (job_id, seq) where job_id is not null`.execute(db);
  await sql`create index events_by_workflow on events (workflow_id, seq) where workflow_id is not null`.execute(db);
}

async function createWorkflows(db: Kysely<unknown>): Promise<void> {
  await withId(db, db.schema.createTable('workflows'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('experiment_id', 'text', (column) => column.notNull())
    .addColumn('sample_sql', 'text', (column) => column.notNull())
    .addColumn('infer_sql', 'text', (column) => column.notNull())
    .addColumn('hdfs_path', 'text', (column) => column.notNull())
    .addColumn('hive_table', 'text', (column) => column.notNull())
    .addColumn('warehouse', 'text', (column) => column.notNull())
    .addColumn('dataset_id', 'text', (column) => column.notNull().unique())
    .addColumn('training_server', 'text')
    .addColumn('inference_server', 'text')
    .addColumn('config', 'text', (column) => column.notNull())
    .addColumn('experiment', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('cancel_requested', 'integer', (column) => column.notNull())
    .addColumn('error_message', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('completed_at', 'bigint')
    .execute();
  await sql`create index workflows_active on workflows (id) where state in ('pending', 'running')`.execute(db);
  await withId(db, db.schema.createTable('workflow_stages'))
    .addColumn('workflow_id', idType(db), (column) => column.notNull().references('workflows.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('job_id', idType(db))
    .addColumn('retry_count', 'integer', (column) => column.notNull())
    .addColumn('error_message', 'text')
    .addColumn('checkpoint', 'text')
    .addColumn('result', 'text')
    .addColumn('started_at', 'bigint')
    .addColumn('completed_at', 'bigint')
    .addUniqueConstraint('one_row_per_stage', ['workflow_id', 'name'])
    .execute();
  await db.schema
    .createTable('workflow_reports')
    .addColumn('workflow_id', idType(db), (column) => column.primaryKey().references('workflows.id').onDelete('cascade'))
    .addColumn('html', 'text', (column) => column.notNull())
    .addColumn('json', 'text', (column) => column.notNull())
    .execute();
}
