import type { Job } from '@weir/contract/client';
import { crop, printTable, type Cell, type Column } from '../output/table.ts';
import { paint } from '../output/terminal.ts';
import { formatTime } from '../output/times.ts';
import { colorOfState, formatElapsed, formatName, formatPlace, formatTasks } from './job-text.ts';

const MAX_TEXT = 60;

const COLUMNS: readonly Column[] = [
  { head: 'ID', align: 'right' },
  { head: 'NAME', cut: true },
  { head: 'USER', spare: true },
  { head: 'STATE' },
  { head: 'NODE' },
  { head: 'CPUS', align: 'right' },
  { head: 'GPUS', align: 'right', spare: true },
  { head: 'SUBMITTED', spare: true },
  { head: 'ELAPSED', align: 'right' },
  { head: 'REASON', cut: true },
];

/** Prints jobs as a table: an array is one row with how far it is, a gang's row counts its nodes. */
export async function printJobs(jobs: readonly Job[]): Promise<void> {
  await printTable(COLUMNS, jobs.map(toRow));
}

function toRow(job: Job): Cell[] {
  return [
    job.job_id,
    crop(formatName(job), 30),
    job.user,
    { painted: paint(colorOfState(job.state), job.state) },
    formatPlace(job),
    job.cpus,
    job.gpus,
    formatTime(job.submitted_at),
    formatElapsed(job) ?? '-',
    crop(job.array === null ? (job.reason ?? '') : formatTasks(job.array), MAX_TEXT),
  ];
}
