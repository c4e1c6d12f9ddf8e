import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError, parseDuration, parseMemory, type Job, type JobCreate } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { callOnce, type Link } from '../../connection/patience.ts';
import { readEnvironment } from '../../input/environment.ts';
import { readWhole } from '../../input/numbers.ts';
import { readTextFile } from '../../input/text-file.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { followJob } from '../../jobs/follow-job.ts';
import { exitCodeOf } from '../../jobs/job-exit.ts';
import { describeJob } from '../../jobs/job-text.ts';
import { waitForJob } from '../../jobs/wait-for-job.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { note, print, printJson } from '../../output/terminal.ts';

const MAX_SCRIPT_BYTES = 1024 * 1024;

interface Options {
  readonly script?: string;
  readonly name?: string;
  readonly comment?: string;
  readonly cores?: number;
  readonly memory?: number;
  readonly gpus?: number;
  readonly timeLimit?: number;
  readonly grace?: number;
  readonly priority?: number;
  readonly env?: readonly string[];
  readonly workdir?: string;
  readonly requeue?: boolean;
  readonly wait?: boolean;
  readonly follow?: boolean;
}

/** `weir job submit`. */
export function define(command: Command, config: Config): void {
  command
    .argument('[command...]', 'the command and its arguments, or the arguments of --script')
    .usage('[options] -- COMMAND [ARGS...]\n       weir job submit [options] --script FILE [ARGS...]')
    .passThroughOptions()
    .option('--script <file>', 'run this script instead of a command ("-" reads it from standard input)')
    .option('--name <name>', 'name of the job')
    .option('--cores <n>', 'CPU cores', readWhole({ option: '--cores', min: 1, max: 65_536 }))
    .option('--memory <size>', 'memory, reserved and enforced: 512M, 2G', parseMemory)
    .option('--gpus <n>', 'GPUs', readWhole({ option: '--gpus', min: 0, max: 1024 }))
    .option('--time-limit <time>', 'stop it after this time: 90, 15m, 1h30m, 2-12:00:00', parseDuration)
    .option('--grace <time>', 'time from the request to stop to the kill: 10s', readGrace)
    .option('--priority <n>', 'higher starts sooner', readWhole({ option: '--priority', min: -1000, max: 1000 }))
    .option('--env <name=value>', 'a variable of the job; the name alone copies yours (repeatable)', collect)
    .option('--workdir <dir>', 'where it runs (default: the current directory)')
    .option('--requeue', 'run again when its node is lost')
    .option('--comment <text>', 'a note that stays with the job')
    .option('--wait', 'wait until it has ended and exit as it did')
    .option('--follow', "print the job's output while it runs; implies --wait")
    .addHelpText(
      'after',
      examples(
        'weir job submit -- hostname',
        'weir job submit --cores 4 --memory 8G --time-limit 2h --name train -- python train.py',
        'weir job submit --follow --script build.sh release',
      ) +
        '\n\nExit code with --wait: that of the job; 128+n for signal n, 124 timed out, 130 cancelled, 137 out of memory, 125 lost or not started.',
    );
  handle<Options>(command, config, submitJob);
}

async function submitJob(call: Invocation<Options>): Promise<number> {
  const { options } = call;
  if (options.follow === true && call.json) {
    throw new AppError('invalid_input', '--follow prints the output of the job and --json the job: use one of them');
  }
  const body = readRequest(call);
  const link = call.link();
  const job = await callOnce(link, ({ client }) => client.jobCreate({ body }));
  if (options.follow === true) note(`job ${job.job_id} submitted`);
  else if (options.wait !== true || !call.json) await announce(call, job);
  return options.wait === true || options.follow === true ? endOf(call, link, job) : 0;
}

async function announce(call: Invocation<Options>, job: Job): Promise<void> {
  if (call.json) return printJson(job);
  await print(`job ${job.job_id} submitted`);
  if (call.options.wait !== true) note(`follow it with: weir job logs ${job.job_id} --follow`);
}

async function endOf(call: Invocation<Options>, link: Link, job: Job): Promise<number> {
  onInterrupt(`job ${job.job_id} goes on; cancel it with: weir job cancel ${job.job_id}`);
  const ended = call.options.follow === true ? await followJob(link, job.job_id) : await waitForJob(link, job.job_id);
  if (call.json) await printJson(ended);
  else note(describeJob(ended));
  return exitCodeOf(ended);
}

function readRequest({ options, args, config }: Invocation<Options>): JobCreate {
  const env = readEnvironment(options.env ?? [], config.environment);
  const name = options.name ?? (options.script === undefined || options.script === '-' ? undefined : basename(options.script));
  return {
    ...readProgram(options.script, args),
    ...(name === undefined ? {} : { name }),
    ...(options.comment === undefined ? {} : { comment: options.comment }),
    ...(options.cores === undefined ? {} : { cpus: options.cores }),
    ...(options.memory === undefined ? {} : { memory_bytes: options.memory }),
    ...(options.gpus === undefined ? {} : { gpus: options.gpus }),
    ...(options.timeLimit === undefined ? {} : { time_limit_ms: options.timeLimit }),
    ...(options.grace === undefined ? {} : { grace_ms: options.grace }),
    ...(options.priority === undefined ? {} : { priority: options.priority }),
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...(options.requeue === undefined ? {} : { requeue: options.requeue }),
    workdir: resolve(options.workdir ?? '.'),
  };
}

function readProgram(script: string | undefined, args: readonly string[]): Pick<JobCreate, 'command' | 'script' | 'args'> {
  if (script !== undefined) {
    const text = readTextFile(script, { what: '--script', maxBytes: MAX_SCRIPT_BYTES });
    return { script: text, ...(args.length === 0 ? {} : { args: [...args] }) };
  }
  if (args.length === 0) {
    throw new AppError('invalid_input', 'nothing to run: give a command, as in "weir job submit -- hostname", or --script FILE', {
      field: 'command',
    });
  }
  return { command: [...args] };
}

function readGrace(text: string): number {
  return /^0+(ms|s)?$/.test(text) ? 0 : parseDuration(text);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
