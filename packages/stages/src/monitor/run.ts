import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JsonObject, MonitorResult, MonitorSpec } from '@weir/contract';
import { writeFileAtomic } from '@weir/runtime';
import { datasetPaths } from '../dataset-paths.ts';
import { describeChain } from '../errors.ts';
import type { StageContext } from '../process/stage-context.ts';
import { openDuckdb } from '../warehouses/duckdb.ts';
import { parseTableName } from '../warehouses/table-name.ts';
import { evaluateTable, type TableEvaluation } from './evaluation.ts';
import { renderPage } from './html/page.ts';
import { makeReport, shortenReport } from './report.ts';

/** monitor: gathers what the other stages left, evaluates the result table, writes the report. */
export async function runMonitor(context: StageContext, spec: MonitorSpec): Promise<JsonObject> {
  const paths = datasetPaths(context.config.home, spec.datasetId);
  const warehousePath = resolve(context.config.home, spec.warehouse.path);
  try {
    const table = await tryEvaluate(context, spec, { warehousePath, scratchDir: paths.scratch });
    const report = makeReport({ spec, table, warehousePath, configDir: paths.config });
    const html = renderPage(report);
    const json: JsonObject = { ...report };
    const result: MonitorResult = { reportHtmlPath: join(paths.report, 'report.html'), reportJsonPath: join(paths.report, 'report.json') };
    writeFileAtomic(result.reportJsonPath, `${JSON.stringify(json, null, 2)}\n`);
    writeFileAtomic(result.reportHtmlPath, html);
    for (const stage of report.stages) context.events.log(`${stage.name}: ${stage.seconds.toFixed(1)} s`);
    for (const remark of report.verdict.remarks) context.events.log(remark, 'WARNING');
    context.events.log(report.verdict.sentence);
    emitEvaluation(context, table);
    context.events.emit({ type: 'report', html, json: { ...shortenReport(report) } });
    return result;
  } finally {
    rmSync(paths.scratch, { recursive: true, force: true });
  }
}

/** A report without an evaluation is better than none: the rows are loaded, whatever holds the table now. */
async function tryEvaluate(
  context: StageContext,
  spec: MonitorSpec,
  at: { warehousePath: string; scratchDir: string },
): Promise<TableEvaluation | undefined> {
  try {
    if (!existsSync(at.warehousePath)) throw new Error(`the warehouse file ${at.warehousePath} is gone`);
    using db = await openDuckdb(context, {
      warehouse: { path: at.warehousePath, mode: 'read' },
      directories: [],
      scratchDir: at.scratchDir,
    });
    return await evaluateTable(db, parseTableName(spec.transport.table), spec);
  } catch (error) {
    context.signal.throwIfAborted();
    context.events.log(`The result table could not be evaluated: ${describeChain(error)}`, 'WARNING');
    return undefined;
  }
}

function emitEvaluation(context: StageContext, table: TableEvaluation | undefined): void {
  for (const { label, against, model, best } of table?.labels ?? []) {
    const split = against === 'labels' ? 'infer' : 'infer, expected';
    context.events.emit({ type: 'metric', name: 'AUC', value: model.auc, label, split });
    context.events.emit({ type: 'metric', name: 'logloss', value: model.logloss, label, split });
    if (best !== null) context.events.emit({ type: 'metric', name: 'AUC', value: best.auc, label, split: 'infer, best possible' });
  }
}
