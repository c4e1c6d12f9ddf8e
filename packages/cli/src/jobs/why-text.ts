import { formatBytes, type JobWhy } from '@weir/contract/client';
import { formatSpan, formatTime } from '../output/times.ts';

type Change = JobWhy['changes'][number];

/** How each field of a request is said on the command line, and how its values are written. */
const FIELDS: Readonly<Record<string, { option: string; format: (value: number) => string }>> = {
  cpus: { option: '--cores', format: String },
  memory_bytes: { option: '--memory', format: formatBytes },
  gpus: { option: '--gpus', format: String },
  gpu_memory_bytes: { option: '--gpu-memory', format: formatBytes },
  time_limit_ms: { option: '--time-limit', format: formatSpan },
  nodes: { option: '--nodes', format: String },
  begin_at: { option: '--begin', format: String },
};

/** One change that would start a job now, for people: `--cores 4 instead of 8, on node-1`, `weir node resume node-2`. */
export function describeChange(change: Change): string {
  if (change.field === 'drained' && change.node !== null) return `weir node resume ${change.node}`;
  const where = change.node === null ? '' : `, on ${change.node}`;
  const name = FIELDS[change.field]?.option ?? `--${change.field.replaceAll('_', '-')}`;
  if (change.to === null) return `without ${name}${change.from === null ? '' : ` (now ${formatValue(change, change.from)})`}${where}`;
  const before = change.from === null ? '' : ` instead of ${formatValue(change, change.from)}`;
  return `${name} ${formatValue(change, change.to)}${before}${where}`;
}

/** The parts of a priority for people: `1203.0 = 1000.0 age + 203.0 fair share`; parts of nothing are left out. */
export function describePriority({ total, ...parts }: JobWhy['priority']): string {
  const shown = Object.entries(parts).filter(([, value]) => value !== 0);
  if (shown.length === 0) return formatScore(total);
  return `${formatScore(total)} = ${shown.map(([name, value]) => `${formatScore(value)} ${name.replaceAll('_', ' ')}`).join(' + ')}`;
}

/** When a job is expected to start: an instant and how far it is away; null when nothing can be said. */
export function describeStart(at: string | null): string | null {
  if (at === null) return null;
  const left = Date.parse(at) - Date.now();
  return left <= 0 ? 'now' : `${formatTime(at)} (in ${formatSpan(left)})`;
}

/** Which jobs go before: `3: job 12, 13, 14`. */
export function describeAhead({ jobs_ahead, ahead }: JobWhy): string {
  if (jobs_ahead === 0) return 'first in the queue';
  const rest = jobs_ahead > ahead.length ? ', …' : '';
  const list = ahead.length === 0 ? '' : `: job ${ahead.join(', ')}${rest}`;
  return `after ${jobs_ahead} ${jobs_ahead === 1 ? 'job' : 'jobs'}${list}`;
}

function formatValue(change: Change, value: number | string): string {
  return typeof value === 'number' ? (FIELDS[change.field]?.format(value) ?? String(value)) : value;
}

function formatScore(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value >= 100 ? 0 : 2);
}
