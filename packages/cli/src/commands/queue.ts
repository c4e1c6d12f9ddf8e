import type { Command } from 'commander';
import type { Client, Job, JobWhy } from '@weir/contract/client';
import type { Config } from '../config.ts';
import { readWhole } from '../input/numbers.ts';
import { examples, handle, type Invocation } from '../invocation.ts';
import { formatName, formatWaiting } from '../jobs/job-text.ts';
import { loadJobs } from '../jobs/load-jobs.ts';
import { crop, printTable, type Cell, type Column } from '../output/table.ts';
import { note, printJson } from '../output/terminal.ts';
import { formatSpan } from '../output/times.ts';

/** `ahead` of a job names at most so many. */
const SHOWN = 20;
const AT_ONCE = 8;
/** Of a longer queue only its younger part. */
const LOOKED_THROUGH = 1000;

interface Options {
  readonly limit?: number;
}

/** A waiting job and why it waits. */
interface Waiting {
  readonly job: Job;
  readonly why: JobWhy;
}

const COLUMNS: readonly Column[] = [
  { head: 'PLACE', align: 'right' },
  { head: 'ID', align: 'right' },
  { head: 'NAME', cut: true },
  { head: 'USER' },
  { head: 'ACCOUNT', spare: true },
  { head: 'NODES', align: 'right', spare: true },
  { head: 'CPUS', align: 'right' },
  { head: 'GPUS', align: 'right', spare: true },
  { head: 'PRIORITY', align: 'right', spare: true },
  { head: 'WAITED', align: 'right', spare: true },
  { head: 'STARTS', align: 'right' },
  { head: 'REASON', cut: true },
];

/** `weir queue`. */
export function define(command: Command, config: Config): void {
  command
    .option('--limit <n>', `most jobs to show (default: ${SHOWN})`, readWhole({ option: '--limit', min: 1, max: SHOWN }))
    .addHelpText(
      'after',
      examples('weir queue', 'weir queue --json') + '\n\nSTARTS: how long until the expected start, from the time limits of what runs.',
    );
  handle<Options>(command, config, showQueue);
}

async function showQueue(call: Invocation<Options>): Promise<void> {
  const limit = call.options.limit ?? SHOWN;
  const { client } = call.connect();
  const { jobs, total } = await loadJobs(client, { filter: { state: 'pending' }, limit: LOOKED_THROUGH });
  const first = await loadFirst(client, jobs, limit);
  if (call.json) return printJson({ total, jobs: first });
  if (first.length === 0) {
    note('nothing waits');
    return;
  }
  await printTable(COLUMNS, first.map(toRow));
  if (total > first.length) note(`the first ${first.length} of ${total} waiting jobs; see all with: weir job list --state pending`);
}

/** The jobs that start first, in order. Of a long queue the last one is asked who is ahead. */
async function loadFirst(client: Client, jobs: readonly Job[], limit: number): Promise<Waiting[]> {
  const candidates = jobs.length <= SHOWN ? jobs : await findFirst(client, jobs);
  const waiting: Waiting[] = [];
  for (let place = 0; place < candidates.length; place += AT_ONCE) {
    waiting.push(...(await Promise.all(candidates.slice(place, place + AT_ONCE).map((job) => explain(client, job)))));
  }
  return waiting
    .filter(({ why }) => why.kind !== 'not_pending')
    .sort((left, right) => left.why.jobs_ahead - right.why.jobs_ahead || left.job.job_id - right.job.job_id)
    .slice(0, limit);
}

async function findFirst(client: Client, jobs: readonly Job[]): Promise<Job[]> {
  const last = jobs.reduce((lowest, job) => (job.priority < lowest.priority ? job : lowest));
  const { ahead } = await client.jobWhy({ params: { job_id: last.job_id } });
  const first = jobs.filter((job) => ahead.includes(job.job_id));
  // A job that waits for something else than resources stands behind nobody: then the oldest are shown.
  return first.length === 0 ? jobs.slice(-SHOWN) : first;
}

async function explain(client: Client, job: Job): Promise<Waiting> {
  return { job, why: await client.jobWhy({ params: { job_id: job.job_id } }) };
}

function toRow({ job, why }: Waiting): Cell[] {
  return [
    why.jobs_ahead + 1,
    job.job_id,
    crop(formatName(job), 30),
    job.user,
    job.account,
    job.nodes,
    job.cpus,
    job.gpus,
    why.priority.total.toFixed(0),
    formatWaiting(job),
    why.estimated_start === null ? '-' : formatSpan(Date.parse(why.estimated_start) - Date.now()),
    crop(why.reason, 60),
  ];
}
