import { COMMON_ACCOUNT } from '../accounts/resolve-account.ts';
import { findUser } from '../identity/user-store.ts';
import { findTightest, limitTime, openQueue } from '../jobs/submit/limits.ts';
import type { LimitTable } from '../scheduler/core/model.ts';
import type { NewJob } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/** The account that the stages of a user's workflows are charged to. */
export async function findChargedAccount(db: Queries, user: string): Promise<string> {
  return (await findUser(db, user))?.default_account ?? COMMON_ACCOUNT;
}

/**
 * Throws as `openQueue` when the queue takes no further workflow of the user; an active one has one place there until it ends, whether a
 * stage of it is queued or not. To be used in the transaction that stores it or lets it go on.
 */
export async function checkWorkflowFits(db: Queries, limits: LimitTable, user: string): Promise<void> {
  (await openQueue(db, limits, { user, account: await findChargedAccount(db, user) })).take(1);
}

/**
 * A stage's job as its user and account may have it: nobody chose its size, so that it takes fewer CPUs and GPUs rather than wait for ever,
 * and the longest time limit that they may ask for.
 */
export function fitStageJob(job: NewJob, limits: LimitTable): NewJob {
  const cpus = findTightest(limits, job, 'cpus')?.most ?? job.cpus;
  const gpus = findTightest(limits, job, 'gpus')?.most ?? job.gpus;
  return {
    ...job,
    cpus: Math.min(job.cpus, Math.max(1, cpus)),
    gpus: Math.min(job.gpus, gpus),
    time_limit_ms: limitTime(limits, job, job.time_limit_ms),
  };
}
