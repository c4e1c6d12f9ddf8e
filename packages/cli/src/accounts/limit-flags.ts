import type { Command } from 'commander';
import { formatBytes, parseDuration, parseMemory, type Limits } from '@weir/contract/client';
import { readWhole } from '../input/numbers.ts';
import { formatSpan } from '../output/times.ts';

/** A limit: its option, and how its value is read and written. */
interface LimitFlag {
  readonly field: keyof Limits;
  readonly flags: string;
  readonly help: string;
  readonly read: (text: string) => number;
  readonly describe: (value: number) => string;
}

const count = (option: string) => readWhole({ option, min: 0, max: 999_999_999 });

const LIMIT_FLAGS: readonly LimitFlag[] = [
  {
    field: 'running_jobs',
    flags: '--max-running <n>',
    help: 'jobs that run at once',
    read: count('--max-running'),
    describe: (n) => `${n} running`,
  },
  {
    field: 'queued_jobs',
    flags: '--max-queued <n>',
    help: 'jobs that wait or run',
    read: count('--max-queued'),
    describe: (n) => `${n} queued`,
  },
  { field: 'cpus', flags: '--max-cpus <n>', help: 'CPU cores at once', read: count('--max-cpus'), describe: (n) => `${n} cores` },
  { field: 'memory_bytes', flags: '--max-memory <size>', help: 'memory at once: 64G', read: parseMemory, describe: formatBytes },
  { field: 'gpus', flags: '--max-gpus <n>', help: 'GPUs at once', read: count('--max-gpus'), describe: (n) => `${n} GPUs` },
  {
    field: 'time_limit_ms',
    flags: '--max-time <time>',
    help: 'time that a job may ask for; jobs that ask for none get it: 2d',
    read: parseDuration,
    describe: (ms) => `${formatSpan(ms)} per job`,
  },
];

/** Gives a command an option for each limit; what it answers tells, once the command line is read, which were said. `none` = no limit. */
export function addLimitFlags(command: Command): () => Limits | undefined {
  const said: Limits = {};
  for (const { field, flags, help, read } of LIMIT_FLAGS) {
    const [name = ''] = flags.slice(2).split(' ');
    command.option(flags, `most ${help}; "none" = no limit`);
    command.on(`option:${name}`, (text: string) => (said[field] = text === 'none' ? null : read(text)));
  }
  return () => (Object.keys(said).length === 0 ? undefined : said);
}

/** Limits in one line; `none` without any. */
export function formatLimits(limits: Limits): string {
  const parts = LIMIT_FLAGS.flatMap(({ field, describe }) => {
    const value = limits[field];
    return value === undefined || value === null ? [] : [describe(value)];
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}
