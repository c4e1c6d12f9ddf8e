import type { Command } from 'commander';
import { AppError, parseDuration, type Job, type JobUpdate } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readInstant } from '../../input/begin-time.ts';
import { readJobIds, readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly priority?: number;
  readonly timeLimit?: Change<number>;
  readonly begin?: Change<string>;
  readonly comment?: Change<string>;
}

/** Wrapped, as an option's own value cannot be null. */
interface Change<T> {
  readonly to: T | null;
}

/** `weir job update`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id...>', 'the jobs; they must be waiting')
    .option('--priority <n>', 'from -1000 to 1000, higher starts sooner', readWhole({ option: '--priority', min: -1000, max: 1000 }))
    .option('--time-limit <time>', 'stop it after this time, "none" = no limit', orNone(parseDuration))
    .option(
      '--begin <time>',
      'not before this time, "none" = as soon as possible',
      orNone((text) => readInstant('--begin', text)),
    )
    .option('--comment <text>', 'a note that stays with the job, "none" = no note', orNone(String))
    .addHelpText('after', examples('weir job update 12 --priority 100', 'weir job update 12 13 --time-limit 2h --begin none'));
  handle<Options>(command, config, updateJobs);
}

async function updateJobs(call: Invocation<Options>): Promise<void> {
  const body = readUpdate(call.options);
  const ids = readJobIds(call.args);
  const { client } = call.connect();
  for (const job_id of ids) {
    const job: Job = await client.jobUpdate({ params: { job_id }, body });
    await (call.json ? printJson(job) : print(`job ${job_id} is updated`));
  }
}

function readUpdate({ priority, timeLimit, begin, comment }: Options): JobUpdate {
  const body: JobUpdate = {
    ...(priority === undefined ? {} : { priority }),
    ...(timeLimit === undefined ? {} : { time_limit_ms: timeLimit.to }),
    ...(begin === undefined ? {} : { begin_at: begin.to }),
    ...(comment === undefined ? {} : { comment: comment.to }),
  };
  if (Object.keys(body).length > 0) return body;
  throw new AppError('invalid_input', 'nothing to change: give --priority, --time-limit, --begin or --comment');
}

function orNone<T>(read: (text: string) => T): (text: string) => Change<T> {
  return (text) => ({ to: text === 'none' ? null : read(text) });
}
