import { Option, type Command } from 'commander';
import { JOB_STATES, type Job, type JobList, type JobState } from '@weir/contract/client';
import type { Config } from '../../config.ts';
import type { Connection } from '../../connection/connect.ts';
import { readWhole } from '../../input/numbers.ts';
import { examples, handle, type Invocation } from '../../invocation.ts';
import { colorOfState, formatElapsed } from '../../jobs/job-text.ts';
import { crop, printTable, type Cell, type Column } from '../../output/table.ts';
import { note, paint, printJson } from '../../output/terminal.ts';
import { formatTime } from '../../output/times.ts';

const PAGE = 1000;
const DEFAULT_LIMIT = 50;
const MAX_TEXT = 60;

interface Options {
  readonly state?: JobState;
  readonly user?: string;
  readonly name?: string;
  readonly limit?: number;
  readonly all?: boolean;
}

const COLUMNS: readonly Column[] = [
  { head: 'ID', align: 'right' },
  { head: 'NAME' },
  { head: 'USER' },
  { head: 'STATE' },
  { head: 'NODE' },
  { head: 'CPUS', align: 'right' },
  { head: 'GPUS', align: 'right' },
  { head: 'SUBMITTED' },
  { head: 'ELAPSED', align: 'right' },
  { head: 'REASON' },
];

/** `weir job list`. */
export function define(command: Command, config: Config): void {
  command
    .addOption(new Option('--state <state>', 'only jobs in this state').choices(JOB_STATES))
    .option('--user <user>', 'only jobs of this user')
    .option('--name <name>', 'only jobs of this name')
    .option('--limit <n>', `most jobs to show (default: ${DEFAULT_LIMIT})`, readWhole({ option: '--limit', min: 1, max: 1_000_000 }))
    .option('--all', 'show every one')
    .addHelpText('after', examples('weir job list', 'weir job list --state running', 'weir job list --all --json'));
  handle<Options>(command, config, listJobs);
}

async function listJobs(call: Invocation<Options>): Promise<void> {
  const list = await loadJobs(call.connect(), call.options);
  if (call.json) return printJson(list);
  if (list.jobs.length === 0) {
    note('no jobs');
    return;
  }
  await printTable(COLUMNS, list.jobs.map(toRow));
  if (list.next_before !== null) note(`${list.jobs.length} of ${list.total} jobs; --all shows every one`);
}

async function loadJobs({ client }: Connection, options: Options): Promise<JobList> {
  const wanted = options.all === true ? Number.POSITIVE_INFINITY : (options.limit ?? DEFAULT_LIMIT);
  const { state, user, name } = options;
  const query = {
    ...(state === undefined ? {} : { state }),
    ...(user === undefined ? {} : { user }),
    ...(name === undefined ? {} : { name }),
  };
  const list = await client.jobList({ query: { ...query, limit: Math.min(PAGE, wanted) } });
  while (list.jobs.length < wanted && list.next_before !== null) {
    const limit = Math.min(PAGE, wanted - list.jobs.length);
    const page = await client.jobList({ query: { ...query, limit, before: list.next_before } });
    list.jobs.push(...page.jobs);
    list.next_before = page.next_before;
  }
  return list;
}

function toRow(job: Job): Cell[] {
  return [
    job.job_id,
    crop(job.name, 30),
    job.user,
    { painted: paint(colorOfState(job.state), job.state) },
    job.node ?? '-',
    job.cpus,
    job.gpus,
    formatTime(job.submitted_at),
    formatElapsed(job) ?? '-',
    crop(job.reason ?? '', MAX_TEXT),
  ];
}
