import type { Gang, HostFrame, Launch, Program } from '@weir/contract';
import type { NewMember } from '../allocations/allocation-store.ts';
import type { JobRequest } from '../jobs/job-request.ts';
import { parseStored } from '../store/parse-json.ts';
import type { JobRow } from '../store/schema.ts';
import { fillPattern } from './output-names.ts';

/** A port for a job that has none in its row. */
const ANY_PORT = 29_500;

/** The members of an attempt by rank, and how each other's nodes reach them. */
export interface Attempt {
  readonly members: readonly NewMember[];
  readonly addressOf: (node: string) => string;
}

/** The order to start one member of a job. */
export function makeStart(job: JobRow, member: NewMember, attempt: Attempt): Extract<HostFrame, { type: 'start' }> {
  return { type: 'start', jobId: job.id, attempt: job.attempt, launch: makeLaunch(job, member, attempt) };
}

/** The order to stop what a node runs of a job, as the row wants it; undefined = nobody wants it to stop. */
export function makeStop(job: JobRow): HostFrame | undefined {
  if (job.stop_by === null) return undefined;
  const signal = job.stop_by === 'preempted' ? (parseStored<JobRequest>(job.request).checkpoint_signal ?? 'TERM') : 'TERM';
  return { type: 'stop', jobId: job.id, attempt: job.attempt, by: job.stop_by, graceMs: job.grace_ms, signal };
}

/** The order to freeze what a node runs of a job, or to let it run on. */
export function makeFreeze(job: JobRow): HostFrame {
  return { type: job.pause_wanted === 1 ? 'pause' : 'resume', jobId: job.id, attempt: job.attempt };
}

function makeLaunch(job: JobRow, member: NewMember, attempt: Attempt): Launch {
  const request = parseStored<JobRequest>(job.request);
  const isWholeNode = request.exclusive === true;
  const cpus = isWholeNode ? member.cpus : job.cpus;
  return {
    name: job.name,
    user: job.user,
    program: parseStored<Program>(job.program),
    env: parseStored<Record<string, string>>(job.env),
    workdir: job.workdir,
    cpus,
    memoryBytes: isWholeNode ? null : job.memory_bytes,
    gpuIds: [...member.gpu_ids],
    timeLimitMs: job.time_limit_ms,
    graceMs: job.grace_ms,
    executor: job.executor,
    cpuIds: [...member.cpu_ids],
    numa: member.numa,
    stdout: fillPattern(request.stdout, job),
    stderr: fillPattern(request.stderr, job),
    array: job.array_id === null || job.array_index === null ? null : { id: job.array_id, index: job.array_index },
    gang: makeGang(job, { request, cpus, rank: member.rank, attempt }),
  };
}

function makeGang(job: JobRow, own: { request: JobRequest; cpus: number; rank: number; attempt: Attempt }): Gang {
  const { request, cpus, rank, attempt } = own;
  const tasksPerNode = request.ntasks_per_node ?? 1;
  return {
    rank,
    nodes: attempt.members.map(({ node }) => ({ name: node, address: attempt.addressOf(node) })),
    masterPort: job.master_port ?? ANY_PORT,
    tasksPerNode,
    cpusPerTask: request.cpus_per_task ?? Math.floor(cpus / tasksPerNode),
  };
}
