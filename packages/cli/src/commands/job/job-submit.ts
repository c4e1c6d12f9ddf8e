import type { Command } from 'commander';
import { AppError, ERROR_CODES, formatTarget, type Batch, type Job } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { callUnderKey, type Link } from '../../connection/patience.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { followJob } from '../../jobs/follow-job.ts';
import { exitCodeOf } from '../../jobs/job-exit.ts';
import { describeJob } from '../../jobs/job-text.ts';
import { addJobFlags, JOB_FLAG_HELP } from '../../jobs/request/job-flags.ts';
import { announceBatch, awaitBatch, exitOfBatch } from '../../jobs/submit/batch-end.ts';
import { watchJob } from '../../jobs/submit/watch-jobs.ts';
import { batchOf, readSubmission, type Submission } from '../../jobs/submit/submission.ts';
import { printWhy } from '../../jobs/why-view.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { note, paintNote, print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly script?: string;
  readonly wait?: boolean;
  readonly follow?: boolean;
  readonly dryRun?: boolean;
}

/** `weir job submit`. */
export function define(command: Command, config: Config): void {
  command
    .argument('[command...]', 'the command and its arguments, or the arguments of --script')
    .usage('[options] -- COMMAND [ARGS...]\n       weir job submit [options] --script FILE [ARGS...]')
    .passThroughOptions()
    .option('--script <file>', 'run this script instead of a command ("-" reads it from standard input)')
    .option('--wait', 'wait until it has ended and exit as it did')
    .option('--follow', "print the job's output while it runs; implies --wait")
    .option('--dry-run', 'queue nothing: say where and when it would start, or why not')
    .addHelpText('after', HELP);
  const said = addJobFlags(command, config);
  handle<Options>(command, config, async (call) => {
    refuseBoth(call);
    const submission = readSubmission({ script: call.options.script, args: call.args, said: said(), config });
    for (const warning of submission.warnings) note(`${paintNote('yellow', 'weir:')} ${warning}`);
    if (call.options.dryRun === true) return tryOut(call, submission);
    return batchOf(submission) === undefined ? submitJob(call, submission) : submitBatch(call, submission);
  });
}

const HELP = `${JOB_FLAG_HELP}

Lines "#WEIR --flag value" and "#SBATCH --flag value" at the head of a script are read as options; the command line wins.
${examples(
  'weir job submit -- hostname',
  'weir job submit --cores 4 --memory 8G --time-limit 2h --name train -- python train.py',
  'weir job submit --gpus a100:2 --depends afterok:12 --array 1-100%8 -- ./part.sh',
  'weir job submit --nodes 2 --gpus 8 --script train.sh',
  'weir job submit --follow --script build.sh release',
)}

Exit code with --wait: that of the job; 128+n for signal n, 124 timed out, 130 cancelled, 137 out of memory, 125 lost or not started.`;

function refuseBoth({ options, json }: Invocation<Options>): void {
  if (options.follow === true && json) {
    throw new AppError('invalid_input', '--follow prints the output of the job and --json the job: use one of them');
  }
}

/** Answers 0 when each could run some day. */
async function tryOut(call: Invocation<Options>, { job, targets }: Submission): Promise<number> {
  let never = false;
  const { client } = call.connect();
  for (const target of targets.length > 1 ? targets : [job.target]) {
    const why = await client.jobDryRun({ body: target === undefined ? job : { ...job, target } });
    const where = target === undefined ? '' : ` on ${formatTarget(target)}`;
    await (call.json ? printJson(why) : printWhy(`dry run${where}: nothing is queued`, why));
    never ||= why.kind === 'never_fits';
  }
  return never ? ERROR_CODES.resources_never_fit.exit : 0;
}

async function submitJob(call: Invocation<Options>, { job: body }: Submission): Promise<number> {
  const { options, json } = call;
  if (options.follow === true && body.array !== undefined) {
    throw new AppError('invalid_input', '--follow prints the output of one job: use --wait for an array', { field: '--follow' });
  }
  const link = call.link();
  const job = await callUnderKey(link, ({ client }, headers) => client.jobCreate({ body, headers }));
  if (options.follow === true) note(`job ${job.job_id} submitted`);
  else if (options.wait !== true || !json) await announce(call, job);
  return options.wait === true || options.follow === true ? endOf(call, link, job) : 0;
}

async function announce(call: Invocation<Options>, job: Job): Promise<void> {
  if (call.json) return printJson(job);
  await print(`job ${job.job_id} submitted${job.array === null ? '' : `, an array of ${job.array.tasks} tasks`}`);
  if (call.options.wait === true) return;
  note(
    job.array === null ? `follow it with: weir job logs ${job.job_id} --follow` : `see its tasks with: weir job list --array ${job.job_id}`,
  );
}

async function endOf(call: Invocation<Options>, link: Link, job: Job): Promise<number> {
  onInterrupt(`job ${job.job_id} goes on; cancel it with: weir job cancel ${job.job_id}`);
  const ended = call.options.follow === true ? await followJob(link, job.job_id) : await watchJob(link, job.job_id);
  if (call.json) await printJson(ended);
  else note(describeJob(ended));
  return exitCodeOf(ended);
}

async function submitBatch(call: Invocation<Options>, submission: Submission): Promise<number> {
  const body = batchOf(submission);
  if (call.options.follow === true || body === undefined) {
    throw new AppError('invalid_input', '--follow prints the output of one job: use --wait with several targets', { field: '--follow' });
  }
  const link = call.link();
  const batch: Batch = await callUnderKey(link, ({ client }, headers) => client.batchCreate({ body, headers }));
  if (!call.json || call.options.wait !== true) await announceBatch(batch, { json: call.json });
  return call.options.wait === true ? awaitBatch(link, batch, call.json) : exitOfBatch(batch);
}
