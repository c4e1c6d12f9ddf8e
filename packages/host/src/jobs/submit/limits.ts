import { AppError, formatDuration, type Limits } from '@weir/contract';
import type { LimitTable } from '../../scheduler/core/model.ts';
import type { Queries } from '../../store/store.ts';
import { countOpenJobs } from './open-job-store.ts';

type Amount = 'queued_jobs' | 'time_limit_ms' | 'cpus' | 'gpus';

interface Charged {
  readonly user: string;
  readonly account: string;
}

interface Limit {
  readonly by: 'user' | 'account';
  readonly name: string;
  readonly most: number;
}

/** The time limit that a job gets: the asked one, or else the longest allowed; throws `limit_exceeded` when it asks for more. */
export function limitTime(table: LimitTable, charged: Charged, asked: number | null): number | null {
  const tightest = findTightest(table, charged, 'time_limit_ms');
  if (tightest === undefined) return asked;
  if (asked !== null && asked > tightest.most)
    throw new AppError(
      'limit_exceeded',
      `${describe(tightest)} may ask for at most ${formatDuration(tightest.most)}, not ${formatDuration(asked)}: give a shorter time limit`,
      { field: 'time_limit_ms', value: asked },
    );
  return asked ?? tightest.most;
}

/** The lower one of the user's and the account's limit. */
export function findTightest(table: LimitTable, charged: Charged, amount: Amount): Limit | undefined {
  const [tightest] = limitsOf(table, charged, amount).sort((left, right) => left.most - right.most);
  return tightest;
}

/**
 * Counts what the user and the account have in the queue, once, and says of one job after the other whether the queue takes it too: it throws
 * `queue_full` where waiting helps, `limit_exceeded` where the job alone is beyond a limit. To be used in the transaction that stores them.
 */
export async function openQueue(db: Queries, table: LimitTable, charged: Charged): Promise<{ take: (tasks: number) => void }> {
  const limits = limitsOf(table, charged, 'queued_jobs');
  const rooms: { limit: Limit; open: number }[] = [];
  for (const limit of limits) rooms.push({ limit, open: await countOpenJobs(db, limit) });
  return {
    take: (tasks) => {
      const small = limits.find(({ most }) => tasks > most);
      if (small !== undefined) throw refuseSize(small, tasks);
      const full = rooms.find(({ limit, open }) => open + tasks > limit.most);
      if (full !== undefined)
        throw new AppError(
          'queue_full',
          `${describe(full.limit)} may have ${countJobs(full.limit.most)} in the queue and has ${full.open}: wait for some to end`,
          { field: 'queued_jobs', value: full.open + tasks },
        );
      for (const room of rooms) room.open += tasks;
    },
  };
}

function refuseSize(limit: Limit, tasks: number): AppError {
  const what = tasks === 1 ? '' : `, this array has ${tasks}`;
  const advice = tasks === 1 ? 'ask an admin for a higher limit' : 'give a smaller array, or ask an admin for a higher limit';
  return new AppError('limit_exceeded', `${describe(limit)} may have ${countJobs(limit.most)} in the queue${what}: ${advice}`, {
    field: 'queued_jobs',
    value: tasks,
  });
}

function countJobs(count: number): string {
  return `${count === 0 ? 'no' : count} job${count === 1 ? '' : 's'}`;
}

function limitsOf(table: LimitTable, charged: Charged, amount: Amount): Limit[] {
  const found: Limit[] = [];
  const add = (by: Limit['by'], name: string, limits: Limits | undefined) => {
    const most = limits?.[amount];
    if (most !== undefined && most !== null) found.push({ by, name, most });
  };
  add('user', charged.user, table.users.get(charged.user));
  add('account', charged.account, table.accounts.get(charged.account));
  return found;
}

function describe(limit: Limit): string {
  return limit.by === 'user' ? `user ${limit.name}` : `account "${limit.name}"`;
}
