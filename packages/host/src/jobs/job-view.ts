import { describeOutcome, JOB_STATE_RULES, type Job, type Outcome, type Program } from '@weir/contract';
import { parseStored } from '../store/parse-json.ts';
import { toIso, toIsoOrNull } from '../store/time.ts';
import type { JobRow } from '../store/schema.ts';

/** A job as the API shows it; `waitReason` is what a pending job waits for. */
export function toJob(row: JobRow, waitReason: string): Job {
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
  return row.cancel_requested === 1 ? 'being cancelled' : null;
}

function readCommand(row: JobRow): string[] | null {
  const program = parseStored<Program>(row.program);
  return program.kind === 'command' ? program.argv : null;
}
