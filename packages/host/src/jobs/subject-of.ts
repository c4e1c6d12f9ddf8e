import type { JobRow } from '../store/schema.ts';

/** Whom an event about a job concerns. */
export function subjectOf(job: JobRow): { jobId: number; workflowId: number | null; node: string | null; owner: string } {
  return { jobId: job.id, workflowId: job.workflow_id, node: job.node, owner: job.user };
}
