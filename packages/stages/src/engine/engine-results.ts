import type { CalibrationBin } from '@weir/contract';
import { JsonObject } from '@weir/contract';
import { Type, type Static } from 'typebox';

const Count = Type.Integer({ minimum: 0 });
const PerSplit = Type.Record(Type.String(), Type.Number());
const MetricsByLabel = Type.Record(Type.String(), Type.Record(Type.String(), Type.Number()));

/** Result of the engine's `build`. */
export const BuildResult = Type.Object({
  dataset_dir: Type.String(),
  dataset_id: Type.String(),
  rows: Type.Object({ train: Count, valid: Count, test: Count }),
  labels: Type.Record(Type.String(), Type.Object({ positives: PerSplit, rate: PerSplit })),
  features: Type.Array(
    Type.Object({ name: Type.String(), type: Type.String(), vocab_size: Type.Union([Count, Type.Null()]), null_count: Count }),
  ),
});
export type BuildResult = Static<typeof BuildResult>;

const EngineBin = Type.Object({
  lower: Type.Number(),
  upper: Type.Number(),
  count: Count,
  mean_prediction: Type.Number(),
  observed_rate: Type.Number(),
});

/** Result of the engine's `train`. */
export const EngineTrainResult = Type.Object({
  model_path: Type.String(),
  model_id: Type.String(),
  epochs_completed: Count,
  best_epoch: Count,
  stopped_early: Type.Boolean(),
  final_loss: Type.Number(),
  rows_trained: Count,
  parameters: Count,
  device: Type.String(),
  seconds: Type.Number(),
  metrics: Type.Record(Type.String(), MetricsByLabel),
  calibration: Type.Record(Type.String(), Type.Array(EngineBin)),
  history: Type.Array(JsonObject),
});
export type EngineTrainResult = Static<typeof EngineTrainResult>;

/** Result of the engine's `predict`. */
export const PredictResult = Type.Object({
  rows: Count,
  parts: Type.Array(Type.Object({ file: Type.String(), rows: Count })),
  columns: Type.Array(Type.String()),
  labels: Type.Array(Type.String()),
  seconds: Type.Number(),
});
export type PredictResult = Static<typeof PredictResult>;

/** The contract's spelling of a calibration bin. */
export function toCalibrationBin(bin: Static<typeof EngineBin>): Static<typeof CalibrationBin> {
  return { lower: bin.lower, upper: bin.upper, count: bin.count, meanPrediction: bin.mean_prediction, observedRate: bin.observed_rate };
}
