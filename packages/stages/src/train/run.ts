import type { JsonObject, TrainResult, TrainSpec } from '@weir/contract';
import { EngineTrainResult, toCalibrationBin } from '../engine/engine-results.ts';
import { runEngine } from '../engine/run-engine.ts';
import { writeConfigFiles } from '../experiments/config-files.ts';
import { requireLeftFiles } from '../left-files.ts';
import { parseAs } from '../process/read-spec.ts';
import type { StageContext } from '../process/stage-context.ts';
import { planTrain, type TrainPlan } from './plan.ts';
import { verifyModel } from './verify.ts';

/** train: merges the configuration, trains on the engine; an interrupted training goes on after its last finished epoch. */
export async function runTrain(context: StageContext, spec: TrainSpec): Promise<JsonObject> {
  const plan = planTrain(context.config, spec);
  requireLeftFiles(spec.workflowId, [spec.dataFetch.processedDir]);
  writeConfigFiles(plan.paths.config, spec.datasetId, plan.config);
  context.events.log(`Configuration of ${plan.config.modelId} written to ${plan.paths.config}`);
  tellStart(context, plan);
  const raw = await runEngine(context, plan.engine);
  const result = toTrainResult(plan, parseAs(EngineTrainResult, raw, { name: "The engine's train result", code: 'engine_failed' }));
  verifyModel(
    result,
    spec.dataFetch.labels.map((label) => label.name),
  );
  return result;
}

function tellStart(context: StageContext, plan: TrainPlan): void {
  const where = context.config.hasGpu ? 'the GPU' : 'CPU';
  if (plan.finishedEpoch === undefined) context.events.log(`Training ${plan.config.model} on ${where}`);
  else context.events.log(`Resuming the training of ${plan.config.model} on ${where} after epoch ${plan.finishedEpoch}`);
}

function toTrainResult(plan: TrainPlan, result: EngineTrainResult): TrainResult {
  const calibration = Object.entries(result.calibration).map(([label, bins]) => [label, bins.map(toCalibrationBin)] as const);
  return {
    modelDir: plan.paths.model,
    modelPath: result.model_path,
    modelId: result.model_id,
    epochsCompleted: result.epochs_completed,
    bestEpoch: result.best_epoch,
    stoppedEarly: result.stopped_early,
    finalLoss: result.final_loss,
    rowsTrained: result.rows_trained,
    parameters: result.parameters,
    device: result.device,
    seconds: result.seconds,
    metrics: result.metrics,
    calibration: Object.fromEntries(calibration),
    history: result.history,
  };
}
