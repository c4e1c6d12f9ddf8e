import type { Program } from '@weir/contract';
import type { JobRequest } from '../jobs/job-request.ts';
import { makeJobRow } from '../jobs/new-job.ts';
import { cancelWaiting } from '../scheduler/hopeless-jobs.ts';
import type { WriteContext } from '../store/group-commit.ts';
import { parseStored } from '../store/parse-json.ts';
import type { NewJob, WorkflowRow } from '../store/schema.ts';
import { listWaitingRemovals } from './workflow-store.ts';

/** Makes the job that removes the files of a deleted workflow from a node: only there is anything to remove. */
export function makeRemoval(workflow: WorkflowRow, node: string): NewJob {
  const program: Program = { kind: 'stage', program: 'dataset_delete', spec: { datasetId: workflow.dataset_id } };
  const name = `delete ${workflow.dataset_id}`.slice(0, 255);
  return makeJobRow({ kind: 'stage', name, user: workflow.user, program, cpus: 0, requeue: true, node });
}

/** Ends the removals that wait for a node that is not known any more, each with the reason. */
export async function cancelRemovals(context: WriteContext, node: string): Promise<void> {
  for (const { id, request } of await listWaitingRemovals(context.db)) {
    if (parseStored<JobRequest>(request).target?.node !== node) continue;
    await cancelWaiting(context, id, `node ${node}, from which it was to remove files, was removed`);
  }
}
