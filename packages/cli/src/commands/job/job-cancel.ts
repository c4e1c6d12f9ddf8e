import type { Command } from 'commander';
import { AppError, jobHasEnded, type Job } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readId } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { actOnJobs, type JobAction } from '../../jobs/act-on-jobs.ts';
import { describeJob } from '../../jobs/job-text.ts';
import { loadJobs } from '../../jobs/load-jobs.ts';
import { note } from '../../output/terminal.ts';

interface Options {
  readonly batch?: number;
}

const CANCEL: JobAction = {
  act: (client, jobId) => client.jobCancel({ params: { job_id: jobId } }),
  describe: (job) => (jobHasEnded(job) ? describeJob(job) : describeStop(job)),
};

/** `weir job cancel`. */
export function define(command: Command, config: Config): void {
  command
    .argument('[id...]', 'the jobs; of an array, all its tasks')
    .option('--batch <id>', 'all jobs that were submitted together with this one', (text) => readId('job', text))
    .addHelpText('after', examples('weir job cancel 12', 'weir job cancel 12 13 14', 'weir job cancel --batch 12'));
  handle<Options>(command, config, cancelJobs);
}

async function cancelJobs(call: Invocation<Options>): Promise<void> {
  const { batch } = call.options;
  if (batch === undefined && call.args.length === 0) {
    throw new AppError('invalid_input', 'which jobs? Give their numbers, or --batch ID; see "weir job list"', { field: 'job_id' });
  }
  const members = batch === undefined ? [] : await loadUnended(call, batch);
  await actOnJobs({ ...call, args: [...call.args, ...members] }, CANCEL);
}

async function loadUnended(call: Invocation<Options>, batch: number): Promise<string[]> {
  const { jobs } = await loadJobs(call.connect().client, { filter: { batch_id: batch }, limit: Number.POSITIVE_INFINITY });
  if (jobs.length === 0)
    throw new AppError('job_not_found', `there is no batch ${batch}: see "weir job list"`, { field: '--batch', value: batch });
  // An array's tasks share its batch and end with it.
  const members = jobs.filter((job) => !jobHasEnded(job) && !jobs.some((other) => other.job_id === job.array_id));
  if (members.length === 0 && !call.json) note(`all ${jobs.length} jobs of batch ${batch} have ended before`);
  return members.map((job) => String(job.job_id)).reverse();
}

function describeStop(job: Job): string {
  return `job ${job.job_id} is being stopped${job.array === null ? '' : ` with ${job.array.active} running tasks`}`;
}
