import {
  AppError,
  type Batch,
  type HakuriverSubmit,
  type HakuriverSubmitted,
  type Job,
  type JobCreate,
  type Node,
  type Routes,
  type Target,
} from '@weir/contract';
import type { Call } from '../../http/route-table.ts';
import type { Identity } from '../../identity/identity.ts';
import type { JobService } from '../../jobs/job-service.ts';
import type { Services } from '../../services.ts';
import { countGpus, toJobCreate } from './task-body.ts';

interface AskedTarget {
  /** As it was written. */
  readonly text: string;
  readonly target: Target;
  /** Why no task is queued for it; undefined = nothing speaks against it. */
  readonly reason: string | undefined;
}

const NOTHING: Pick<Batch, 'jobs' | 'refused'> = { jobs: [], refused: [] };

/** Queues a task, once per target; status 503 when no target took it. */
export async function submitTask({ jobs, nodes }: Services, call: Call<Routes['taskSubmit']>): Promise<HakuriverSubmitted> {
  const { identity, body, reply } = call;
  const create = toJobCreate(body);
  if ((body.targets ?? []).length === 0) {
    const job = await jobs.submit(identity, { ...create, gpus: countGpus(body) });
    return { message: 'Task queued', task_ids: [String(job.job_id)] };
  }
  const asked = readTargets(body, await nodes.list());
  const sound = asked.filter(({ reason }) => reason === undefined);
  const batch = sound.length === 0 ? NOTHING : await queueEach(jobs, identity, { create, targets: sound.map(({ target }) => target) });
  const failed = [
    ...asked.flatMap(({ text, reason }) => (reason === undefined ? [] : [{ target: text, reason }])),
    ...batch.refused.map(({ index, reason }) => ({ target: sound[index]?.text ?? null, reason })),
  ];
  if (batch.jobs.length === 0) {
    void reply.status(503);
    const detail = `no target can take the task: ${failed.map(({ target, reason }) => `${target ?? ''}: ${reason}`).join('; ')}`;
    return { message: detail, detail, task_ids: [], failed_targets: failed };
  }
  const queued = batch.jobs.map((job) => String(job.job_id));
  return {
    message: `${queued.length} task${queued.length === 1 ? '' : 's'} queued`,
    task_ids: queued,
    ...(failed.length === 0 ? {} : { failed_targets: failed }),
  };
}

async function queueEach(
  jobs: JobService,
  identity: Identity,
  asked: { create: JobCreate; targets: readonly Target[] },
): Promise<typeof NOTHING> {
  const queued: Job[] = [];
  const refused: Batch['refused'] = [];
  for (const [index, target] of asked.targets.entries()) {
    try {
      queued.push(await jobs.submit(identity, { ...asked.create, target }));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ index, target, code: error.code, reason: error.message });
    }
  }
  return { jobs: queued, refused };
}

function readTargets(body: HakuriverSubmit, nodes: readonly Node[]): AskedTarget[] {
  const targets = body.targets ?? [];
  const gpus = body.required_gpus ?? [];
  if (gpus.length > 0 && gpus.length !== targets.length) {
    throw new AppError('invalid_input', `required_gpus has ${gpus.length} lists for ${targets.length} targets: give one list per target`, {
      field: 'required_gpus',
    });
  }
  return targets.map((text, index) => readTarget(text, { gpuIds: [...new Set(gpus[index])], nodes }));
}

function readTarget(text: string, { gpuIds, nodes }: { gpuIds: number[]; nodes: readonly Node[] }): AskedTarget {
  const [name = '', numa] = text.split(':');
  const node = nodes.find((candidate) => candidate.name === name);
  return {
    text,
    target: { node: name, ...(numa === undefined ? {} : { numa: Number(numa) }), ...(gpuIds.length === 0 ? {} : { gpu_ids: gpuIds }) },
    reason: describeAbsence(node, name),
  };
}

/** There, a node that was away refused the task at once; a busy one makes it wait here. */
function describeAbsence(node: Node | undefined, name: string): string | undefined {
  if (node === undefined) return `there is no node "${name}"`;
  if (node.state !== 'online') return `node "${name}" is not online: it is ${node.state}`;
  return node.drained ? `node "${name}" takes no new jobs: it is drained` : undefined;
}
