import { rmSync } from 'node:fs';
import type { InferResult, InferSpec, JsonObject } from '@weir/contract';
import { PredictResult } from '../engine/engine-results.ts';
import { runEngine } from '../engine/run-engine.ts';
import { requireLeftFiles } from '../left-files.ts';
import { parseAs } from '../process/read-spec.ts';
import type { StageContext } from '../process/stage-context.ts';
import { openDuckdb } from '../warehouses/duckdb.ts';
import { listParts, readParts, sumBytes } from '../warehouses/parquet-export.ts';
import { planInfer, type InferPlan } from './plan.ts';
import { verifyPredictions, type Verified } from './verify.ts';

/** infer: scores every row of infer_sql, then proves that rows and order are those of the input. */
export async function runInfer(context: StageContext, spec: InferSpec): Promise<JsonObject> {
  const plan = planInfer(context.config, spec);
  requireLeftFiles(spec.workflowId, [spec.dataFetch.rawInferDir, spec.dataFetch.processedDir, spec.train.modelDir]);
  context.events.log(`Scoring ${plan.rows} rows with ${spec.train.modelId}`);
  const raw = await runEngine(context, plan.engine);
  const predicted = parseAs(PredictResult, raw, { name: "The engine's predict result", code: 'engine_failed' });
  const verified = await verify(context, plan, { predicted, inputDir: spec.dataFetch.rawInferDir });
  context.events.log(`Checked ${verified.rows} rows against the input: same values, same order`);
  predicted.labels.forEach((label, index) => {
    const value = verified.meanPredictions[index];
    if (value !== undefined) context.events.emit({ type: 'metric', name: 'mean_prediction', value, label });
  });
  return describeResult(plan, predicted);
}

async function verify(context: StageContext, plan: InferPlan, made: { predicted: PredictResult; inputDir: string }): Promise<Verified> {
  const { inferenceOutput, scratch } = plan.paths;
  try {
    using db = await openDuckdb(context, { directories: [made.inputDir, inferenceOutput], scratchDir: scratch });
    return await verifyPredictions(db, {
      input: readParts(made.inputDir, listParts(made.inputDir)),
      output: readParts(
        inferenceOutput,
        made.predicted.parts.map((part) => part.file),
      ),
      predictions: made.predicted.labels.map((_, index) => `prediction_${index}`),
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function describeResult(plan: InferPlan, predicted: PredictResult): InferResult {
  const { inferenceOutput } = plan.paths;
  return {
    outputDir: inferenceOutput,
    rows: predicted.rows,
    bytes: sumBytes(
      inferenceOutput,
      predicted.parts.map((part) => part.file),
    ),
    parts: predicted.parts,
    columns: predicted.columns,
    labels: predicted.labels,
    seconds: predicted.seconds,
  };
}
