import { AppError, type Target } from '@weir/contract';
import type { NewJob } from '../../store/schema.ts';
import { parseStored } from '../../store/parse-json.ts';
import type { JobRequest } from '../job-request.ts';
import type { QueueView } from '../queue-view.ts';

/**
 * Refuses what the known fleet could never run, unless the job asked to wait for a fleet that can (`hold`).
 * Throws `node_not_found`, `invalid_input` naming a NUMA node or GPU that is not there, `resources_never_fit` with the reason.
 */
export function refuseImpossible(queue: QueueView, row: NewJob): void {
  const request = parseStored<JobRequest>(row.request);
  if (request.hold === true) return;
  if (request.target !== undefined) checkTarget(queue, request.target);
  const reason = queue.refuse({ id: 0, ...row });
  if (reason !== null)
    throw new AppError('resources_never_fit', `${reason}; ask for less, or queue it with hold until the fleet has grown`, {
      field: 'resources',
    });
}

/** Throws unless the target's node is known and has the parts that it names. */
export function checkTarget(queue: QueueView, target: Target): void {
  const node = queue.node(target.node);
  if (node === undefined)
    throw new AppError('node_not_found', `there is no node "${target.node}": see "weir node list"`, {
      field: 'target.node',
      value: target.node,
    });
  const { numa, gpu_ids: gpuIds = [] } = target;
  if (numa !== undefined && !node.numa.some(({ id }) => id === numa)) {
    const known = node.numa.length === 0 ? 'it tells none' : `it has ${node.numa.map(({ id }) => id).join(', ')}`;
    throw new AppError('invalid_input', `node ${node.name} has no NUMA node ${numa}: ${known}`, { field: 'target.numa', value: numa });
  }
  const missing = gpuIds.find((id) => !node.gpus.some(({ index }) => index === id));
  if (missing !== undefined) {
    const known = node.gpus.length === 0 ? 'it has none' : `it has ${node.gpus.map(({ index }) => index).join(', ')}`;
    throw new AppError('invalid_input', `node ${node.name} has no GPU ${missing}: ${known}`, { field: 'target.gpu_ids', value: missing });
  }
}
