import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { examples, handle } from '../../invocation.ts';
import { actOnJobs } from '../../jobs/act-on-jobs.ts';

/** `weir job resume`. */
export function define(command: Command, config: Config): void {
  command.argument('<id...>', 'the jobs').addHelpText('after', examples('weir job resume 12'));
  handle(command, config, (call) =>
    actOnJobs(call, {
      act: (client, jobId) => client.jobResume({ params: { job_id: jobId } }),
      describe: (job) => (job.state === 'paused' ? `job ${job.job_id} is being resumed` : `job ${job.job_id} is running`),
    }),
  );
}
