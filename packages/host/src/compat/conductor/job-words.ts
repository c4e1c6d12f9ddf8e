import { jobHasEnded, type CONDUCTOR_STATES, type ConductorQuery, type Job, type JobState } from '@weir/contract';
import { formatConductorLimit, formatElapsed } from './time-limit.ts';

export type ConductorState = (typeof CONDUCTOR_STATES)[number];

/** Their five states: RUNNING means that a process runs. */
export const CONDUCTOR_STATE: Record<JobState, ConductorState> = {
  pending: 'PENDING',
  starting: 'PENDING',
  running: 'RUNNING',
  paused: 'RUNNING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
  timed_out: 'FAILED',
  oom_killed: 'FAILED',
  lost: 'FAILED',
};

/** The partition of jobs and nodes that name none. */
export const NO_PARTITION = 'default';

/** A job in their words; `now` in milliseconds since the epoch. */
export function toConductorJob(job: Job, told: { log: { stdout: string; stderr: string }; now: number }): ConductorQuery {
  return {
    job_id: String(job.job_id),
    state: CONDUCTOR_STATE[job.state],
    error_msg: jobHasEnded(job) ? job.reason : null,
    reason: job.reason,
    time: {
      submit_time: job.submitted_at,
      start_time: job.started_at,
      end_time: job.ended_at,
      eligible_time: job.begin_at ?? job.submitted_at,
      elapsed_time: formatElapsed(elapsedMs(job, told.now)),
      limit_time: formatConductorLimit(job.time_limit_ms),
    },
    job_log: { stderr: told.log.stderr, stdout: told.log.stdout },
    detail: {
      job_name: job.name,
      user: job.account,
      partition: job.partition ?? NO_PARTITION,
      allocated_cpus: countCpus(job),
      allocated_nodes: job.nodes,
      node_list: job.members.length === 0 ? (job.node ?? '') : job.members.map((member) => member.node).join(','),
      exit_code: formatExitCode(job),
      work_dir: job.workdir ?? '',
      data_source: 'API',
      account: job.account,
    },
  };
}

/** CPUs of all nodes together: those that it has or had, else those that it asks for. */
export function countCpus(job: Job): number {
  return job.members.length === 0 ? job.cpus * job.nodes : job.members.reduce((total, member) => total + member.cpus, 0);
}

/**
 * `code:signal`. An exit is `3:0`, a death by a signal `0:9`; what Weir ended or lost has a code that no program can have:
 * cancelled `-1:15` (or the signal that it took), time limit and no start `-1:0`, lost `-999:0`. `:` while there is none.
 */
export function formatExitCode(job: Pick<Job, 'state' | 'exit_code' | 'exit_signal'>): string {
  switch (job.state) {
    case 'completed':
    case 'failed':
      if (job.exit_signal !== null) return `0:${job.exit_signal}`;
      return `${job.exit_code ?? -1}:0`;
    case 'cancelled':
      return `-1:${job.exit_signal ?? 15}`;
    case 'timed_out':
      return '-1:0';
    case 'oom_killed':
      return `0:${job.exit_signal ?? 9}`;
    case 'lost':
      return '-999:0';
    case 'pending':
    case 'starting':
    case 'running':
    case 'paused':
      return ':';
  }
}

function elapsedMs(job: Job, now: number): number {
  if (job.started_at === null) return 0;
  return (job.ended_at === null ? now : Date.parse(job.ended_at)) - Date.parse(job.started_at);
}
