import {
  describeOutcome,
  JOB_STATE_RULES,
  type Dependency,
  type Job,
  type JobArray,
  type JobMember,
  type Outcome,
  type Program,
  type StopCause,
} from '@weir/contract';
import { toMember, type Allocation } from '../allocations/allocation-store.ts';
import { parseStored } from '../store/parse-json.ts';
import { toIso, toIsoOrNull } from '../store/time.ts';
import type { JobRow } from '../store/schema.ts';
import { findFailedPart, type EndedPart } from './attempts/gang-outcome.ts';
import type { JobRequest } from './job-request.ts';

/** What a job's own row does not tell. */
export interface JobFacts {
  /** What a pending job waits for. */
  readonly waitReason: string;
  /** Of the current or last attempt, by rank. */
  readonly members: readonly Allocation[];
  readonly array: JobArray | null;
  readonly depends: Dependency[];
}

/** A job as the API shows it. */
export function toJob(row: JobRow, facts: JobFacts): Job {
  const request = parseStored<JobRequest>(row.request);
  const failed = JOB_STATE_RULES[row.state].terminal || row.stop_by === 'gang' ? findFailedPart(facts.members) : undefined;
  return {
    job_id: row.id,
    name: row.name,
    user: row.user,
    kind: row.kind,
    state: row.state,
    reason: describeReason(row, facts.waitReason, failed),
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
    members: facts.members.map(viewMember),
    failed_rank: failed?.rank ?? null,
    batch_id: row.batch_id ?? row.id,
    array: facts.array,
    array_id: row.array_id,
    array_index: row.array_index,
    depends: facts.depends,
    begin_at: toIsoOrNull(row.begin_at),
    stdout: request.stdout ?? null,
    stderr: request.stderr ?? null,
    preemptions: row.preemptions,
  };
}

function viewMember(member: Allocation): JobMember {
  const { outcome } = member;
  return {
    ...toMember(member),
    released: member.releasedAt !== null,
    exit_code: outcome !== null && 'code' in outcome ? outcome.code : null,
    exit_signal: outcome !== null && 'signal' in outcome ? outcome.signal : null,
    reason: outcome === null ? null : describeOutcome(outcome),
  };
}

/**
 * Why a job ended as it did, for people, with the part of it that decided where there were several; null for a plain success. The program's
 * own words come first.
 */
export function describeEnd(row: JobRow, failed?: EndedPart): string | null {
  if (row.outcome === null) return row.error_message ?? (row.state === 'cancelled' ? 'cancelled by request' : null);
  const text = describeOutcome(parseStored<Outcome>(row.outcome));
  const outcome = text === null || failed === undefined ? text : `${describePart(failed)}: ${text}`;
  return outcome === null || row.error_message === null ? outcome : `${row.error_message} (${outcome})`;
}

function describePart({ rank, node }: EndedPart): string {
  return `rank ${rank} on ${node}`;
}

function describeReason(row: JobRow, waitReason: string, failed: EndedPart | undefined): string | null {
  if (JOB_STATE_RULES[row.state].terminal) return describeEnd(row, failed);
  if (row.state === 'pending') return waitReason;
  if (row.stop_by === 'gang' && failed !== undefined) return `being ended: ${describePart(failed)} ended first`;
  if (row.stop_by !== null) return STOPPING[row.stop_by];
  if (row.pause_wanted === 1 && row.state !== 'paused') return 'to be paused as soon as its node confirms it';
  return row.pause_wanted === 0 && row.state === 'paused' ? 'to run on as soon as its node confirms it' : null;
}

const STOPPING: Record<StopCause, string> = {
  user: 'being cancelled',
  time_limit: 'being ended by its time limit',
  superseded: 'being ended: superseded by a later attempt',
  preempted: 'making room for a job of a higher class',
  gang: 'being ended: another node of the job ended first',
};

function readCommand(row: JobRow): string[] | null {
  const program = parseStored<Program>(row.program);
  return program.kind === 'command' ? program.argv : null;
}
