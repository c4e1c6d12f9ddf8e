import { Option, type Command } from 'commander';
import type { Config } from '../config.ts';
import { readWhole } from '../input/numbers.ts';
import { examples, handle, type Invocation } from '../invocation.ts';
import { formatName, formatWaiting } from '../jobs/job-text.ts';
import { loadQueue, MOST_IN_ORDER, type Queue, type Waiting } from '../jobs/load-queue.ts';
import { crop, printTable, type Cell, type Column } from '../output/table.ts';
import { note, printJson } from '../output/terminal.ts';
import { formatSpan } from '../output/times.ts';

const DEFAULT_LIMIT = 20;
/** Lines of a terminal that are not jobs: the heads, what is not shown, the prompt. */
const OTHER_LINES = 3;

interface Options {
  readonly limit?: number;
  readonly all?: boolean;
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
    .option(
      '--limit <n>',
      `most jobs to show (default: as many as the terminal has lines for, else ${DEFAULT_LIMIT})`,
      readWhole({ option: '--limit', min: 1, max: 1_000_000 }),
    )
    .addOption(new Option('--all', 'show every one').conflicts('limit'))
    .addHelpText(
      'after',
      examples('weir queue', 'weir queue --all', 'weir queue --limit 50 --json') +
        '\n\nSTARTS: how long until the expected start, from the time limits of what runs.' +
        `\nOf more than ${MOST_IN_ORDER} waiting jobs the first 20 are shown: no more are put in order.`,
    );
  handle<Options>(command, config, showQueue);
}

async function showQueue(call: Invocation<Options>): Promise<void> {
  const { all, limit = chooseLimit(call.json) } = call.options;
  const { client } = call.connect();
  const queue = await loadQueue(client, all === true ? Number.POSITIVE_INFINITY : limit);
  if (call.json) return printJson(queue);
  if (queue.jobs.length === 0) {
    note('nothing waits');
    return;
  }
  await printTable(COLUMNS, queue.jobs.map(toRow));
  if (queue.total > queue.jobs.length) note(describeRest(queue));
}

function chooseLimit(json: boolean): number {
  const lines = process.stdout.isTTY && !json ? process.stdout.rows - OTHER_LINES : 0;
  return lines > 0 ? lines : DEFAULT_LIMIT;
}

function describeRest({ total, jobs }: Queue): string {
  const more = total > MOST_IN_ORDER ? '; newest first: weir job list --state pending --all' : ': --limit N or --all shows more';
  return `${jobs.length} of ${total} waiting jobs, ${total - jobs.length} are not shown${more}`;
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
