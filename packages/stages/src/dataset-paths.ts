import { join } from 'node:path';
import { StageError } from './errors.ts';

const DATASET_ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/;

/** Where the files of one dataset lie under a Weir home. */
export interface DatasetPaths {
  readonly root: string;
  readonly raw: string;
  readonly rawTrain: string;
  readonly rawInfer: string;
  /** The FuxiCTR dataset; its last component is the dataset id. */
  readonly processed: string;
  /** FuxiCTR's data root: the parent of `processed`. */
  readonly processedRoot: string;
  readonly config: string;
  readonly model: string;
  readonly inferenceOutput: string;
  readonly report: string;
  /** Spill files of DuckDB. */
  readonly scratch: string;
}

/** Names the files of a dataset; throws StageError `invalid_spec` when the id could leave its directory. */
export function datasetPaths(home: string, datasetId: string): DatasetPaths {
  if (!DATASET_ID.test(datasetId)) {
    throw new StageError('invalid_spec', `The dataset id ${JSON.stringify(datasetId)} may hold only letters, digits, "_", "." and "-".`, {
      field: 'dataset_id',
      value: datasetId,
    });
  }
  const root = join(home, 'datasets', datasetId);
  const processedRoot = join(root, 'processed');
  return {
    root,
    raw: join(root, 'raw'),
    rawTrain: join(root, 'raw', 'train'),
    rawInfer: join(root, 'raw', 'infer'),
    processed: join(processedRoot, datasetId),
    processedRoot,
    config: join(root, 'config'),
    model: join(root, 'model'),
    inferenceOutput: join(root, 'inference_output'),
    report: join(root, 'report'),
    scratch: join(root, 'scratch'),
  };
}
