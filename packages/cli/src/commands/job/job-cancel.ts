import type { Command } from 'commander';
import { jobHasEnded } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { actOnJobs } from '../../jobs/act-on-jobs.ts';
import { describeJob } from '../../jobs/job-text.ts';

/** `weir job cancel`. */
export function define(command: Command, config: Config): void {
  command.argument('<id...>', 'the jobs').addHelpText('after', examples('weir job cancel 12', 'weir job cancel 12 13 14'));
  handle(command, config, (call) =>
    actOnJobs(call, {
      act: (client, jobId) => client.jobCancel({ params: { job_id: jobId } }),
      describe: (job) => (jobHasEnded(job) ? describeJob(job) : `job ${job.job_id} is being stopped`),
    }),
  );
}
