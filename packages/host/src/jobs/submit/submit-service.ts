import { AppError, type Batch, type BatchCreate, type Job, type JobCreate, type JobWhy } from '@weir/contract';
import type { RequestKey } from '../../idempotency/request-key.ts';
import { writeOnce, type CheckedWork } from '../../idempotency/write-once.ts';
import type { Identity } from '../../identity/identity.ts';
import type { LimitTable } from '../../scheduler/core/model.ts';
import type { WriteContext } from '../../store/group-commit.ts';
import type { JobRow } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { viewNewJob } from '../job-page.ts';
import { explainWait } from '../job-why.ts';
import type { QueueView } from '../queue-view.ts';
import { listBatchItems, type BatchItem } from './batch-items.ts';
import { checkTarget, refuseImpossible } from './fleet-check.ts';
import { draftJob, type JobDraft } from './job-draft.ts';
import { limitTime, openQueue } from './limits.ts';
import type { PolicyCache } from './policy-cache.ts';
import { checkDependencies, storeDraft, storeDrafts } from './store-draft.ts';

export interface SubmitParts {
  readonly store: Store;
  readonly policy: PolicyCache;
  readonly queue: QueueView;
}

type Refused = Batch['refused'][number] & { readonly error: AppError };

/** Takes new jobs. What it accepts is committed before it is answered. */
export class SubmitService {
  readonly #parts: SubmitParts;

  constructor(parts: SubmitParts) {
    this.#parts = parts;
  }

  /**
   * Queues a job. Throws `forbidden`, `limit_exceeded`, `queue_full`, `dependency_unknown`, `node_not_found`, `resources_never_fit` and the
   * refusals of bad input. A request with a key is done once, however often it is sent.
   */
  submit(identity: Identity, create: JobCreate, key?: RequestKey): Promise<Job> {
    return writeOnce(this.#parts.store, key, () => this.#checkJob(identity, create));
  }

  /** Queues what can be queued of a batch, all in one transaction; throws the first refusal when nothing can. A key counts as in `submit`. */
  submitBatch(identity: Identity, batch: BatchCreate, key?: RequestKey): Promise<Batch> {
    return writeOnce(this.#parts.store, key, () => this.#checkBatch(identity, batch));
  }

  /** What would become of a job if it were queued now; refuses bad input as `submit` does, and tells what does not fit instead. */
  async dryRun(identity: Identity, create: JobCreate): Promise<JobWhy> {
    const { store, queue } = this.#parts;
    const limits = await this.#parts.policy.limits();
    const draft = await this.#draft(identity, create, limits);
    const { target } = create;
    if (target !== undefined && create.hold !== true) await this.#checkFleet(new SecondLook(), () => checkTarget(queue, target));
    await checkDependencies(store.read, identity, draft.depends);
    (await openQueue(store.read, limits, draft.row)).take(draft.tasks);
    return explainWait(store.read, queue, { row: { id: 0, ...draft.row }, depends: draft.depends });
  }

  async #checkJob(identity: Identity, create: JobCreate): Promise<CheckedWork<StoredJob, Job>> {
    const limits = await this.#parts.policy.limits();
    const draft = await this.#draft(identity, create, limits);
    await this.#checkFleet(new SecondLook(), () => refuseImpossible(this.#parts.queue, draft.row));
    return {
      write: async (context) => {
        const waitsFor = await checkDependencies(context.db, identity, draft.depends);
        (await openQueue(context.db, limits, draft.row)).take(draft.tasks);
        const job = await storeDraft(context, draft);
        await context.audit({ actor: identity.user, action: 'job.submit', subject: `job:${job.id}`, detail: { name: job.name } });
        return { job, waitsFor };
      },
      answer: ({ job, waitsFor }) => viewNewJob(this.#parts.queue, job, { depends: draft.depends, waitsFor }),
    };
  }

  async #checkBatch(identity: Identity, batch: BatchCreate): Promise<CheckedWork<StoredBatch, Batch>> {
    const limits = await this.#parts.policy.limits();
    const drafts: { item: BatchItem; draft: JobDraft }[] = [];
    const refused: Refused[] = [];
    const look = new SecondLook();
    for (const item of listBatchItems(batch)) {
      const draft = await keepRefusal(refused, item, async () => {
        const made = await this.#draft(identity, item.create, limits);
        await this.#checkFleet(look, () => refuseImpossible(this.#parts.queue, made.row));
        return made;
      });
      if (draft !== undefined) drafts.push({ item, draft });
    }
    const depends = drafts[0]?.draft.depends ?? [];
    return {
      write: async (context) => {
        const waitsFor = await checkDependencies(context.db, identity, depends);
        return { ...(await storeBatch(context, { actor: identity.user, drafts, refused, limits })), waitsFor };
      },
      answer: ({ jobs, beyond, waitsFor }) => ({
        batch_id: jobs[0]?.id ?? 0,
        jobs: jobs.map((job) => viewNewJob(this.#parts.queue, job, { depends, waitsFor })),
        refused: describeRefused([...refused, ...beyond]),
      }),
    };
  }

  /** Before a refusal everything that is committed is heard, once: another host may have welcomed a node just now. */
  async #checkFleet(look: SecondLook, check: () => void): Promise<void> {
    try {
      check();
    } catch (error) {
      if (look.taken || !(error instanceof AppError)) throw error;
      look.taken = true;
      await this.#parts.queue.upToDate();
      check();
    }
  }

  async #draft(identity: Identity, create: JobCreate, limits: LimitTable): Promise<JobDraft> {
    const account = await this.#parts.policy.account(identity, create.account);
    const draft = draftJob(identity, create, account);
    const timeLimitMs = limitTime(limits, draft.row, draft.row.time_limit_ms);
    return timeLimitMs === draft.row.time_limit_ms ? draft : { ...draft, row: { ...draft.row, time_limit_ms: timeLimitMs } };
  }
}

interface StoredJob {
  readonly job: JobRow;
  /** Jobs that it waits for. */
  readonly waitsFor: readonly number[];
}

interface StoredBatch {
  readonly jobs: readonly JobRow[];
  /** Those that the queue has no room for. */
  readonly beyond: readonly Refused[];
  readonly waitsFor: readonly number[];
}

/** Whether a request has had its second look at the fleet. */
class SecondLook {
  taken = false;
}

interface BatchWrite {
  readonly actor: string;
  readonly drafts: readonly { readonly item: BatchItem; readonly draft: JobDraft }[];
  /** Those that were refused before. */
  readonly refused: readonly Refused[];
  readonly limits: LimitTable;
}

async function storeBatch(context: WriteContext, { actor, drafts, refused, limits }: BatchWrite): Promise<Omit<StoredBatch, 'waitsFor'>> {
  const [first] = drafts;
  const queue = first === undefined ? undefined : await openQueue(context.db, limits, first.draft.row);
  const taken: JobDraft[] = [];
  const beyond: Refused[] = [];
  for (const { item, draft } of drafts) {
    const isTaken = await keepRefusal(beyond, item, async () => {
      queue?.take(draft.tasks);
      return true;
    });
    if (isTaken) taken.push(draft);
  }
  const [leader, ...others] = taken;
  if (leader === undefined) throw firstOf([...refused, ...beyond]).error;
  const jobs = await storeDrafts(context, [leader, ...others]);
  const detail = { name: leader.row.name, jobs: jobs.length, refused: refused.length + beyond.length };
  await context.audit({ actor, action: 'batch.submit', subject: `job:${jobs[0]?.id ?? 0}`, detail });
  return { jobs, beyond };
}

function describeRefused(refused: readonly Refused[]): Batch['refused'] {
  return refused
    .toSorted((left, right) => left.index - right.index)
    .map(({ index, target, code, reason }) => ({ index, target, code, reason }));
}

function firstOf(refused: readonly Refused[]): Refused {
  const [first] = refused.toSorted((left, right) => left.index - right.index);
  if (first === undefined) throw new Error('a batch without jobs');
  return first;
}

/** What `make` gives; undefined when it was refused, which is noted. */
async function keepRefusal<T>(refused: Refused[], item: BatchItem, make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    refused.push({ index: item.index, target: item.target, code: error.code, reason: error.message, error });
    return undefined;
  }
}
