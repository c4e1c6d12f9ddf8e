import type { Program } from '@weir/contract';
import type { NewJob } from '../store/schema.ts';
import type { JobRequest } from './job-request.ts';

/** From TERM to KILL when nothing else is asked for. */
export const DEFAULT_GRACE_MS = 10_000;

/** What every new job has, whoever asks for it. */
export interface JobBasics {
  readonly kind: NewJob['kind'];
  readonly name: string;
  readonly user: string;
  readonly program: Program;
  readonly cpus: number;
  readonly gpus?: number;
  readonly requeue?: boolean;
  readonly workflow?: { readonly id: number; readonly stage: string };
  /** The only node where it may run; absent = any. */
  readonly node?: string;
  /** Who is charged; absent = the common account. */
  readonly account?: string;
}

/** Makes the row of a job that has not run. */
export function makeJobRow(basics: JobBasics): NewJob {
  const request: JobRequest = basics.node === undefined ? {} : { target: { node: basics.node } };
  return {
    kind: basics.kind,
    name: basics.name,
    user: basics.user,
    state: 'pending',
    attempt: 0,
    node: null,
    cpus: basics.cpus,
    memory_bytes: null,
    gpus: basics.gpus ?? 0,
    gpu_ids: '[]',
    priority: 0,
    time_limit_ms: null,
    grace_ms: DEFAULT_GRACE_MS,
    requeue: basics.requeue === true ? 1 : 0,
    program: JSON.stringify(basics.program),
    env: '{}',
    workdir: null,
    comment: null,
    submitted_at: Date.now(),
    started_at: null,
    ended_at: null,
    outcome: null,
    exit_code: null,
    exit_signal: null,
    error_message: null,
    stop_by: null,
    pause_wanted: 0,
    events_offset: 0,
    workflow_id: basics.workflow?.id ?? null,
    stage: basics.workflow?.stage ?? null,
    account: basics.account ?? 'default',
    class: 'normal',
    executor: 'process',
    request: JSON.stringify(request),
    batch_id: null,
    array: null,
    array_id: null,
    array_index: null,
    begin_at: null,
    preemptions: 0,
    master_port: null,
  };
}
