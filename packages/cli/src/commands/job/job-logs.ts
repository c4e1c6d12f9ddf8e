import type { Command } from 'commander';
import type { AppError, Job } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readId, readWhole } from '../../input/numbers.ts';
import { examples, handleText, type Invocation } from '../../invocation.ts';
import { copyLog, followLog, type LogRange, type LogSource, type Sink } from '../../jobs/follow-log.ts';
import { isUnderWay, logIsGone } from '../../jobs/follow-job.ts';
import { describeRank } from '../../jobs/job-text.ts';
import { waitUntilJob } from '../../jobs/wait-for-job.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { note, write } from '../../output/terminal.ts';

interface Options {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly stderr?: boolean;
  readonly attempt?: number;
  readonly rank?: number;
}

/** `weir job logs`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id>', 'the job')
    .option('-f, --follow', 'go on until the job has ended')
    .option('-n, --tail <lines>', 'begin with the last lines', readWhole({ option: '--tail', min: 0, max: 1_000_000 }))
    .option('--stderr', 'its standard error instead of its standard output')
    .option('--attempt <n>', 'of this attempt (default: the last)', readWhole({ option: '--attempt', min: 1, max: 1_000_000 }))
    .option('--rank <n>', 'of a job on several nodes: of this rank (default: 0)', readWhole({ option: '--rank', min: 0, max: 1_000_000 }))
    .addHelpText(
      'after',
      examples('weir job logs 12', 'weir job logs 12 --follow --tail 20', 'weir job logs 12 --stderr', 'weir job logs 12 --rank 1'),
    );
  handleText<Options>(command, config, showLogs);
}

async function showLogs(call: Invocation<Options>): Promise<void> {
  const jobId = readId('job', call.args[0]);
  await (call.options.follow === true ? followLogs(call, jobId) : copyLogs(call, jobId));
}

async function copyLogs({ options, connect }: Invocation<Options>, jobId: number): Promise<void> {
  const connection = connect();
  const job = await connection.client.jobShow({ params: { job_id: jobId } });
  if (hasLog(job, options)) await copyLog(connection, chooseSource(job, options), rangeOf(options));
  else tellNone(job);
}

async function followLogs({ options, link: open }: Invocation<Options>, jobId: number): Promise<void> {
  onInterrupt(`job ${jobId} goes on; cancel it with: weir job cancel ${jobId}`);
  const link = open();
  const job = await waitUntilJob(link, jobId, (now) => isUnderWay(now) || (options.attempt !== undefined && now.attempt > options.attempt));
  const givesUp = (refusal: AppError) => logIsGone(link, jobId, refusal);
  if (hasLog(job, options)) await followLog(link, chooseSource(job, options), { ...rangeOf(options), givesUp });
  else tellNone(job);
}

function rangeOf(options: Options): LogRange & { sink: Sink } {
  return { sink: write, ...(options.tail === undefined ? {} : { tail: options.tail }) };
}

function tellNone(job: Job): void {
  note(`job ${job.job_id} has no output: it is ${job.state}${job.reason === null ? '' : ` (${job.reason})`}`);
}

function hasLog(job: Job, options: Options): boolean {
  return job.started_at !== null || job.attempt > 1 || options.attempt !== undefined;
}

/** Says of a job on several nodes whose output it is. */
function chooseSource(job: Job, options: Options): LogSource {
  const { stderr = false, attempt = job.attempt, rank = 0 } = options;
  const whose = rank < job.nodes ? describeRank(job, { rank, attempt, stderr }) : undefined;
  if (whose !== undefined) note(whose);
  return { jobId: job.job_id, stream: stderr ? 'stderr' : 'stdout', attempt, rank };
}
