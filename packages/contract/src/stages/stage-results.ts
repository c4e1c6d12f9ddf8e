import { Type, type Static } from 'typebox';
import { JsonObject } from '../ids.ts';

const Count = Type.Integer({ minimum: 0 });
const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);
/** label → metric → value. */
const MetricsByLabel = Type.Record(Type.String(), Type.Record(Type.String(), Type.Number()));

/** A column that became a feature, and which rule made it one. */
export const DetectedFeature = Type.Object({
  name: Type.String(),
  type: Type.Union([Type.Literal('categorical'), Type.Literal('numeric'), Type.Literal('sequence')]),
  physicalType: Type.String(),
  rule: Type.String(),
  nulls: Count,
  /** Distinct values; an estimate above 20,000, null for nested types. */
  distinct: Nullable(Count),
  vocabSize: Nullable(Count),
});
export type DetectedFeature = Static<typeof DetectedFeature>;

/** Left by data_fetch. Paths are absolute on the node that ran it. */
export const DataFetchResult = Type.Object({
  datasetDir: Type.String(),
  rawTrainDir: Type.String(),
  rawInferDir: Type.String(),
  /** Directory of the FuxiCTR dataset. */
  processedDir: Type.String(),
  rows: Type.Object({ sample: Count, infer: Count, train: Count, valid: Count, test: Count }),
  bytes: Type.Object({ sample: Count, infer: Count }),
  labels: Type.Array(Type.Object({ name: Type.String(), positives: Count, rate: Type.Number() })),
  features: Type.Array(DetectedFeature),
  excluded: Type.Array(Type.Object({ name: Type.String(), why: Type.String() })),
  /** FuxiCTR's own `feature_cols` and `label_col`. */
  featureCols: Type.Array(JsonObject),
  labelCols: Type.Array(JsonObject),
});
export type DataFetchResult = Static<typeof DataFetchResult>;

export const CalibrationBin = Type.Object({
  lower: Type.Number(),
  upper: Type.Number(),
  count: Count,
  meanPrediction: Type.Number(),
  observedRate: Type.Number(),
});

export const TrainResult = Type.Object({
  modelDir: Type.String(),
  modelPath: Type.String(),
  modelId: Type.String(),
  epochsCompleted: Count,
  bestEpoch: Count,
  stoppedEarly: Type.Boolean(),
  finalLoss: Type.Number(),
  rowsTrained: Count,
  parameters: Count,
  device: Type.String(),
  seconds: Type.Number(),
  /** split → label → metric → value. */
  metrics: Type.Record(Type.String(), MetricsByLabel),
  calibration: Type.Record(Type.String(), Type.Array(CalibrationBin)),
  history: Type.Array(JsonObject),
});
export type TrainResult = Static<typeof TrainResult>;

export const InferResult = Type.Object({
  outputDir: Type.String(),
  rows: Count,
  bytes: Count,
  parts: Type.Array(Type.Object({ file: Type.String(), rows: Count })),
  columns: Type.Array(Type.String()),
  labels: Type.Array(Type.String()),
  seconds: Type.Number(),
});
export type InferResult = Static<typeof InferResult>;

export const TransportResult = Type.Object({
  table: Type.String(),
  rowsLoaded: Count,
  /** Rows of the table that it replaced; null when there was none. */
  rowsReplaced: Nullable(Count),
  bytes: Count,
  seconds: Type.Number(),
});
export type TransportResult = Static<typeof TransportResult>;

export const MonitorResult = Type.Object({ reportHtmlPath: Type.String(), reportJsonPath: Type.String() });
export type MonitorResult = Static<typeof MonitorResult>;
