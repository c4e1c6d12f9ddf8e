import type { Database } from '../schema.ts';

/** A table that is moved, with the columns of its primary key. */
export interface MovedTable {
  readonly name: keyof Database;
  readonly key: readonly string[];
  /** The column that the store counts up. */
  readonly counter?: string;
  /** Rows that are read at once, where they may be large; else as many as a statement takes. */
  readonly page?: number;
  /** Every store has rows of it from the start: those of the target give way. */
  readonly replaces?: boolean;
}

const counted = (name: keyof Database, counter = 'id'): MovedTable => ({ name, key: [counter], counter });

/** Every table that is moved; what a row refers to comes before it. */
export const MOVED_TABLES: readonly MovedTable[] = [
  { name: 'store_identity', key: ['id'], replaces: true },
  { name: 'users', key: ['name'] },
  { name: 'accounts', key: ['name'] },
  { name: 'account_members', key: ['account', 'user'] },
  counted('tokens'),
  { name: 'nodes', key: ['name'] },
  counted('jobs'),
  { name: 'job_dependencies', key: ['job_id', 'on_job_id', 'kind'] },
  counted('resource_allocations'),
  counted('events', 'seq'),
  counted('workflows'),
  counted('workflow_stages'),
  { name: 'workflow_reports', key: ['workflow_id'] },
  counted('audit_log'),
  { name: 'usage', key: ['account', 'user'] },
  counted('reservations'),
  { name: 'node_usage', key: ['node', 'minute'] },
  { name: 'idempotency_keys', key: ['user', 'key'], page: 10 },
];

/** Tables of what runs at the moment: hosts enter themselves again. */
export const LEFT_TABLES: readonly (keyof Database)[] = ['hosts', 'leases'];
