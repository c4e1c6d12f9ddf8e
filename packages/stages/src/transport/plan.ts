import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { TransportSpec } from '@weir/contract';
import type { StageConfig } from '../config.ts';
import { datasetPaths, type DatasetPaths } from '../dataset-paths.ts';
import { parseTableName, stagingName, type TableName } from '../warehouses/table-name.ts';

export interface TransportPlan {
  readonly paths: DatasetPaths;
  readonly warehousePath: string;
  readonly table: TableName;
  readonly staging: TableName;
  readonly workflowId: number;
  /** Same for two runs that would load the same rows. */
  readonly fingerprint: string;
  readonly rows: number;
}

/** Says what transport is to do; pure. Throws StageError `invalid_input`. */
export function planTransport(config: StageConfig, spec: TransportSpec): TransportPlan {
  const table = parseTableName(spec.table);
  const { parts, columns, rows } = spec.infer;
  const identity = { datasetId: spec.datasetId, table, parts, columns, rows, seconds: spec.infer.seconds };
  return {
    paths: datasetPaths(config.home, spec.datasetId),
    warehousePath: resolve(config.home, spec.warehouse.path),
    table,
    staging: stagingName(table, spec.workflowId),
    workflowId: spec.workflowId,
    fingerprint: createHash('sha256').update(JSON.stringify(identity)).digest('hex'),
    rows,
  };
}
