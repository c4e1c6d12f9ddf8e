import type { QueueView } from '../jobs/queue-view.ts';
import type { JobRequest } from '../jobs/job-request.ts';
import { findJob } from '../jobs/job-store.ts';
import { findNode } from '../nodes/node-store.ts';
import { parseStored } from '../store/parse-json.ts';
import type { JobRow, StageRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';

/** Where the files of a workflow lie. */
export interface FilesNode {
  readonly name: string;
  /** False when the node was removed. */
  readonly isKnown: boolean;
}

/**
 * The node whose Weir home has what the completed stages of a workflow left: that of the last of them. Undefined while none is completed,
 * so that the first stage may run anywhere. `homeNode` as in `findPresentNode`.
 */
export async function findFilesNode(
  db: Queries,
  stages: readonly StageRow[],
  homeNode: string | undefined,
): Promise<FilesNode | undefined> {
  const last = stages.findLast(({ state }) => state === 'completed');
  const job = last?.job_id === null || last === undefined ? undefined : await findJob(db, last.job_id);
  if (job?.node === null || job === undefined) return undefined;
  return findPresentNode(db, job.node, homeNode);
}

/**
 * The node that has what was left on one of that name. `homeNode` is the local node of a host that is alone with its store: its machine
 * may have had another name, under which no runner comes any more, and what was left then is in the same home.
 */
export async function findPresentNode(db: Queries, name: string, homeNode: string | undefined): Promise<FilesNode> {
  const node = await findNode(db, name);
  const mayBeRenamed = homeNode !== undefined && name !== homeNode && node?.local === true;
  if (mayBeRenamed && (await findNode(db, homeNode)) !== undefined) return { name: homeNode, isKnown: true };
  return { name, isKnown: node !== undefined };
}

/** Why a workflow cannot go on whose files lie on a node that is not known any more, and what to do. */
export function describeLoss(workflowId: number, node: string): string {
  return (
    `its files are in the Weir home of node ${node}, which was removed: retry when a machine with that home has joined under that name again, ` +
    `or start over on another node with "weir workflow retry ${workflowId} --stage data_fetch"`
  );
}

/** What binds the waiting job of a stage to its node, to be put behind the reason why it waits; empty for other jobs. */
export function describeTie(queue: Pick<QueueView, 'node'>, row: JobRow): string {
  if (row.workflow_id === null) return '';
  const { target } = parseStored<JobRequest>(row.request);
  if (target === undefined) return '';
  const tie = `; the files of workflow ${row.workflow_id} are on node ${target.node} only`;
  if (queue.node(target.node)?.away.length === 0) return tie;
  const commands = `"weir workflow cancel ${row.workflow_id}", then "weir workflow retry ${row.workflow_id} --stage data_fetch"`;
  return `${tie}: should it not come back, start over on another one with ${commands}`;
}
