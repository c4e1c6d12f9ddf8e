import type { Command } from 'commander';
import type { Job } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readId, readWhole } from '../../input/numbers.ts';
import { examples, handleText, type Invocation } from '../../invocation.ts';
import { copyLog, followLog, type LogSource } from '../../jobs/follow-log.ts';
import { logIsGone } from '../../jobs/follow-job.ts';
import { waitForAttempt } from '../../jobs/wait-for-job.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { note, write } from '../../output/terminal.ts';

interface Options {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly stderr?: boolean;
  readonly attempt?: number;
}

/** `weir job logs`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id>', 'the job')
    .option('-f, --follow', 'go on until the job has ended')
    .option('-n, --tail <lines>', 'begin with the last lines', readWhole({ option: '--tail', min: 0, max: 1_000_000 }))
    .option('--stderr', 'its standard error instead of its standard output')
    .option('--attempt <n>', 'of this attempt (default: the last)', readWhole({ option: '--attempt', min: 1, max: 1_000_000 }))
    .addHelpText('after', examples('weir job logs 12', 'weir job logs 12 --follow --tail 20', 'weir job logs 12 --stderr'));
  handleText<Options>(command, config, showLogs);
}

async function showLogs(call: Invocation<Options>): Promise<void> {
  const jobId = readId('job', call.args[0]);
  const { options } = call;
  const range = { sink: write, ...(options.tail === undefined ? {} : { tail: options.tail }) };
  if (options.follow !== true) {
    const connection = call.connect();
    const job = await connection.client.jobShow({ params: { job_id: jobId } });
    if (hasLog(job, options)) return copyLog(connection, sourceOf(job, options), range);
    return note(`job ${jobId} has no output: it is ${job.state}${job.reason === null ? '' : ` (${job.reason})`}`);
  }
  onInterrupt(`job ${jobId} goes on; cancel it with: weir job cancel ${jobId}`);
  const link = call.link();
  const job = await waitForAttempt(link, jobId, (options.attempt ?? 1) - 1);
  if (!hasLog(job, options)) return note(`job ${jobId} has no output: it is ${job.state}${job.reason === null ? '' : ` (${job.reason})`}`);
  await followLog(link, sourceOf(job, options), { ...range, givesUp: (refusal) => logIsGone(link, jobId, refusal) });
}

function hasLog(job: Job, options: Options): boolean {
  return job.started_at !== null || job.attempt > 1 || options.attempt !== undefined;
}

function sourceOf(job: Job, options: Options): LogSource {
  return { jobId: job.job_id, stream: options.stderr === true ? 'stderr' : 'stdout', attempt: options.attempt ?? job.attempt };
}
