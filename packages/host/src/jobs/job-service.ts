import { AppError, jobCan, jobHasEnded, type Job, type JobCreate, type JobList, type RouteQuery, type Routes } from '@weir/contract';
import type { EventHub } from '../events/event-hub.ts';
import type { Identity } from '../identity/identity-service.ts';
import type { NodeService } from '../nodes/node-service.ts';
import type { Placement } from '../scheduler/placement-loop.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import type { JobRow, NewJob } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import type { WriteContext } from '../store/group-commit.ts';
import { ALLOCATED_STATES, transitionJob } from './attempt-store.ts';
import { findJob, insertJob, listJobs } from './job-store.ts';
import { toJob } from './job-view.ts';
import { makeUserJobRow } from './new-job.ts';

/** How long pause and resume wait for the runner's word before they answer with the state as it is. */
const FREEZE_WAIT_MS = 5_000;

export interface JobServiceParts {
  readonly store: Store;
  readonly hub: EventHub;
  readonly nodes: NodeService;
  readonly sessions: SessionRegistry;
  readonly placement: Pick<Placement, 'wake'>;
}

/** What users do with jobs. Every change is committed before it is answered. */
export class JobService {
  readonly #parts: JobServiceParts;

  constructor(parts: JobServiceParts) {
    this.#parts = parts;
  }

  /** Queues a job; throws `resources_never_fit` when no known node could ever hold it. */
  async submit(identity: Identity, create: JobCreate): Promise<Job> {
    const row = makeUserJobRow(identity.user, create);
    await this.#parts.nodes.refuseWhatNeverFits({ cpus: row.cpus, memoryBytes: row.memory_bytes ?? 0, gpus: row.gpus });
    return this.queue(identity, row);
  }

  /** Queues a job that the host itself made for the asker. */
  async queue(identity: Identity, row: NewJob): Promise<Job> {
    const job = await this.#parts.store.write(async (context) => {
      const stored = await insertJob(context.db, row);
      await context.emit({ type: 'job.submitted', jobId: stored.id, owner: stored.user, data: { name: stored.name, kind: stored.kind } });
      await context.audit({ actor: identity.user, action: 'job.submit', subject: `job:${stored.id}`, detail: { name: stored.name } });
      return stored;
    });
    this.#parts.placement.wake();
    return this.#view(job);
  }

  /** The job, if it exists and the asker may see it; throws `job_not_found`. With `waitMs`, when it has ended or the time is over. */
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
    const { rows, total } = await listJobs(this.#parts.store.read, {
      state: query.state,
      user,
      name: query.name,
      workflowId: query.workflow_id,
      before: query.before,
      limit,
    });
    const waitOf = await this.#parts.nodes.describeWaits();
    const jobs = rows.map((row) => toJob(row, row.state === 'pending' ? waitOf(row) : ''));
    return { jobs, next_before: rows.length === limit ? (rows.at(-1)?.id ?? null) : null, total };
  }

  /** Ends a job: one that waits at once, one that runs through its runner. Does nothing to one that has ended. */
  async cancel(identity: Identity, id: number): Promise<Job> {
    await this.find(identity, id);
    const job = await this.#parts.store.write((context) => cancelJob(context, { id, actor: identity.user }));
    this.deliverStop(job);
    return this.#view(job);
  }

  /** Tells the runner of a job whose end was asked for; a runner that is away is told when it returns. */
  deliverStop(job: JobRow): void {
    if (job.stop_by === 'user' && jobCan.cancel(job) && job.node !== null) {
      this.#parts.sessions
        .find(job.node)
        ?.send({ type: 'stop', jobId: job.id, attempt: job.attempt, by: 'user', graceMs: job.grace_ms, signal: 'TERM' });
    }
    this.#parts.placement.wake();
  }

  /** Lets the scheduler look at the queue. */
  wake(): void {
    this.#parts.placement.wake();
  }

  async pause(identity: Identity, id: number): Promise<Job> {
    return this.#freeze(identity, id, { frame: 'pause', from: 'running', to: 'paused' });
  }

  async resume(identity: Identity, id: number): Promise<Job> {
    return this.#freeze(identity, id, { frame: 'resume', from: 'paused', to: 'running' });
  }

  async #freeze(
    identity: Identity,
    id: number,
    change: { frame: 'pause' | 'resume'; from: 'running' | 'paused'; to: 'running' | 'paused' },
  ): Promise<Job> {
    const job = await this.find(identity, id);
    if (job.state === change.to) return this.#view(job);
    if (job.state !== change.from || job.node === null) {
      throw new AppError('state_conflict', `job ${id} is ${job.state}: only a ${change.from} job can ${change.frame}`, {
        field: 'state',
        value: job.state,
      });
    }
    const session = this.#parts.sessions.require(job.node);
    await this.#parts.store.write(({ audit }) => audit({ actor: identity.user, action: `job.${change.frame}`, subject: `job:${id}` }));
    session.send({ type: change.frame, jobId: id, attempt: job.attempt });
    await this.#parts.hub.lookUntil({
      look: async () => ((row) => (row.state === change.from ? undefined : row))(await this.find(identity, id)),
      concerns: (event) => event.job_id === id,
      waitMs: FREEZE_WAIT_MS,
      signal: new AbortController().signal,
    });
    return this.#view(await this.find(identity, id));
  }

  async #view(row: JobRow): Promise<Job> {
    return toJob(row, row.state === 'pending' ? (await this.#parts.nodes.describeWaits())(row) : '');
  }
}

/** True when the asker may see and change what belongs to `owned.user`. */
export function mayAct(identity: Identity, owned: { user: string }): boolean {
  return identity.role === 'admin' || identity.user === owned.user;
}

/** Cancels inside a transaction: a waiting job ends, a job on a node is marked for its runner. Returns the job as it is then. */
export async function cancelJob(context: WriteContext, cancel: { id: number; actor: string }): Promise<JobRow> {
  const { id, actor } = cancel;
  const ended = await transitionJob(context.db, { id, from: ['pending'] }, { state: 'cancelled', ended_at: Date.now(), stop_by: 'user' });
  const marked = ended ?? (await transitionJob(context.db, { id, from: ALLOCATED_STATES, notStoppedByUser: true }, { stop_by: 'user' }));
  if (marked !== undefined) {
    const event = ended === undefined ? ('job.stopping' as const) : ('job.ended' as const);
    await context.emit({
      type: event,
      jobId: id,
      workflowId: marked.workflow_id,
      owner: marked.user,
      data: { state: marked.state, by: actor },
    });
    await context.audit({ actor, action: 'job.cancel', subject: `job:${id}` });
    return marked;
  }
  const row = await findJob(context.db, id);
  if (row === undefined) throw new AppError('job_not_found', `there is no job ${id}`, { field: 'job_id', value: id });
  return row;
}
