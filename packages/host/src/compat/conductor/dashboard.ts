import { JOB_STATES, type ConductorDashboard, type Job, type JobState, type Node } from '@weir/contract';
import type { Identity } from '../../identity/identity.ts';
import type { Services } from '../../services.ts';
import { CONDUCTOR_STATE, countCpus, NO_PARTITION, type ConductorState } from './job-words.ts';

/** Most jobs in each list. */
const LISTED = 20;

/** What their dashboard shows, counted when it is asked. */
export async function readDashboard({ jobs, nodes }: Services, identity: Identity): Promise<ConductorDashboard> {
  const list = async (state: JobState, limit: number) => ({ state, ...(await jobs.list(identity, { state, limit })) });
  const [known, perState] = await Promise.all([
    nodes.list(),
    Promise.all(JOB_STATES.map((state) => list(state, ['PENDING', 'RUNNING'].includes(CONDUCTOR_STATE[state]) ? LISTED : 1))),
  ]);
  const count = (wanted: ConductorState) =>
    sum(perState.filter(({ state }) => CONDUCTOR_STATE[state] === wanted).map(({ total }) => total));
  const newest = (wanted: ConductorState) =>
    perState
      .filter(({ state }) => CONDUCTOR_STATE[state] === wanted)
      .flatMap((found) => found.jobs)
      .sort((left, right) => right.job_id - left.job_id)
      .slice(0, LISTED)
      .map(toListedJob);
  const online = known.filter((node) => node.state === 'online');
  const usage = describeUsage(sum(online.map((node) => node.cpus)), sum(online.map((node) => node.cpus_allocated)));
  return {
    job_stats: {
      total: sum(perState.map(({ total }) => total)),
      running: count('RUNNING'),
      pending: count('PENDING'),
      completed: count('COMPLETED'),
      failed: count('FAILED'),
      cancelled: count('CANCELLED'),
    },
    resource_stats: usage,
    resources: usage,
    node_info: online.map(toNode),
    running_jobs: newest('RUNNING'),
    pending_jobs: newest('PENDING'),
  };
}

function describeUsage(total: number, allocated: number) {
  return {
    total_cpus: total,
    allocated_cpus: allocated,
    available_cpus: total - allocated,
    utilization_rate: total === 0 ? 0 : Math.round((allocated / total) * 10_000) / 100,
  };
}

function toNode(node: Node): ConductorDashboard['node_info'][number] {
  return {
    node_name: node.name,
    partition: node.labels['partition'] ?? NO_PARTITION,
    ...describeUsage(node.cpus, node.cpus_allocated),
    available: !node.drained,
  };
}

function toListedJob(job: Job): ConductorDashboard['running_jobs'][number] {
  return {
    job_id: job.job_id,
    name: job.name,
    account: job.account,
    state: CONDUCTOR_STATE[job.state],
    allocated_cpus: countCpus(job),
    submit_time: job.submitted_at,
    start_time: job.started_at,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
