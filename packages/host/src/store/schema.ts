import type { Selectable } from 'kysely';
import type {
  UserTable,
  TokenTable,
  AuditTable,
  IdempotencyKeyTable,
  AccountTable,
  AccountMemberTable,
  UsageTable,
} from './tables/identity-tables.ts';
import type { JobTable, JobDependencyTable, ResourceAllocationTable, EventTable } from './tables/job-tables.ts';
import type { WorkflowTable, WorkflowStageTable, WorkflowReportTable } from './tables/workflow-tables.ts';
import type { NodeTable, NodeUsageTable, ReservationTable, StoreIdentityTable, HostTable, LeaseTable } from './tables/fleet-tables.ts';

/** Every table by its name. */
export interface Database {
  users: UserTable;
  tokens: TokenTable;
  nodes: NodeTable;
  jobs: JobTable;
  resource_allocations: ResourceAllocationTable;
  events: EventTable;
  workflows: WorkflowTable;
  workflow_stages: WorkflowStageTable;
  workflow_reports: WorkflowReportTable;
  audit_log: AuditTable;
  job_dependencies: JobDependencyTable;
  accounts: AccountTable;
  account_members: AccountMemberTable;
  usage: UsageTable;
  reservations: ReservationTable;
  node_usage: NodeUsageTable;
  idempotency_keys: IdempotencyKeyTable;
  store_identity: StoreIdentityTable;
  hosts: HostTable;
  leases: LeaseTable;
}

export type JobRow = Selectable<JobTable>;
export type NewJob = Omit<JobRow, 'id'>;
export type NodeRow = Selectable<NodeTable>;
export type EventRow = Selectable<EventTable>;
export type WorkflowRow = Selectable<WorkflowTable>;
export type StageRow = Selectable<WorkflowStageTable>;
export type { AccountTable, AuditTable, TokenTable, UsageTable, UserTable } from './tables/identity-tables.ts';
export type { ResourceAllocationTable } from './tables/job-tables.ts';
export type { NodeUsageTable, ReservationTable } from './tables/fleet-tables.ts';
export type { WorkflowReportTable, WorkflowTable } from './tables/workflow-tables.ts';
