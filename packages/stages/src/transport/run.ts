import { rmSync } from 'node:fs';
import type { JsonObject, TransportResult, TransportSpec } from '@weir/contract';
import { StageError, toStageError } from '../errors.ts';
import { requireLeftFiles } from '../left-files.ts';
import type { StageContext } from '../process/stage-context.ts';
import { openDuckdb, WAREHOUSE_CATALOG, type Duckdb } from '../warehouses/duckdb.ts';
import { readParts } from '../warehouses/parquet-export.ts';
import { qualify } from '../warehouses/table-name.ts';
import { createLoadRecords, findLoadRecord, type LoadRecord } from './load-record.ts';
import { countTable, dropLeftovers, fillStaging, swapTables } from './load-table.ts';
import { planTransport, type TransportPlan } from './plan.ts';

/** transport: loads the predictions into the result table, once: staged, counted, swapped in one transaction. */
export async function runTransport(context: StageContext, spec: TransportSpec): Promise<JsonObject> {
  const started = performance.now();
  const plan = planTransport(context.config, spec);
  requireLeftFiles(spec.workflowId, [spec.infer.outputDir]);
  try {
    using db = await openDuckdb(context, {
      warehouse: { path: plan.warehousePath, mode: 'write' },
      directories: [spec.infer.outputDir],
      scratchDir: plan.paths.scratch,
    });
    const load = await loadOnce(context, db, {
      plan,
      from: readParts(
        spec.infer.outputDir,
        spec.infer.parts.map((part) => part.file),
      ),
    });
    const result: TransportResult = { table: spec.table, ...load, bytes: spec.infer.bytes, seconds: (performance.now() - started) / 1000 };
    return result;
  } finally {
    rmSync(plan.paths.scratch, { recursive: true, force: true });
  }
}

type Load = Pick<TransportResult, 'rowsLoaded' | 'rowsReplaced'>;

async function loadOnce(context: StageContext, db: Duckdb, load: { plan: TransportPlan; from: string }): Promise<Load> {
  const { plan } = load;
  await createLoadRecords(db);
  await dropLeftovers(context, db, plan.table);
  const present = await countTable(db, plan.table);
  const earlier = await findLoadRecord(db, plan);
  if (earlier !== undefined && present !== null) return keepEarlierLoad(context, plan, earlier);
  try {
    await fillStaging(context, db, load);
    await swapTables(db, plan, present);
  } catch (error) {
    await db.run(`DROP TABLE IF EXISTS ${qualify(plan.staging)}`).catch((second: unknown) => {
      context.events.log(`The staging table could not be dropped (${toStageError(second).message}); the next load does it.`, 'WARNING');
    });
    throw loadFailure(error, plan);
  }
  await db.run(`CHECKPOINT ${WAREHOUSE_CATALOG}`);
  context.events.log(
    `Loaded ${plan.rows} rows into ${plan.table.schema}.${plan.table.table}${present === null ? '' : ` in place of ${present}`}`,
  );
  return { rowsLoaded: plan.rows, rowsReplaced: present };
}

function keepEarlierLoad(context: StageContext, plan: TransportPlan, earlier: LoadRecord): Load {
  const name = `${plan.table.schema}.${plan.table.table}`;
  context.events.log(`These rows were loaded into ${name} already, at ${earlier.loadedAt} UTC; they are not loaded twice.`);
  if (earlier.supersededBy !== null) {
    context.events.log(`Since then workflow ${earlier.supersededBy} has loaded ${name}; its rows stay.`, 'WARNING');
  }
  return { rowsLoaded: earlier.rows, rowsReplaced: earlier.replaced };
}

function loadFailure(error: unknown, plan: TransportPlan): StageError {
  if (error instanceof StageError) return error;
  const known = toStageError(error);
  const message = `Loading ${plan.table.schema}.${plan.table.table} failed, the table is as it was: ${known.message}`;
  return new StageError(known.code, message, { fault: 'system', cause: error });
}
