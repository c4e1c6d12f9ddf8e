import { parseObject } from '../store/parse-json.ts';
import type { JobRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import { findCheckpointOfJob } from '../workflows/workflow-store.ts';

/** What changes in a job that goes back to the queue: a stage goes on from the last checkpoint that its earlier attempt stored. */
export async function renewProgram(db: Queries, job: JobRow): Promise<{ program?: string }> {
  const checkpoint = job.workflow_id === null ? null : await findCheckpointOfJob(db, job.id);
  if (checkpoint === null) return {};
  const program = parseObject(job.program);
  const { spec } = program;
  if (typeof spec !== 'object' || spec === null) return {};
  return { program: JSON.stringify({ ...program, spec: { ...spec, checkpoint: parseObject(checkpoint) } }) };
}
