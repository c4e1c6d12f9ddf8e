import { AppError, jobHasEnded, type Job, type JobList, type JobUpdate, type JobWhy, type RouteQuery, type Routes } from '@weir/contract';
import type { EventHub } from '../events/event-hub.ts';
import type { RequestKey } from '../idempotency/request-key.ts';
import { writeOnce } from '../idempotency/write-once.ts';
import type { Identity } from '../identity/identity.ts';
import type { JobRow, NewJob } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { listDependencies } from './dependency-store.ts';
import { cancelJob } from './job-cancel.ts';
import { freezeJob } from './job-freeze.ts';
import { viewJobs, viewNewJob } from './job-page.ts';
import { findJob, listJobs } from './job-store.ts';
import { JobTotals } from './job-totals.ts';
import { updateJob } from './job-update.ts';
import { explainStarted, explainWait } from './job-why.ts';
import type { QueueView } from './queue-view.ts';
import { checkRank } from './submit/job-draft.ts';
import { limitTime, openQueue } from './submit/limits.ts';
import type { PolicyCache } from './submit/policy-cache.ts';
import { storeDraft } from './submit/store-draft.ts';

export interface JobServiceParts {
  readonly store: Store;
  readonly hub: EventHub;
  readonly queue: QueueView;
  readonly policy: PolicyCache;
}

/** What users do with jobs that are there. Every change is committed before it is answered. */
export class JobService {
  readonly #parts: JobServiceParts;
  readonly #totals: JobTotals;

  constructor(parts: JobServiceParts) {
    this.#parts = parts;
    this.#totals = new JobTotals(parts.store.read);
  }

  /**
   * Queues a job that the host itself made for the asker, charged to the asker's default account; once for a request with a key.
   * Throws `limit_exceeded`, `queue_full`.
   */
  queue(identity: Identity, row: NewJob, key?: RequestKey): Promise<Job> {
    return writeOnce(this.#parts.store, key, async () => {
      const limits = await this.#parts.policy.limits();
      const charged = { ...row, account: await this.#parts.policy.account(identity, undefined) };
      const limited = { ...charged, time_limit_ms: limitTime(limits, charged, row.time_limit_ms) };
      return {
        write: async (context) => {
          (await openQueue(context.db, limits, limited)).take(1);
          const stored = await storeDraft(context, { row: limited, depends: [], tasks: 1 });
          await context.audit({ actor: identity.user, action: 'job.submit', subject: `job:${stored.id}`, detail: { name: stored.name } });
          return stored;
        },
        answer: (job) => viewNewJob(this.#parts.queue, job, { depends: [], waitsFor: [] }),
      };
    });
  }

  /** The job, if it exists and the asker may see it; throws `job_not_found`. With `wait.ms`, when it has ended or the time is over. */
  async show(identity: Identity, id: number, wait: { ms: number; signal: AbortSignal }): Promise<Job> {
    await this.#parts.hub.lookUntil({
      look: async () => ((job) => (jobHasEnded(job) ? job : undefined))(await this.find(identity, id)),
      concerns: (event) => event.job_id === id && (event.type === 'job.ended' || event.type === 'job.requeued'),
      waitMs: wait.ms,
      signal: wait.signal,
    });
    return this.#view(await this.find(identity, id));
  }

  /** As `show`, for the parts of the host. */
  async find(identity: Identity, id: number): Promise<JobRow> {
    const row = await findJob(this.#parts.store.read, id);
    if (row === undefined || !mayAct(identity, row))
      throw new AppError('job_not_found', `there is no job ${id}`, { field: 'job_id', value: id });
    return row;
  }

  async list(identity: Identity, query: RouteQuery<Routes['jobList']>): Promise<JobList> {
    const limit = query.limit ?? 100;
    const user = identity.role === 'admin' ? query.user : identity.user;
    if (identity.role !== 'admin' && query.user !== undefined && query.user !== identity.user)
      return { jobs: [], next_before: null, total: 0 };
    const filter = {
      state: query.state,
      user,
      name: query.name,
      account: query.account,
      node: query.node,
      workflowId: query.workflow_id,
      batchId: query.batch_id,
      arrayId: query.array_id,
      before: query.before,
      limit,
    };
    const total = await this.#totals.count(filter);
    const rows = await listJobs(this.#parts.store.read, filter);
    const jobs = await viewJobs(this.#parts.store.read, this.#parts.queue, rows);
    return { jobs, next_before: rows.length === limit ? (rows.at(-1)?.id ?? null) : null, total };
  }

  /** Ends a job: what waits at once, what runs through its runners; of an array all of it. Does nothing to one that has ended. */
  async cancel(identity: Identity, id: number): Promise<Job> {
    await this.find(identity, id);
    return this.#view(await this.#parts.store.write((context) => cancelJob(context, { id, actor: identity.user })));
  }

  /** Freezes a running job, as soon as its node is there to do it. */
  async pause(identity: Identity, id: number): Promise<Job> {
    await this.find(identity, id);
    return this.#view(await freezeJob(this.#parts, { id, actor: identity.user, paused: true }));
  }

  /** Lets a paused job run on, as soon as its node is there to do it. */
  async resume(identity: Identity, id: number): Promise<Job> {
    await this.find(identity, id);
    return this.#view(await freezeJob(this.#parts, { id, actor: identity.user, paused: false }));
  }

  /** Changes a job that waits; throws `state_conflict` for any other, `forbidden` and `limit_exceeded` as a submit does. */
  async update(identity: Identity, id: number, update: JobUpdate): Promise<Job> {
    const job = await this.find(identity, id);
    checkRank(identity, update.priority === undefined || update.priority <= job.priority ? {} : { priority: update.priority });
    const limits = await this.#parts.policy.limits();
    const timeLimit = update.time_limit_ms === undefined ? {} : { time_limit_ms: limitTime(limits, job, update.time_limit_ms) };
    const row = await this.#parts.store.write((context) =>
      updateJob(context, { id, actor: identity.user, update: { ...update, ...timeLimit } }),
    );
    return this.#view(row);
  }

  /** Why a job waits, and what would start it now. */
  async why(identity: Identity, id: number): Promise<JobWhy> {
    const row = await this.find(identity, id);
    if (row.state !== 'pending') return explainStarted(row, (await this.#view(row)).reason);
    const depends = (await listDependencies(this.#parts.store.read, [id])).get(id) ?? [];
    return explainWait(this.#parts.store.read, this.#parts.queue, { row, depends });
  }

  async #view(row: JobRow): Promise<Job> {
    const [job] = await viewJobs(this.#parts.store.read, this.#parts.queue, [row]);
    if (job === undefined) throw new Error('a job has no view');
    return job;
  }
}

/** True when the asker may see and change what belongs to `owned.user`. */
export function mayAct(identity: Identity, owned: { user: string }): boolean {
  return identity.role === 'admin' || identity.user === owned.user;
}
