import {
  AppError,
  type Batch,
  type BatchCreate,
  type ErrorCode,
  type HakuriverSubmit,
  type HakuriverSubmitted,
  type Node,
  type Routes,
  type Target,
} from '@weir/contract';
import type { Call } from '../../http/route-table.ts';
import type { Identity } from '../../identity/identity.ts';
import type { SubmitService } from '../../jobs/submit/submit-service.ts';
import type { Services } from '../../services.ts';
import { countGpus, toJobCreate } from './task-body.ts';

interface AskedTarget {
  /** As it was written. */
  readonly text: string;
  readonly target: Target;
  /** Why no task is queued for it; undefined = nothing speaks against it. */
  readonly reason: string | undefined;
}

type Queued = Pick<Batch, 'jobs' | 'refused'>;

const NOTHING: Queued = { jobs: [], refused: [] };
const LACKS_OF_NODES: readonly ErrorCode[] = ['node_not_found', 'resources_never_fit'];

/** Queues a task, once per target; status 503 when no target took it. */
export async function submitTask({ submits, nodes }: Services, call: Call<Routes['taskSubmit']>): Promise<HakuriverSubmitted> {
  const { identity, body, reply } = call;
  const create = toJobCreate(body);
  if ((body.targets ?? []).length === 0) {
    const job = await submits.submit(identity, { ...create, gpus: countGpus(body) });
    return { message: 'Task queued', task_ids: [String(job.job_id)] };
  }
  const asked = readTargets(body, await nodes.list());
  const sound = asked.filter(({ reason }) => reason === undefined);
  const batch =
    sound.length === 0 ? NOTHING : await queueBatch(submits, identity, { job: create, targets: sound.map(({ target }) => target) });
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

/** A batch of which no job can be queued is refused as a whole; what the nodes lack is a matter of each target. */
async function queueBatch(submits: SubmitService, identity: Identity, batch: BatchCreate & { targets: Target[] }): Promise<Queued> {
  try {
    return await submits.submitBatch(identity, batch);
  } catch (error) {
    if (!(error instanceof AppError) || !isLackOfNodes(error)) throw error;
    const { code, message } = error;
    return { jobs: [], refused: batch.targets.map((target, index) => ({ index, target, code, reason: message })) };
  }
}

function isLackOfNodes({ code, detail }: AppError): boolean {
  return LACKS_OF_NODES.includes(code) || detail.field?.startsWith('target.') === true;
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
