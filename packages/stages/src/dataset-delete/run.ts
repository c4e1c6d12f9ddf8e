import { renameSync, rmSync } from 'node:fs';
import type { DatasetDeleteSpec } from '@weir/contract';
import { isMissing } from '@weir/runtime';
import { datasetPaths } from '../dataset-paths.ts';
import { endLeftoverEngine } from '../engine/leftover.ts';
import type { StageContext } from '../process/stage-context.ts';

/** dataset_delete: removes every file of a dataset; nothing to do when it is gone. */
export async function runDatasetDelete(context: StageContext, spec: DatasetDeleteSpec): Promise<undefined> {
  const { root } = datasetPaths(context.config.home, spec.datasetId);
  const doomed = `${root}.deleting`;
  await endLeftoverEngine(root, context.events);
  try {
    rmSync(doomed, { recursive: true, force: true });
    renameSync(root, doomed);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  rmSync(doomed, { recursive: true, force: true });
  context.events.log(`Deleted the files of ${spec.datasetId}`);
  return undefined;
}
