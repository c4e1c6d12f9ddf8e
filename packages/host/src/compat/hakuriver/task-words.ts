import { posix } from 'node:path';
import { jobHasEnded, type HAKURIVER_STATES, type HakuriverTask, type Job, type JobState } from '@weir/contract';
import { fillPattern } from '../../sessions/output-names.ts';
import { fromArgv } from './task-command.ts';

/** Their states. What ran into its time limit failed there; the message says why. */
export const HAKURIVER_STATE: Record<JobState, (typeof HAKURIVER_STATES)[number]> = {
  pending: 'pending',
  starting: 'assigning',
  running: 'running',
  paused: 'paused',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'killed',
  timed_out: 'failed',
  oom_killed: 'killed_oom',
  lost: 'lost',
};

/** A job in their words. */
export function toTask(job: Job): HakuriverTask {
  return {
    task_id: String(job.job_id),
    task_type: job.kind === 'vps' ? 'vps' : 'command',
    batch_id: String(job.batch_id),
    ...(job.command === null ? { command: job.name, arguments: [] } : fromArgv(job.command)),
    required_cores: job.cpus,
    required_gpus: job.gpu_ids.length > 0 ? job.gpu_ids : (job.target?.gpu_ids ?? []),
    required_memory_bytes: job.memory_bytes,
    target_numa_node_id: job.target?.numa ?? null,
    status: HAKURIVER_STATE[job.state],
    assigned_node: job.node ?? job.target?.node ?? null,
    stdout_path: findOutput(job, job.stdout),
    stderr_path: findOutput(job, job.stderr),
    assignment_suspicion_count: 0,
    systemd_unit_name: null,
    exit_code: toExitCode(job),
    error_message: jobHasEnded(job) ? job.reason : null,
    submitted_at: job.submitted_at,
    started_at: job.started_at,
    completed_at: job.ended_at,
    ssh_port: null,
  };
}

/** Where the asked file lies on the task's node; null where that is not known here: in the node's own folder, or nowhere yet. */
function findOutput(job: Job, pattern: string | null): string | null {
  if (pattern === null || job.workdir === null || job.node === null) return null;
  const { node, workdir } = job;
  const path = fillPattern(pattern, { ...job, id: job.job_id })?.replaceAll('%N', () => node);
  return path === undefined ? null : posix.resolve(workdir, path);
}

/** As a shell tells it: 128 + signal; -1 of a lost task. */
function toExitCode(job: Job): number | null {
  if (job.state === 'lost') return -1;
  return job.exit_code ?? (job.exit_signal === null ? null : 128 + job.exit_signal);
}
