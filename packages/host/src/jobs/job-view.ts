import { describeOutcome, JOB_STATE_RULES, type Job, type Outcome, type Program } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import { toIso, toIsoOrNull } from '../store/time.ts';
import type { JobRow } from '../store/schema.ts';
import type { JobRequest } from './job-request.ts';

/** A job as the API shows it; `waitReason` is what a pending job waits for. */
export function toJob(row: JobRow, waitReason: string): Job {
  const request = parseStored<JobRequest>(row.request);
  return {
    job_id: row.id,
    name: row.name,
    user: row.user,
    kind: row.kind,
    state: row.state,
    reason: describeReason(row, waitReason),
    attempt: row.attempt,
    node: row.node,
    cpus: row.cpus,
    memory_bytes: row.memory_bytes,
    gpus: row.gpus,
    gpu_ids: parseStored<number[]>(row.gpu_ids),
    priority: row.priority,
    time_limit_ms: row.time_limit_ms,
    command: readCommand(row),
    workdir: row.workdir,
    comment: row.comment,
    requeue: row.requeue === 1,
    submitted_at: toIso(row.submitted_at),
    started_at: toIsoOrNull(row.started_at),
    ended_at: toIsoOrNull(row.ended_at),
    exit_code: row.exit_code,
    exit_signal: row.exit_signal,
    workflow_id: row.workflow_id,
    stage: row.stage,
    account: row.account,
    class: row.class,
    partition: request.partition ?? null,
    labels: request.labels ?? {},
    target: request.target ?? null,
    executor: row.executor,
    exclusive: request.exclusive ?? false,
    gpu_type: request.gpu_type ?? null,
    gpu_memory_bytes: request.gpu_memory_bytes ?? null,
    nodes: request.nodes ?? 1,
    ntasks_per_node: request.ntasks_per_node ?? null,
    cpus_per_task: request.cpus_per_task ?? null,
    members: [],
    batch_id: row.batch_id ?? row.id,
    array: null,
    array_id: row.array_id,
    array_index: row.array_index,
    depends: [],
    begin_at: toIsoOrNull(row.begin_at),
    stdout: request.stdout ?? null,
    stderr: request.stderr ?? null,
    preemptions: row.preemptions,
  };
}

/** Why a job ended as it did, for people; null for a plain success. The program's own words come first. */
export function describeEnd(row: JobRow): string | null {
  if (row.outcome === null) return row.state === 'cancelled' ? 'cancelled by request' : row.error_message;
  const outcome = describeOutcome(parseStored<Outcome>(row.outcome));
  return outcome === null || row.error_message === null ? outcome : `${row.error_message} (${outcome})`;
}

function describeReason(row: JobRow, waitReason: string): string | null {
  if (JOB_STATE_RULES[row.state].terminal) return describeEnd(row);
  if (row.state === 'pending') return waitReason;
  return row.stop_by === 'user' ? 'being cancelled' : null;
}

function readCommand(row: JobRow): string[] | null {
  const program = parseStored<Program>(row.program);
  return program.kind === 'command' ? program.argv : null;
}
