import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { actOnJobs } from '../../jobs/act-on-jobs.ts';

/** `weir job pause`. */
export function define(command: Command, config: Config): void {
  command.argument('<id...>', 'the jobs').addHelpText('after', examples('weir job pause 12', 'weir job resume 12'));
  handle(command, config, (call) =>
    actOnJobs(call, {
      act: (client, jobId) => client.jobPause({ params: { job_id: jobId } }),
      describe: (job) => (job.state === 'paused' ? `job ${job.job_id} is paused` : `job ${job.job_id} is being paused`),
    }),
  );
}
