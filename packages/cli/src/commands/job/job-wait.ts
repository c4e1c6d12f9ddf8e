import type { Command } from 'commander';
import { parseDuration } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readJobIds } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { exitCodeOf } from '../../jobs/job-exit.ts';
import { describeJob } from '../../jobs/job-text.ts';
import { waitForJob } from '../../jobs/wait-for-job.ts';
import { onInterrupt } from '../../output/interrupt.ts';
import { print, printJson } from '../../output/terminal.ts';

interface Options {
  readonly timeout?: number;
}

/** `weir job wait`. */
export function define(command: Command, config: Config): void {
  command
    .argument('<id...>', 'the jobs')
    .option('--timeout <time>', 'give up after this time (exit code 75): 60s, 2h', parseDuration)
    .addHelpText(
      'after',
      examples('weir job wait 12 13', 'weir job wait 12 --timeout 10m') +
        '\n\nExit code: 0 when all completed, else that of the first one that did not.',
    );
  handle<Options>(command, config, waitForJobs);
}

async function waitForJobs(call: Invocation<Options>): Promise<number> {
  const ids = readJobIds(call.args);
  const deadlineAt = call.options.timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + call.options.timeout;
  onInterrupt('the jobs go on');
  const link = call.link();
  let exitCode = 0;
  for (const id of ids) {
    const job = await waitForJob(link, id, deadlineAt);
    await (call.json ? printJson(job) : print(describeJob(job)));
    if (exitCode === 0) exitCode = exitCodeOf(job);
  }
  return exitCode;
}
