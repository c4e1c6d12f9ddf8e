import { Option, type Command } from 'commander';
import { JOB_STATES, type JobState } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import { readPast } from '../../input/begin-time.ts';
import { readId, readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { loadJobs, type JobFilter } from '../../jobs/load-jobs.ts';
import { printJobs } from '../../jobs/job-table.ts';
import { note, printJson } from '../../output/terminal.ts';

const DEFAULT_LIMIT = 50;

interface Options {
  readonly state?: JobState;
  readonly user?: string;
  readonly mine?: boolean;
  readonly name?: string;
  readonly account?: string;
  readonly node?: string;
  readonly batch?: number;
  readonly array?: number;
  readonly workflow?: number;
  readonly since?: string;
  readonly limit?: number;
  readonly all?: boolean;
}

/** `weir job list`. */
export function define(command: Command, config: Config): void {
  command
    .addOption(new Option('--state <state>', 'only jobs in this state').choices(JOB_STATES))
    .addOption(new Option('--user <user>', 'only jobs of this user').conflicts('mine'))
    .option('--mine', 'only jobs of mine')
    .option('--name <name>', 'only jobs of this name')
    .option('--account <name>', 'only jobs charged to this account')
    .option('--node <name>', 'only jobs on this node, of their last attempt')
    .option('--batch <id>', 'only jobs that were submitted together with this one', (text) => readId('job', text))
    .option('--array <id>', 'only the tasks of this array', (text) => readId('job', text))
    .option('--workflow <id>', 'only the jobs of this workflow', (text) => readId('workflow', text))
    .option('--since <time>', 'only jobs submitted since: 2h (ago), 16:00, 2026-01-31', (text) => readPast('--since', text))
    .option('--limit <n>', `most jobs to show (default: ${DEFAULT_LIMIT})`, readWhole({ option: '--limit', min: 1, max: 1_000_000 }))
    .option('--all', 'show every one')
    .addHelpText(
      'after',
      examples('weir job list', 'weir job list --state running --mine', 'weir job list --array 12', 'weir job list --all --json'),
    );
  handle<Options>(command, config, listJobs);
}

async function listJobs(call: Invocation<Options>): Promise<void> {
  const { options } = call;
  const { client } = call.connect();
  const user = options.mine === true ? (await client.meShow()).user : options.user;
  const limit = options.all === true ? Number.POSITIVE_INFINITY : (options.limit ?? DEFAULT_LIMIT);
  const list = await loadJobs(client, { filter: readFilter(options, user), since: options.since, limit });
  if (call.json) return printJson(list);
  if (list.jobs.length === 0) {
    note('no jobs');
    return;
  }
  await printJobs(list.jobs);
  if (list.next_before !== null) note(`${list.jobs.length} of ${list.total} jobs; --all shows every one`);
}

function readFilter({ state, name, account, node, batch, array, workflow }: Options, user: string | undefined): JobFilter {
  return {
    ...(state === undefined ? {} : { state }),
    ...(user === undefined ? {} : { user }),
    ...(name === undefined ? {} : { name }),
    ...(account === undefined ? {} : { account }),
    ...(node === undefined ? {} : { node }),
    ...(batch === undefined ? {} : { batch_id: batch }),
    ...(array === undefined ? {} : { array_id: array }),
    ...(workflow === undefined ? {} : { workflow_id: workflow }),
  };
}
